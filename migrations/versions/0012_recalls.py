"""Recalls: what was proposed, every step since, what is reached, whom it concerns.

Revision 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")
_MOMENT = sa.DateTime(timezone=True)
_TABLES = (
    *("recalls", "recall_steps", "recall_things", "recall_holes", "recall_notices"),
    "webhooks",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _create_recalls()
    _create_scope()
    _create_notices()
    named = ", ".join(_TABLES)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {named} TO suyuan_ingest")
    # Steps are appended, and nobody may change one.
    op.execute("REVOKE UPDATE, DELETE ON recall_steps FROM suyuan_ingest")
    read = ", ".join(table for table in _TABLES if table != "webhooks")
    op.execute(f"GRANT SELECT ON {read} TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in reversed(_TABLES):
        op.drop_table(table)


def _create_recalls() -> None:
    op.create_table(
        "recalls",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("home", _CODE, nullable=False),
        sa.Column("proposal", sa.Text, nullable=False),
        sa.Column("state", _CODE, nullable=False),
        sa.Column("drill", sa.Boolean, nullable=False),
        sa.Column("quantities", sa.Text),
        sa.Column("claim", sa.Uuid),
        sa.Column("heartbeat_at", _MOMENT),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("created_at", _MOMENT, nullable=False, server_default=sa.func.now()),
    )
    op.create_index("recalls_by_state", "recalls", ["state", "created_at"])
    op.create_table(
        "recall_steps",
        sa.Column("recall", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("action", _CODE, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("owner", _CODE, nullable=False),
        sa.Column("key", _CODE, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("recall", "number", name="recall_steps_pkey"),
    )


def _create_scope() -> None:
    op.create_table(
        "recall_things",
        sa.Column("recall", sa.Uuid, nullable=False),
        sa.Column("code", _CODE, nullable=False),
        sa.Column("is_lot", sa.Boolean, nullable=False),
        sa.Column("state", _CODE),
        sa.Column("holder", _CODE),
        sa.Column("place", _CODE),
        sa.Column("last_time", _MOMENT),
        sa.Column("worst_case", sa.Numeric),
        sa.Column("pro_rata", sa.Numeric),
        sa.Column("unit", _CODE),
        sa.PrimaryKeyConstraint("recall", "code", name="recall_things_pkey"),
    )
    op.create_index("recall_things_by_holder", "recall_things", ["recall", "holder"])
    op.create_table(
        "recall_holes",
        sa.Column("recall", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("subsystem", _CODE, nullable=False),
        sa.Column("reason", _CODE, nullable=False),
        sa.Column("questions", sa.Integer, nullable=False),
        sa.Column("signed_off_by", _CODE),
        sa.PrimaryKeyConstraint("recall", "number", name="recall_holes_pkey"),
    )


def _create_notices() -> None:
    op.create_table(
        "recall_notices",
        sa.Column("party", _CODE, nullable=False),
        sa.Column("recall", sa.Uuid, nullable=False),
        sa.Column("things", sa.BigInteger, nullable=False),
        sa.Column("told_at", _MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("acknowledged_at", _MOMENT),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("next_at", _MOMENT),
        sa.Column("delivered_at", _MOMENT),
        sa.Column("problem", sa.Text),
        sa.PrimaryKeyConstraint("party", "recall", name="recall_notices_pkey"),
    )
    op.create_index(
        "recall_notices_due",
        "recall_notices",
        ["next_at"],
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.create_table(
        "webhooks",
        sa.Column("party", _CODE, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("set_at", _MOMENT, nullable=False, server_default=sa.func.now()),
    )
