"""What buyers say of the sales that were reported to them: indexes of those sales, and disputes.

Revision 0019, after 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")
_SALES = sa.text("moves = 1 AND far_party IS NOT NULL")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    order = ["time", "event"]
    op.create_index("edges_sales_by", "edges", ["party", *order], postgresql_where=_SALES)
    op.create_index("edges_sales_to", "edges", ["far_party", *order], postgresql_where=_SALES)
    op.create_table(
        "disputes",
        sa.Column("event", sa.Uuid, nullable=False),
        sa.Column("seller", _CODE, nullable=False),
        sa.Column("buyer", _CODE, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column(
            "disputed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.PrimaryKeyConstraint("event", "seller", name="disputes_pkey"),
    )
    op.execute("GRANT SELECT, INSERT ON disputes TO suyuan_ingest")
    op.execute("GRANT SELECT ON disputes TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("disputes")
    op.drop_index("edges_sales_to", "edges")
    op.drop_index("edges_sales_by", "edges")
