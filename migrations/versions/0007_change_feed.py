"""The order of the change feed, and the gateway's index of holders that follows it.

Reports that are older than this revision are numbered 0: they come first.

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    # With a constant first, so that the table is not written anew.
    op.add_column("events", sa.Column("xact", sa.BigInteger, nullable=False, server_default="0"))
    op.execute(
        "ALTER TABLE events ALTER COLUMN xact SET DEFAULT pg_current_xact_id()::text::bigint"
    )
    op.create_index("events_changes", "events", ["xact", sa.text("uuid_send(key)")])
    _create_holders()
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON holders, feeds TO suyuan_ingest")
    op.execute("GRANT SELECT ON holders, feeds TO suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("feeds")
    op.drop_table("holders")
    op.drop_index("events_changes", "events")
    op.drop_column("events", "xact")


def _create_holders() -> None:
    op.create_table(
        "holders",
        sa.Column("code", sa.BigInteger, nullable=False),
        sa.Column("subsystem", _CODE, nullable=False),
        sa.PrimaryKeyConstraint("code", "subsystem", name="holders_pkey"),
    )
    op.create_table(
        "feeds",
        sa.Column("subsystem", _CODE, primary_key=True),
        sa.Column("cursor", sa.Text),
        sa.Column("changes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("last_change", sa.DateTime(timezone=True)),
        sa.Column("watermark", sa.DateTime(timezone=True)),
        sa.Column("follower", sa.Uuid),
        sa.Column("followed_at", sa.DateTime(timezone=True)),
    )
