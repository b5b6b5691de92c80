"""The directory: what departments' versions of organisations are sought by.

Revision 0016, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("register", sa.Column("sought", sa.Text))
    # As suyuan/domain/directory.py has it since, but for the few letters that only casefold folds.
    op.execute("""
        UPDATE register SET sought = lower(normalize(concat_ws(E'\\n',
            document::json -> 'names' ->> 'zh', document::json -> 'names' ->> 'en'), NFKC))
        WHERE kind = 0 AND authority
          AND (document::json ->> 'organisation') IS DISTINCT FROM 'false'
    """)
    op.create_index(
        "register_directory",
        "register",
        ["code", sa.text("valid_from DESC"), sa.text("number DESC")],
        postgresql_where=sa.text("sought IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index("register_directory", "register")
    op.drop_column("register", "sought")
