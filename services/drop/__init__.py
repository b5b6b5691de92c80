"""A folder that files are dropped into: each is taken in whole, reported on, and put aside."""
