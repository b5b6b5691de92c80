"""Purchasers, sealed, and the log of who had one opened. Rows are added, and never changed.

Both are the ingest role's alone: the role that answers the public cannot even count them.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from suyuan.domain.purchasers import Opening
from suyuan.storage.engine import WriteConnection

_ADD = text("""
    INSERT INTO purchasers (event, seller, sealed) VALUES (:event, :seller, :sealed)
    ON CONFLICT DO NOTHING
""")
_FIND = text("SELECT sealed FROM purchasers WHERE event = :event AND seller = :seller")
# Who looks waits for whoever is looking: numbers have no gaps, so a line that is gone shows.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('purchaser_openings', 0))")
_LOG = text("""
    INSERT INTO purchaser_openings (number, event, seller, owner, key, reason)
    SELECT coalesce(max(number), 0) + 1, :event, :seller, :owner, :key, :reason
    FROM purchaser_openings
""")
_OPENINGS = text("""
    SELECT number, opened_at, event, seller, owner, key, reason FROM purchaser_openings
    WHERE number > :after ORDER BY number LIMIT :most
""")


async def add(connection: WriteConnection, event: bytes, seller: str, sealed: str) -> str:
    """Keep a purchaser of a sale; what is kept of it, which is older where there was one."""
    named = {"event": UUID(bytes=event), "seller": seller}
    await connection.execute(_ADD, {**named, "sealed": sealed})
    kept: str = (await connection.execute(_FIND, named)).scalar_one()
    return kept


async def find(connection: WriteConnection, event: bytes, seller: str) -> str | None:
    """The sealed purchaser of a sale."""
    named = {"event": UUID(bytes=event), "seller": seller}
    sealed: str | None = await connection.scalar(_FIND, named)
    return sealed


async def log_opening(
    connection: WriteConnection, event: str, seller: str, owner: str, key: str | None, reason: str
) -> None:
    """Write down who has a purchaser opened, in the transaction before it is told."""
    await connection.execute(_LOCK)
    named = {"event": event, "seller": seller, "owner": owner, "key": key, "reason": reason}
    await connection.execute(_LOG, named)


async def openings(connection: WriteConnection, after: int, most: int) -> list[Opening]:
    """The lines of the log behind one, oldest first."""
    found = await connection.execute(_OPENINGS, {"after": after, "most": most})
    return [Opening(*row) for row in found]
