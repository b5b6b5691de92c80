"""What each subsystem said last of its recalls in force, kept by the gateway.

Revision 0018, after 0017.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "member_recalls",
        sa.Column("subsystem", sa.Text(collation="C"), primary_key=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column(
            "told_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON member_recalls TO suyuan_ingest")
    op.execute("GRANT SELECT ON member_recalls TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("member_recalls")
