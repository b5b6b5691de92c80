"""What the rows of a file are: events, or entries of the register.

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    kind = sa.Column("kind", sa.Text(collation="C"), nullable=False, server_default="events")
    op.add_column("jobs", kind)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("jobs", "kind")
