"""PostgreSQL and only PostgreSQL: tables, engine, loading, and every SELECT of the platform."""
