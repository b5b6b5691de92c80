"""Codes that are given out: whose stems they stand on, in which ranges, and what became of them.

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import INT8RANGE

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")
_TABLES = ("code_stems", "code_ranges", "code_notices")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _create_stems_and_ranges()
    op.create_table(
        "code_notices",
        sa.Column("stem", _CODE, nullable=False),
        sa.Column("scheme", _CODE, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("run", INT8RANGE, nullable=False),
        sa.Column("state", _CODE, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("lot", _CODE),
        sa.Column("reporter", _CODE, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stem", "scheme", "number", name="code_notices_pkey"),
    )
    op.create_index("code_notices_by_run", "code_notices", ["run"], postgresql_using="gist")
    op.create_table(
        "job_results",
        sa.Column("job", sa.Uuid, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("job", "part", name="job_results_pkey"),
    )
    # A PDF and a ZIP are compressed already.
    op.execute("ALTER TABLE job_results ALTER COLUMN data SET STORAGE EXTERNAL")
    op.execute("GRANT SELECT, INSERT, UPDATE ON code_stems TO suyuan_ingest")
    op.execute("GRANT SELECT, INSERT ON code_ranges, code_notices TO suyuan_ingest")
    op.execute("GRANT SELECT, INSERT, DELETE ON job_results TO suyuan_ingest")
    op.execute("GRANT SELECT ON code_stems, code_ranges, code_notices TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("job_results", *reversed(_TABLES)):
        op.drop_table(table)


def _create_stems_and_ranges() -> None:
    op.create_table(
        "code_stems",
        sa.Column("scheme", _CODE, nullable=False),
        sa.Column("stem", _CODE, nullable=False),
        sa.Column("owner", _CODE, nullable=False),
        sa.Column("next", sa.BigInteger, nullable=False),
        sa.Column("notices", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("stem", "scheme", name="code_stems_pkey"),
    )
    op.create_table(
        "code_ranges",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("scheme", _CODE, nullable=False),
        sa.Column("stem", _CODE, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("owner", _CODE, nullable=False),
        sa.Column("lot", _CODE),
        sa.Column("reporter", _CODE, nullable=False),
        sa.Column(
            "issued_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.PrimaryKeyConstraint("stem", "scheme", "first", name="code_ranges_pkey"),
    )
    op.create_index("code_ranges_by_owner", "code_ranges", ["owner", "issued_at", "id"])
    op.create_index("code_ranges_by_id", "code_ranges", ["id"])
