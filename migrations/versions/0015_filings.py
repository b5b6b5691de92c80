"""Filings: dossiers, every step since, and what was revoked.

Revision 0015, after 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _create_filings()
    op.create_table(
        "revocations",
        sa.Column("party", _CODE, nullable=False),
        sa.Column("licence", _CODE, nullable=False),
        sa.Column("filing", sa.Uuid, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("party", "licence", "filing", name="revocations_pkey"),
    )
    # Steps are appended, and nobody may change one; query sees nothing of them, nor any people.
    op.execute("GRANT SELECT, INSERT ON filing_steps TO suyuan_ingest")
    op.execute("GRANT SELECT, INSERT, UPDATE ON filings TO suyuan_ingest")
    op.execute("GRANT SELECT, INSERT, DELETE ON revocations TO suyuan_ingest")
    op.execute("GRANT SELECT ON revocations TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("revocations", "filing_steps", "filings"):
        op.drop_table(table)


def _create_filings() -> None:
    op.create_table(
        "filings",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("party", _CODE, nullable=False),
        sa.Column("state", _CODE, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index(
        "filings_open",
        "filings",
        ["party"],
        unique=True,
        postgresql_where=sa.text("state IN ('filed', 'returned')"),
    )
    op.create_index("filings_by_state", "filings", ["state", "at", "id"])
    op.create_index("filings_by_party", "filings", ["party", "at", "id"])
    op.create_table(
        "filing_steps",
        sa.Column("filing", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("action", _CODE, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("owner", _CODE, nullable=False),
        sa.Column("key", _CODE, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("licence", _CODE),
        sa.Column("since", sa.Date),
        sa.Column("dossier", sa.Text),
        sa.Column("people", sa.Text),
        sa.PrimaryKeyConstraint("filing", "number", name="filing_steps_pkey"),
    )
