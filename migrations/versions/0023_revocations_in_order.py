"""The order in which filings were revoked, so that coverage figures follow them.

Revision 0023, after 0022.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    # Rows that are there get this transaction's number: they are read once more, which is right.
    op.add_column(
        "revocations",
        sa.Column(
            "xact",
            sa.BigInteger,
            nullable=False,
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
        ),
    )
    op.create_index("revocations_changes", "revocations", ["xact"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index("revocations_changes", "revocations")
    op.drop_column("revocations", "xact")
