"""The exchange log of the gateway.

Revision 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "exchanges",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subsystem", _CODE, nullable=False),
        sa.Column("call", _CODE, nullable=False),
        sa.Column("outcome", _CODE, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("slowest", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("hour", "subsystem", "call", "outcome", name="exchanges_pkey"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON exchanges TO suyuan_ingest")
    op.execute("GRANT SELECT ON exchanges TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("exchanges")
