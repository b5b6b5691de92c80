"""API keys, and what officials looked at."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from suyuan.storage.tables.columns import CODE, metadata, moment

# API keys: 32 random bytes each, of which only the SHA-256 is kept.
keys = Table(
    "keys",
    metadata,
    Column("key_hash", LargeBinary, primary_key=True),
    Column("role", CODE, nullable=False),
    Column("party", CODE),
    Column("home", CODE),
    Column("label", Text, nullable=False, server_default=""),
    moment("issued_at", given_here=True),
    Column("revoked_at", DateTime(timezone=True)),
)

# Who of the authorities looked at what (suyuan/storage/accesses.py): added to, never changed.
accesses = Table(
    "accesses",
    metadata,
    moment("at"),
    Column("id", Uuid, nullable=False),
    Column("request", Uuid, nullable=False),
    Column("trace", CODE),
    Column("role", CODE, nullable=False),
    Column("owner", CODE, nullable=False),
    Column("key", CODE),
    Column("through", CODE),
    Column("route", CODE, nullable=False),
    Column("asked", ARRAY(Text), nullable=False),
    Column("asked_count", Integer, nullable=False),
    Column("events", BigInteger),
    Column("edges", BigInteger, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("reason", CODE),
    Column("reference", CODE),
    PrimaryKeyConstraint("at", "id", name="accesses_pkey"),
)
Index("accesses_by_request", accesses.c.request)
Index("accesses_by_asked", accesses.c.asked, postgresql_using="gin")
