"""Codes that were given out, and what became of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Index, PrimaryKeyConstraint, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import INT8RANGE

from suyuan.storage.tables.columns import CODE, metadata, moment

# Codes that were given out (suyuan/storage/coding.py). A stem belongs to whoever was given codes
# under it first; ``next`` is the first number that nobody has, ``notices`` how many there are.
code_stems = Table(
    "code_stems",
    metadata,
    Column("scheme", CODE, nullable=False),
    Column("stem", CODE, nullable=False),
    Column("owner", CODE, nullable=False),
    Column("next", BigInteger, nullable=False),
    Column("notices", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("stem", "scheme", name="code_stems_pkey"),
)

code_ranges = Table(
    "code_ranges",
    metadata,
    Column("id", Uuid, nullable=False),
    Column("scheme", CODE, nullable=False),
    Column("stem", CODE, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("owner", CODE, nullable=False),
    Column("lot", CODE),
    Column("reporter", CODE, nullable=False),
    moment("issued_at", given_here=True),
    PrimaryKeyConstraint("stem", "scheme", "first", name="code_ranges_pkey"),
)
Index("code_ranges_by_owner", code_ranges.c.owner, code_ranges.c.issued_at, code_ranges.c.id)
Index("code_ranges_by_id", code_ranges.c.id)

# What became of codes since, told of runs of numbers; appended, never changed. ``number`` counts a
# stem's notices, in the order in which they hold.
code_notices = Table(
    "code_notices",
    metadata,
    Column("stem", CODE, nullable=False),
    Column("scheme", CODE, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("run", INT8RANGE, nullable=False),
    Column("state", CODE, nullable=False),
    Column("reason", Text, nullable=False),
    Column("lot", CODE),
    Column("reporter", CODE, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("stem", "scheme", "number", name="code_notices_pkey"),
)
Index("code_notices_by_run", code_notices.c.run, postgresql_using="gist")
