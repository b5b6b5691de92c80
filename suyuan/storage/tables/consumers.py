"""What shoppers did: scans and complaints."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from suyuan.storage.tables.columns import CODE, metadata, moment

# How often the page of a code was opened, by day (suyuan/storage/scans.py): consumers' scans and
# those of the trade apart. Whose they were is not in it.
scans = Table(
    "scans",
    metadata,
    Column("code", CODE, nullable=False),
    Column("day", Date, nullable=False),
    Column("trade", Boolean, nullable=False),
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("code", "day", "trade", name="scans_pkey"),
)

# What shoppers complain of, and what departments answer (suyuan/storage/complaints.py).
complaints = Table(
    "complaints",
    metadata,
    Column("number", CODE, primary_key=True),
    moment("made_at", given_here=True),
    Column("code", CODE, nullable=False),
    Column("subsystems", ARRAY(Text), nullable=False),
    Column("topic", CODE, nullable=False),
    Column("message", Text, nullable=False),
    Column("contact", Text),
)
Index("complaints_by_time", complaints.c.made_at, complaints.c.number)

complaint_answers = Table(
    "complaint_answers",
    metadata,
    Column("complaint", CODE, nullable=False),
    Column("number", Integer, nullable=False),
    moment("answered_at", given_here=True),
    Column("author", CODE, nullable=False),
    Column("state", CODE, nullable=False),
    Column("message", Text, nullable=False),
    PrimaryKeyConstraint("complaint", "number", name="complaint_answers_pkey"),
)
