"""Where the thing of an edge was, the far end of its movement, and how much of it there was.

Edges of events that are older than this revision get them by ``suyuan edges rebuild``.

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CODES = ("place", "far_place", "far_party", "unit")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for name in _CODES:
        op.add_column("edges", sa.Column(name, sa.Text(collation="C")))
    op.add_column("edges", sa.Column("quantity", sa.Numeric))
    moves = sa.Column("moves", sa.SmallInteger, nullable=False, server_default="0")
    op.add_column("edges", moves)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for name in (*_CODES, "quantity", "moves"):
        op.drop_column("edges", name)
