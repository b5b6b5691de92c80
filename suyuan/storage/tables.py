"""The tables of a subsystem's database and of the gateway's.

No table has a sequence or a foreign key, and every unique key holds the column a table would be
distributed by (``events`` by key, ``edges`` by code), so that Citus can spread them as they are.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)

metadata = MetaData()

# Codes and ids are compared byte by byte: the database's own collation would cost time and could
# change with the operating system under an index.
_CODE = Text(collation="C")


def _moment(name: str, *, given_here: bool = False) -> Column[object]:
    default = func.now() if given_here else None
    return Column(name, DateTime(timezone=True), nullable=False, server_default=default)


# One row for each (event, reporter): two reporters may report one event, and an event and its
# error declaration share an id. ``document`` is what was reported, once, as text.
events = Table(
    "events",
    metadata,
    Column("key", Uuid, nullable=False),
    Column("party", _CODE, nullable=False),
    Column("declaration", Boolean, nullable=False),
    Column("authority", Boolean, nullable=False),
    Column("content", Uuid, nullable=False),
    _moment("time"),
    _moment("record_time", given_here=True),
    Column("form", SmallInteger, nullable=False),
    Column("kind", _CODE),
    Column("sector", _CODE),
    Column("id", _CODE, nullable=False),
    Column("reporter", _CODE, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("key", "party", "declaration", name="events_pkey"),
)
Index("events_declarations", events.c.key, postgresql_where=events.c.declaration)
Index("events_by_id", events.c.id)

# The hot table: one row for each code's part in an event, with all that the walk decides by, so
# that a hop is one index probe for each code and no event body is read before the end.
edges = Table(
    "edges",
    metadata,
    Column("code", _CODE, nullable=False),
    _moment("time"),
    _moment("record_time", given_here=True),
    Column("event", Uuid, nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("ends", Boolean, nullable=False),
    Column("is_lot", Boolean, nullable=False),
    Column("id", _CODE, nullable=False),
    Column("party", _CODE, nullable=False),
    Column("other", _CODE),
)
Index("edges_by_code", edges.c.code, edges.c.time)
Index("edges_by_other", edges.c.other, edges.c.time, postgresql_where=text("other IS NOT NULL"))

# API keys: 32 random bytes each, of which only the SHA-256 is kept.
keys = Table(
    "keys",
    metadata,
    Column("key_hash", LargeBinary, primary_key=True),
    Column("role", _CODE, nullable=False),
    Column("party", _CODE),
    Column("home", _CODE),
    Column("label", Text, nullable=False, server_default=""),
    _moment("issued_at", given_here=True),
    Column("revoked_at", DateTime(timezone=True)),
)
