"""Certificates of systems and enterprises, and every step since each was entered.

Revision 0020, after 0019.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "certificates",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("issuer", _CODE, nullable=False),
        sa.Column("number", _CODE, nullable=False),
        sa.Column("subject", _CODE, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("certificates_known", "certificates", ["issuer", "number"], unique=True)
    op.create_index("certificates_by_subject", "certificates", ["subject", "id"])
    op.create_table(
        "certificate_steps",
        sa.Column("certificate", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("action", _CODE, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", _CODE, nullable=False),
        sa.Column("key", _CODE, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("certificate", "number", name="certificate_steps_pkey"),
    )
    # Both are appended to, and nobody may change a row.
    op.execute("GRANT SELECT, INSERT ON certificates, certificate_steps TO suyuan_ingest")
    op.execute("GRANT SELECT ON certificates, certificate_steps TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("certificate_steps")
    op.drop_table("certificates")
