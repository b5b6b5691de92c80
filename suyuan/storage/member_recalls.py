"""What each subsystem said last of its recalls in force: the gateway's memory across restarts."""

from __future__ import annotations

from sqlalchemy import text

from suyuan.storage.engine import ReadConnection, WriteConnection

_KEEP = text("""
    INSERT INTO member_recalls (subsystem, document) VALUES (:subsystem, :document)
    ON CONFLICT (subsystem) DO UPDATE SET document = excluded.document, told_at = now()
""")
_FIND = text("SELECT subsystem, document FROM member_recalls")


async def keep(connection: WriteConnection, subsystem: str, document: bytes) -> None:
    """Keep an answer as it came, in the place of the one before."""
    await connection.execute(_KEEP, {"subsystem": subsystem, "document": document})


async def find_all(connection: ReadConnection) -> dict[str, bytes]:
    """The answers that are kept, by subsystem."""
    return {row.subsystem: bytes(row.document) for row in await connection.execute(_FIND)}
