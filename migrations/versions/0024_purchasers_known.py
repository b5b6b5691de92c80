"""Who answers the public sees of which sales a purchaser is registered, and not who that is.

Revision 0024, after 0023.
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("GRANT SELECT (event, seller) ON purchasers TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("REVOKE SELECT (event, seller) ON purchasers FROM suyuan_query")
