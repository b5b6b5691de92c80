"""Recalls at every edge that keeps them: a subsystem's and the gateway's."""
