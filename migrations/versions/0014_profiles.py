"""The sector profiles that an event was checked by, what it does not keep of them, and its file's.

Revision 0014, after 0013. Events from before have neither, and nothing is said of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("events", sa.Column("profile", sa.Text(collation="C")))
    op.add_column("events", sa.Column("breaches", sa.Text))
    op.add_column("jobs", sa.Column("advised", sa.Integer, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("advice", sa.Text))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("jobs", "advice")
    op.drop_column("jobs", "advised")
    op.drop_column("events", "breaches")
    op.drop_column("events", "profile")
