"""Events, their edges, and API keys; what each role may do with them.

Revision 0001, after nothing.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_CODE = sa.Text(collation="C")


def upgrade() -> None:
    # A migration that waits for a lock makes everybody behind it wait too: better to fail soon.
    op.execute("SET LOCAL lock_timeout = '4s'")
    _create_events()
    _create_edges()
    _create_keys()
    # Ingest appends, query reads; only the owner writes keys. Nobody updates or deletes an event.
    op.execute("GRANT SELECT, INSERT ON events, edges TO suyuan_ingest")
    op.execute("GRANT SELECT ON events, edges TO suyuan_query")
    op.execute("GRANT SELECT ON keys, alembic_version TO suyuan_ingest, suyuan_query")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("keys")
    op.drop_table("edges")
    op.drop_table("events")


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("key", sa.Uuid, nullable=False),
        sa.Column("party", _CODE, nullable=False),
        sa.Column("declaration", sa.Boolean, nullable=False),
        sa.Column("authority", sa.Boolean, nullable=False),
        sa.Column("content", sa.Uuid, nullable=False),
        _moment("time"),
        _moment("record_time", server_default=sa.func.now()),
        sa.Column("form", sa.SmallInteger, nullable=False),
        sa.Column("kind", _CODE),
        sa.Column("sector", _CODE),
        sa.Column("id", _CODE, nullable=False),
        sa.Column("reporter", _CODE, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", "party", "declaration", name="events_pkey"),
    )
    op.create_index("events_by_id", "events", ["id"])
    op.create_index(
        "events_declarations", "events", ["key"], postgresql_where=sa.text("declaration")
    )


def _create_edges() -> None:
    op.create_table(
        "edges",
        sa.Column("code", _CODE, nullable=False),
        _moment("time"),
        _moment("record_time", server_default=sa.func.now()),
        sa.Column("event", sa.Uuid, nullable=False),
        sa.Column("role", sa.SmallInteger, nullable=False),
        sa.Column("rank", sa.SmallInteger, nullable=False),
        sa.Column("ends", sa.Boolean, nullable=False),
        sa.Column("is_lot", sa.Boolean, nullable=False),
        sa.Column("id", _CODE, nullable=False),
        sa.Column("party", _CODE, nullable=False),
        sa.Column("other", _CODE),
    )
    op.create_index("edges_by_code", "edges", ["code", "time"])
    op.create_index(
        "edges_by_other", "edges", ["other", "time"], postgresql_where=sa.text("other IS NOT NULL")
    )


def _create_keys() -> None:
    op.create_table(
        "keys",
        sa.Column("key_hash", sa.LargeBinary, primary_key=True),
        sa.Column("role", _CODE, nullable=False),
        sa.Column("party", _CODE),
        sa.Column("home", _CODE),
        sa.Column("label", sa.Text, nullable=False, server_default=""),
        _moment("issued_at", server_default=sa.func.now()),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )


def _moment(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, **options)
