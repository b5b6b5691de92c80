"""Who can answer a lookup: memory, PostgreSQL, another subsystem, and a federation of them."""
