"""How many different enterprises reported in a month, for coverage figures.

Revision 0025, after 0024.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "coverage_months",
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("sector", _CODE, nullable=False),
        sa.Column("district", _CODE, nullable=False),
        sa.Column("party", _CODE, nullable=False),
        sa.Column("days", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "month", "sector", "district", "party", name="coverage_months_pkey"
        ),
    )
    # What was counted before; the same as suyuan.storage.coverage_statements.MONTHS_OF_CELLS.
    op.execute(
        """
        INSERT INTO coverage_months (month, sector, district, party, days)
        SELECT date_trunc('month', c.day)::date, k.sector, k.district, c.party, sum(k.days)
        FROM coverage_cells c
        CROSS JOIN LATERAL (VALUES
            (c.sector, c.district, c.active), (c.sector, '*', c.active),
            ('', c.district, c.active_any), ('', '*', c.active_any)) AS k (sector, district, days)
        WHERE k.days > 0 GROUP BY 1, 2, 3, 4
        """
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON coverage_months TO suyuan_ingest")
    op.execute("GRANT SELECT ON coverage_months TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("coverage_months")
