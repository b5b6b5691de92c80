"""docs/tracing.md a second time, slow and obvious, and its comparison with the walk."""
