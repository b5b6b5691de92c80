"""Purchasers, sealed, and the log of who had one opened. Rows are added, and never changed.

Who they are is the ingest role's alone: the role that answers the public sees of which sales there
is one, and cannot read more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from suyuan.domain.purchasers import Opening
from suyuan.storage.engine import ReadConnection, WriteConnection

# In the order of the key, so that two who register the same wait for each other.
_ADD = text("""
    INSERT INTO purchasers (event, seller, sealed)
    SELECT event, CAST(:seller AS text), sealed
    FROM unnest(CAST(:events AS uuid[]), CAST(:sealed AS text[])) AS told (event, sealed)
    ORDER BY event ON CONFLICT DO NOTHING
""")
_KEPT = text("""
    SELECT event, sealed FROM purchasers
    WHERE seller = :seller AND event = ANY(CAST(:events AS uuid[]))
""")
_FIND = text("SELECT sealed FROM purchasers WHERE event = :event AND seller = :seller")
_REGISTERED = text("""
    SELECT p.event, p.seller FROM purchasers p
    JOIN unnest(CAST(:events AS uuid[]), CAST(:sellers AS text[])) AS asked (event, seller)
      ON p.event = asked.event AND p.seller = asked.seller
""")
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


async def add(
    connection: WriteConnection, seller: str, sealed: Mapping[bytes, str]
) -> dict[bytes, str]:
    """Keep the purchasers of a seller's sales; what is kept of each, older where there was one."""
    asked = {"seller": seller, "events": [UUID(bytes=event) for event in sealed]}
    await connection.execute(_ADD, {**asked, "sealed": list(sealed.values())})
    return {event.bytes: kept for event, kept in await connection.execute(_KEPT, asked)}


async def find(connection: WriteConnection, event: bytes, seller: str) -> str | None:
    """The sealed purchaser of a sale."""
    named = {"event": UUID(bytes=event), "seller": seller}
    sealed: str | None = await connection.scalar(_FIND, named)
    return sealed


async def find_registered(
    connection: ReadConnection, sales: Sequence[tuple[bytes, str]]
) -> set[tuple[bytes, str]]:
    """Of some sales, as event and seller, those whose purchaser is registered; not who it is."""
    asked = {
        "events": [UUID(bytes=event) for event, _ in sales],
        "sellers": [seller for _, seller in sales],
    }
    rows = await connection.execute(_REGISTERED, asked)
    return {(event.bytes, seller) for event, seller in rows}


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
