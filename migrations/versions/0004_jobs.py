"""Files that are being taken in: jobs, the parts of their files, the rows that were refused.

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")


def upgrade() -> None:
    # A migration that waits for a lock makes everybody behind it wait too: better to fail soon.
    op.execute("SET LOCAL lock_timeout = '4s'")
    _create_jobs()
    op.create_table(
        "job_parts",
        sa.Column("job", sa.Uuid, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("job", "part", name="job_parts_pkey"),
    )
    # What is sent compressed cannot be compressed again, and plain text goes through quickly.
    op.execute("ALTER TABLE job_parts ALTER COLUMN data SET STORAGE EXTERNAL")
    op.create_table(
        "job_rejections",
        sa.Column("job", sa.Uuid, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("cells", sa.Text, nullable=False),
        sa.Column("faults", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("job", "line", name="job_rejections_pkey"),
    )
    # A file belongs to its sender: nobody but ingest reads it, and it goes when the job has ended.
    op.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON jobs, job_parts, job_rejections TO suyuan_ingest"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("job_rejections")
    op.drop_table("job_parts")
    op.drop_table("jobs")


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("owner", _CODE, nullable=False),
        sa.Column("party", _CODE),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("format", _CODE, nullable=False),
        sa.Column("dry_run", sa.Boolean, nullable=False),
        sa.Column("state", _CODE, nullable=False, server_default="receiving"),
        sa.Column("size", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("line", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rows_total", sa.Integer),
        sa.Column("rows_read", sa.Integer, nullable=False, server_default="0"),
        sa.Column("accepted", sa.Integer, nullable=False, server_default="0"),
        sa.Column("repeated", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rejected", sa.Integer, nullable=False, server_default="0"),
        sa.Column("header", sa.Text),
        sa.Column("problem", sa.Text),
        sa.Column("claim", sa.Uuid),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
    )
    op.create_index(
        "jobs_open",
        "jobs",
        ["created_at"],
        postgresql_where=sa.text("state IN ('receiving', 'waiting', 'running')"),
    )
