"""Who bought what is sold by name alone, sealed, and who looked."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table, Text, Uuid

from suyuan.storage.tables.columns import CODE, metadata, moment

# Who bought under a real name, sealed (suyuan/wire/sealing.py), and who had it opened and why.
purchasers = Table(
    "purchasers",
    metadata,
    Column("event", Uuid, nullable=False),
    Column("seller", CODE, nullable=False),
    Column("sealed", Text, nullable=False),
    moment("registered_at", given_here=True),
    PrimaryKeyConstraint("event", "seller", name="purchasers_pkey"),
)

purchaser_openings = Table(
    "purchaser_openings",
    metadata,
    Column("number", BigInteger, nullable=False, autoincrement=False),
    moment("opened_at", given_here=True),
    Column("event", CODE, nullable=False),
    Column("seller", CODE, nullable=False),
    Column("owner", CODE, nullable=False),
    Column("key", CODE),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("number", name="purchaser_openings_pkey"),
)
