"""Scans of consumer pages by code and day, and shoppers' complaints with their answers.

Revision 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _create_scans()
    _create_complaints()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("complaint_answers")
    op.drop_table("complaints")
    op.drop_table("scans")


def _create_scans() -> None:
    op.create_table(
        "scans",
        sa.Column("code", _CODE, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("trade", sa.Boolean, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("code", "day", "trade", name="scans_pkey"),
    )
    # Whoever counts may add to a count and nothing else: no row moves to another code or day.
    op.execute("GRANT SELECT, INSERT, UPDATE (count) ON scans TO suyuan_ingest")
    op.execute("GRANT SELECT ON scans TO suyuan_query")


def _create_complaints() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "complaints",
        sa.Column("number", _CODE, primary_key=True),
        sa.Column("made_at", moment, nullable=False, server_default=sa.func.now()),
        sa.Column("code", _CODE, nullable=False),
        sa.Column("subsystems", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("topic", _CODE, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("contact", sa.Text),
    )
    op.create_index("complaints_by_time", "complaints", ["made_at", "number"])
    op.create_table(
        "complaint_answers",
        sa.Column("complaint", _CODE, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("answered_at", moment, nullable=False, server_default=sa.func.now()),
        sa.Column("author", _CODE, nullable=False),
        sa.Column("state", _CODE, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("complaint", "number", name="complaint_answers_pkey"),
    )
    # A complaint is never changed, but for its contact, which goes when it is closed. The query
    # role, which answers the public, reads neither table.
    op.execute("GRANT SELECT, INSERT, UPDATE (contact) ON complaints TO suyuan_ingest")
    op.execute("GRANT SELECT, INSERT ON complaint_answers TO suyuan_ingest")
