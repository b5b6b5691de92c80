"""What was reported, the edges that a walk follows, and what is kept beside a report."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from suyuan.storage.tables.columns import CODE, metadata, moment

# One row for each (event, reporter): two reporters may report one event, and an event and its
# error declaration share an id. ``document`` is what was reported, once, as text.
events = Table(
    "events",
    metadata,
    Column("key", Uuid, nullable=False),
    Column("party", CODE, nullable=False),
    Column("declaration", Boolean, nullable=False),
    Column("authority", Boolean, nullable=False),
    Column("content", Uuid, nullable=False),
    moment("time"),
    moment("record_time", given_here=True),
    Column("form", SmallInteger, nullable=False),
    Column("kind", CODE),
    Column("sector", CODE),
    Column("id", CODE, nullable=False),
    Column("reporter", CODE, nullable=False),
    # The sector profiles that it was checked by, and what it does not keep of them as JSON text.
    Column("profile", CODE),
    Column("breaches", Text),
    Column("document", Text, nullable=False),
    # The transaction that stored it: the order of the change feed (suyuan/storage/changes.py).
    Column(
        "xact",
        BigInteger,
        nullable=False,
        server_default=text("pg_current_xact_id()::text::bigint"),
    ),
    PrimaryKeyConstraint("key", "party", "declaration", name="events_pkey"),
)
Index("events_declarations", events.c.key, postgresql_where=events.c.declaration)
Index("events_by_id", events.c.id)
# The key's bytes: with the key itself in its second place PostgreSQL 18 may take this index, while
# the table is new, to find keys by, as quickly as by the primary key.
Index("events_changes", events.c.xact, text("uuid_send(key)"))
# Lists (suyuan/storage/lists.py). Spreadsheets put a million events under one instant: record time
# keeps a page from sorting them all, and costs ingest a third of what the key would, since the rows
# of a batch share it.
Index("events_by_party", events.c.party, events.c.time, events.c.record_time)
Index("events_by_time", events.c.time, events.c.record_time)

# The hot table: one row for each code's part in an event, with all that the walk decides by, so
# that a hop is one index probe for each code and no event body is read before the end.
edges = Table(
    "edges",
    metadata,
    Column("code", CODE, nullable=False),
    moment("time"),
    moment("record_time", given_here=True),
    Column("event", Uuid, nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("ends", Boolean, nullable=False),
    Column("is_lot", Boolean, nullable=False),
    Column("id", CODE, nullable=False),
    Column("party", CODE, nullable=False),
    Column("other", CODE),
    Column("place", CODE),
    Column("moves", SmallInteger, nullable=False, server_default="0"),
    Column("far_place", CODE),
    Column("far_party", CODE),
    Column("quantity", Numeric),
    Column("unit", CODE),
)
Index("edges_by_code", edges.c.code, edges.c.time)
Index("edges_by_other", edges.c.other, edges.c.time, postgresql_where=text("other IS NOT NULL"))
# Sales that wait for their buyers (suyuan/storage/confirmations.py), by either side.
_SALES = text("moves = 1 AND far_party IS NOT NULL")
Index("edges_sales_by", edges.c.party, edges.c.time, edges.c.event, postgresql_where=_SALES)
Index("edges_sales_to", edges.c.far_party, edges.c.time, edges.c.event, postgresql_where=_SALES)

# What buyers dispute of sales to them: added once, never changed.
disputes = Table(
    "disputes",
    metadata,
    Column("event", Uuid, nullable=False),
    Column("seller", CODE, nullable=False),
    Column("buyer", CODE, nullable=False),
    Column("reason", Text, nullable=False),
    moment("disputed_at", given_here=True),
    PrimaryKeyConstraint("event", "seller", name="disputes_pkey"),
)
