"""Copies of reports on their way from the gateway to other subsystems.

Revision 0009, after 0008.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "deliveries",
        sa.Column("identity", sa.Uuid, nullable=False),
        sa.Column("subsystem", _CODE, nullable=False),
        sa.Column("origin", _CODE, nullable=False),
        sa.Column("event", sa.Uuid, nullable=False),
        sa.Column("uri", _CODE, nullable=False),
        sa.Column("declaration", sa.Boolean, nullable=False),
        sa.Column("content", sa.Uuid, nullable=False),
        sa.Column("subject", _CODE, nullable=False),
        sa.Column("owner", _CODE, nullable=False),
        sa.Column("role", _CODE, nullable=False),
        sa.Column("party", _CODE),
        sa.Column("home", _CODE),
        sa.Column("language", _CODE, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("report", sa.Uuid, nullable=False),
        sa.Column("state", _CODE, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("problem", sa.Text),
        _moment("created_at", sa.func.now()),
        sa.Column("tried_at", sa.DateTime(timezone=True)),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        _moment("claimed_until", sa.text("'-infinity'")),
        sa.PrimaryKeyConstraint("identity", "subsystem", name="deliveries_pkey"),
    )
    op.create_index("deliveries_of_event", "deliveries", ["event"])
    op.create_index("deliveries_of_owner", "deliveries", ["owner", "created_at"])
    op.create_index("deliveries_by_time", "deliveries", ["created_at"])
    op.create_index(
        "deliveries_open",
        "deliveries",
        ["subsystem", "created_at"],
        postgresql_where=sa.text("state IN ('pending', 'waiting')"),
    )
    op.create_index(
        "deliveries_pending",
        "deliveries",
        ["report"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON deliveries TO suyuan_ingest")
    op.execute("GRANT SELECT ON deliveries TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("deliveries")


def _moment(name: str, default: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=default)
