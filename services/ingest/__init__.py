"""Events in: a subsystem's writing half."""
