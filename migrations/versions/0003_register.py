"""The register: versions of parties, places and products.

Revision 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "register",
        sa.Column("code", _CODE, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.Column("content", sa.Uuid, nullable=False),
        sa.Column("holder", _CODE),
        sa.Column("reporter", _CODE, nullable=False),
        sa.Column("authority", sa.Boolean, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("code", "kind", "number", name="register_pkey"),
    )
    # Ingest appends, query reads; nobody changes or deletes a version.
    op.execute("GRANT SELECT, INSERT ON register TO suyuan_ingest")
    op.execute("GRANT SELECT ON register TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("register")
