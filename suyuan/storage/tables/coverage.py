"""What coverage figures are counted in (docs/decisions/0023-coverage-by-enterprise-and-day.md).

All of it follows from events, edges and the register; ``suyuan coverage rebuild`` makes it anew.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    text,
)

from suyuan.storage.tables.columns import CODE, metadata

# Of a cell and of a day, in the order in which statements name them.
SUMS = (
    *("active", "active_any", "unfiled", "unfiled_any", "reports", "in_time", "checked"),
    *("complete", "evidenced", "links", "broken"),
)

# How far reports and register were read; its one row is locked by whoever counts.
feed = Table(
    "coverage_feed",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("xact", BigInteger, nullable=False, server_default="-1"),
    Column("key", LargeBinary, nullable=False, server_default=text("''")),
    Column("party", CODE, nullable=False, server_default=""),
    Column("declaration", Boolean, nullable=False, server_default="false"),
    Column("register_xact", BigInteger, nullable=False, server_default="-1"),
)

# What one party told of one day, by sector; and which of these cells must be counted anew.
cells = Table(
    "coverage_cells",
    metadata,
    Column("party", CODE, nullable=False),
    Column("day", Date, nullable=False),
    Column("sector", CODE, nullable=False),
    Column("district", CODE, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in SUMS),
    PrimaryKeyConstraint("party", "day", "sector", name="coverage_cells_pkey"),
)
dirty = Table(
    "coverage_dirty",
    metadata,
    Column("party", CODE, nullable=False),
    Column("day", Date, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("party", "day", name="coverage_dirty_pkey"),
)
Index("coverage_dirty_due", dirty.c.due_at)

# The cells of all parties added up: what is asked over years. '' is no district.
days = Table(
    "coverage_days",
    metadata,
    Column("day", Date, nullable=False),
    Column("sector", CODE, nullable=False),
    Column("district", CODE, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in SUMS),
    PrimaryKeyConstraint("day", "sector", "district", name="coverage_days_pkey"),
)

# On how many days of a month a party was active, in each sector and in any (''), in each district
# and in any ('*'): who is in it is an enterprise that reported in that month.
months = Table(
    "coverage_months",
    metadata,
    Column("month", Date, nullable=False),
    Column("sector", CODE, nullable=False),
    Column("district", CODE, nullable=False),
    Column("party", CODE, nullable=False),
    Column("days", BigInteger, nullable=False),
    PrimaryKeyConstraint("month", "sector", "district", "party", name="coverage_months_pkey"),
)

# Since when and until when an enterprise is on file, and in which district.
filings = Table(
    "coverage_filings",
    metadata,
    Column("party", CODE, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("district", CODE, nullable=False),
    PrimaryKeyConstraint("party", "since", name="coverage_filings_pkey"),
)

# The scans of all codes by day; ``scans`` has them by code.
scan_days = Table(
    "scan_days",
    metadata,
    Column("day", Date, nullable=False),
    Column("trade", Boolean, nullable=False),
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("day", "trade", name="scan_days_pkey"),
)
