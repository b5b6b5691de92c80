"""Runs the revisions on the connection that ``suyuan.storage.provision`` gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, text

from suyuan.storage.tables import metadata

# Two services that start at once must not migrate one database at once. The number is ours alone:
# the ASCII codes of "suyuan".
_LOCK = int.from_bytes(b"suyuan")


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Hold the database's lock for migrations, waiting for whoever holds it."""
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
    connection.commit()  # the lock is the session's: each revision has its own transaction
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
        connection.commit()


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with _alone(connection), context.begin_transaction():
        context.run_migrations()


_migrate(context.config.attributes["connection"])
