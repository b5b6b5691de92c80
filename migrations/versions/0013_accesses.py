"""Who of the authorities looked at what: rows that are added and never changed.

Revision 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "accesses",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("request", sa.Uuid, nullable=False),
        sa.Column("trace", _CODE),
        sa.Column("role", _CODE, nullable=False),
        sa.Column("owner", _CODE, nullable=False),
        sa.Column("key", _CODE),
        sa.Column("through", _CODE),
        sa.Column("route", _CODE, nullable=False),
        sa.Column("asked", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("asked_count", sa.Integer, nullable=False),
        sa.Column("events", sa.BigInteger),
        sa.Column("edges", sa.BigInteger, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("reason", _CODE),
        sa.Column("reference", _CODE),
        sa.PrimaryKeyConstraint("at", "id", name="accesses_pkey"),
    )
    op.create_index("accesses_by_request", "accesses", ["request"])
    op.create_index("accesses_by_asked", "accesses", ["asked"], postgresql_using="gin")
    # A service adds rows and reads them, and has no right to change or delete one.
    op.execute("GRANT INSERT ON accesses TO suyuan_ingest")
    op.execute("GRANT SELECT ON accesses TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("accesses")
