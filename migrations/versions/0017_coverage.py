"""Coverage figures: what every enterprise told of every day, added up; and scans by day.

They are counted from the events that are there, beside the service, when it next runs.

Revision 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")
_SUMS = (
    *("active", "active_any", "unfiled", "unfiled_any", "reports", "in_time", "checked"),
    *("complete", "evidenced", "links", "broken"),
)
_TABLES = (
    *("coverage_feed", "coverage_cells", "coverage_dirty", "coverage_days", "coverage_filings"),
    "scan_days",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    # With a constant first, so that the table is not written anew.
    op.add_column("register", sa.Column("xact", sa.BigInteger, nullable=False, server_default="0"))
    op.execute(
        "ALTER TABLE register ALTER COLUMN xact SET DEFAULT pg_current_xact_id()::text::bigint"
    )
    op.create_index("register_changes", "register", ["xact"])
    _create_feed()
    _create_figures()
    op.execute(
        "INSERT INTO scan_days SELECT day, trade, sum(count)::bigint FROM scans GROUP BY day, trade"
    )
    named = ", ".join(_TABLES)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {named} TO suyuan_ingest")
    op.execute(f"GRANT SELECT ON {named} TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for name in _TABLES:
        op.drop_table(name)
    op.drop_index("register_changes", "register")
    op.drop_column("register", "xact")


def _create_feed() -> None:
    op.create_table(
        "coverage_feed",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("xact", sa.BigInteger, nullable=False, server_default="-1"),
        sa.Column("key", sa.LargeBinary, nullable=False, server_default=sa.text("''")),
        sa.Column("party", _CODE, nullable=False, server_default=""),
        sa.Column("declaration", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("register_xact", sa.BigInteger, nullable=False, server_default="-1"),
    )
    op.create_table(
        "coverage_dirty",
        sa.Column("party", _CODE, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("party", "day", name="coverage_dirty_pkey"),
    )
    op.create_index("coverage_dirty_due", "coverage_dirty", ["due_at"])


def _create_figures() -> None:
    op.create_table(
        "coverage_cells",
        sa.Column("party", _CODE, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("sector", _CODE, nullable=False),
        sa.Column("district", _CODE, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _SUMS),
        sa.PrimaryKeyConstraint("party", "day", "sector", name="coverage_cells_pkey"),
    )
    op.create_table(
        "coverage_days",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("sector", _CODE, nullable=False),
        sa.Column("district", _CODE, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _SUMS),
        sa.PrimaryKeyConstraint("day", "sector", "district", name="coverage_days_pkey"),
    )
    op.create_table(
        "coverage_filings",
        sa.Column("party", _CODE, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("district", _CODE, nullable=False),
        sa.PrimaryKeyConstraint("party", "since", name="coverage_filings_pkey"),
    )
    op.create_table(
        "scan_days",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("trade", sa.Boolean, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "trade", name="scan_days_pkey"),
    )
