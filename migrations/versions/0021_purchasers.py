"""Who bought restricted farm inputs, sealed; and the log of who had it opened.

Revision 0021, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "purchasers",
        sa.Column("event", sa.Uuid, nullable=False),
        sa.Column("seller", _CODE, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        _now("registered_at"),
        sa.PrimaryKeyConstraint("event", "seller", name="purchasers_pkey"),
    )
    op.create_table(
        "purchaser_openings",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        _now("opened_at"),
        sa.Column("event", _CODE, nullable=False),
        sa.Column("seller", _CODE, nullable=False),
        sa.Column("owner", _CODE, nullable=False),
        sa.Column("key", _CODE),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="purchaser_openings_pkey"),
    )
    # No service may change or delete a row, and the role that answers the public sees none.
    op.execute("GRANT SELECT, INSERT ON purchasers, purchaser_openings TO suyuan_ingest")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("purchaser_openings")
    op.drop_table("purchasers")
