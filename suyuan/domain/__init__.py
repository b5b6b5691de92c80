"""The domain: plain Python on the standard library alone. No I/O, no framework, no clock."""
