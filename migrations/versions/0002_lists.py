"""The order of lists: events by party and time, and by time alone.

Revision 0002, after 0001.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that waits for a lock makes everybody behind it wait too: better to fail soon.
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_index("events_by_party", "events", ["party", "time", "record_time"])
    op.create_index("events_by_time", "events", ["time", "record_time"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index("events_by_time", "events")
    op.drop_index("events_by_party", "events")
