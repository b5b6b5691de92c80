"""The tables of coverage figures (docs/decisions/0024-coverage-by-enterprise-and-day.md).

Kept apart from ``suyuan.storage.tables``, whose metadata they are in. All of them follow from
``events``, ``edges`` and ``register``, and ``suyuan coverage rebuild`` makes them anew.
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
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

_CODE = Text(collation="C")
_SUMS = (
    *("active", "active_any", "unfiled", "unfiled_any", "reports", "in_time", "checked"),
    *("complete", "evidenced", "links", "broken"),
)


def coverage_tables(metadata: MetaData) -> None:
    """Describe the tables in ``metadata``."""
    _feed(metadata)
    _cells(metadata)
    # The cells of all parties added up: what is asked over years. '' is no district.
    Table(
        "coverage_days",
        metadata,
        Column("day", Date, nullable=False),
        Column("sector", _CODE, nullable=False),
        Column("district", _CODE, nullable=False),
        *(Column(name, BigInteger, nullable=False) for name in _SUMS),
        PrimaryKeyConstraint("day", "sector", "district", name="coverage_days_pkey"),
    )
    # Since when and until when an enterprise is on file, and in which district.
    Table(
        "coverage_filings",
        metadata,
        Column("party", _CODE, nullable=False),
        Column("since", Date, nullable=False),
        Column("until", Date),
        Column("district", _CODE, nullable=False),
        PrimaryKeyConstraint("party", "since", name="coverage_filings_pkey"),
    )
    # The scans of all codes by day; ``scans`` has them by code.
    Table(
        "scan_days",
        metadata,
        Column("day", Date, nullable=False),
        Column("trade", Boolean, nullable=False),
        Column("count", BigInteger, nullable=False),
        PrimaryKeyConstraint("day", "trade", name="scan_days_pkey"),
    )


def _feed(metadata: MetaData) -> None:
    """How far reports and register were read; its one row is locked by whoever counts."""
    Table(
        "coverage_feed",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("xact", BigInteger, nullable=False, server_default="-1"),
        Column("key", LargeBinary, nullable=False, server_default=text("''")),
        Column("party", _CODE, nullable=False, server_default=""),
        Column("declaration", Boolean, nullable=False, server_default="false"),
        Column("register_xact", BigInteger, nullable=False, server_default="-1"),
    )


def _cells(metadata: MetaData) -> None:
    """What one party told of one day, by sector; and which of these cells must be counted anew."""
    Table(
        "coverage_cells",
        metadata,
        Column("party", _CODE, nullable=False),
        Column("day", Date, nullable=False),
        Column("sector", _CODE, nullable=False),
        Column("district", _CODE, nullable=False),
        *(Column(name, BigInteger, nullable=False) for name in _SUMS),
        PrimaryKeyConstraint("party", "day", "sector", name="coverage_cells_pkey"),
    )
    dirty = Table(
        "coverage_dirty",
        metadata,
        Column("party", _CODE, nullable=False),
        Column("day", Date, nullable=False),
        Column("due_at", DateTime(timezone=True), nullable=False),
        PrimaryKeyConstraint("party", "day", name="coverage_dirty_pkey"),
    )
    Index("coverage_dirty_due", dirty.c.due_at)
