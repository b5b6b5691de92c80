"""The gateway's index of holders: which subsystem probably holds something of a code.

It is filled from the subsystems' change feeds, a page and its cursor in one transaction, so that
whoever follows is killed at any point goes on where it was. Codes are there as hashes. A row is a
hint: an index that is behind knows too little, and one that was not made anew too much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from suyuan.domain.changes import ChangesPage
from suyuan.storage.engine import ReadConnection, WriteConnection

# A follower that has not been heard of for so long is gone, and another gateway process takes over.
STALE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Feed:
    """How far a subsystem's feed has been followed.

    ``last_change``  when the newest report in the index was stored
    ``watermark``    up to when, by the subsystem's clock, everything is in the index
    """

    subsystem: str
    changes: int
    last_change: datetime | None
    watermark: datetime | None


_CLAIM = text("""
    INSERT INTO feeds (subsystem, follower, followed_at) VALUES (:subsystem, :follower, now())
    ON CONFLICT (subsystem) DO UPDATE SET follower = :follower, followed_at = now()
    WHERE feeds.follower = :follower OR feeds.follower IS NULL
       OR feeds.followed_at < now() - make_interval(secs => :stale)
    RETURNING cursor
""")
# The page belongs behind the cursor that it was asked with; a rebuild may have put that back.
_ADVANCE = text("""
    UPDATE feeds
    SET cursor = :following, followed_at = now(),
        changes = :count + CASE WHEN :anew THEN 0 ELSE changes END,
        last_change = coalesce(:last_change, last_change),
        watermark = CASE WHEN :more THEN watermark ELSE :watermark END
    WHERE subsystem = :subsystem AND follower = :follower
      AND cursor IS NOT DISTINCT FROM CAST(:cursor AS text)
    RETURNING subsystem
""")
_ADD = text("""
    INSERT INTO holders (code, subsystem)
    SELECT code, :subsystem FROM unnest(CAST(:codes AS bigint[])) AS told (code)
    ON CONFLICT DO NOTHING
""")
_RELEASE = text("UPDATE feeds SET follower = NULL WHERE follower = :follower")
_HOLDERS = text("""
    SELECT code, subsystem FROM holders WHERE code = ANY(CAST(:codes AS bigint[]))
""")
_FEEDS = text("SELECT subsystem, changes, last_change, watermark FROM feeds ORDER BY subsystem")
_FORGET = text("TRUNCATE holders")
_BEGIN_ANEW = text("UPDATE feeds SET cursor = NULL, changes = 0, watermark = NULL")


async def claim(
    connection: WriteConnection, subsystem: str, follower: UUID
) -> tuple[bool, str | None]:
    """Whether ``follower`` may follow a feed now, and the cursor to go on with."""
    asked = {"subsystem": subsystem, "follower": follower, "stale": STALE_SECONDS}
    row = (await connection.execute(_CLAIM, asked)).one_or_none()
    return (False, None) if row is None else (True, row.cursor)


async def take_in(
    connection: WriteConnection,
    subsystem: str,
    follower: UUID,
    page: ChangesPage,
    cursor: str | None,
) -> bool:
    """Store a page that was asked for with ``cursor``; False if that is no longer the place."""
    told = {
        "subsystem": subsystem,
        "follower": follower,
        "cursor": cursor,
        "following": page.following,
        "anew": page.anew,
        "more": page.more,
        "count": len(page.changes),
        "last_change": max((c.record_time for c in page.changes), default=None),
        "watermark": page.watermark,
    }
    if (await connection.execute(_ADVANCE, told)).one_or_none() is None:
        return False
    codes = sorted({code for change in page.changes for code in change.codes})
    if codes:
        await connection.execute(_ADD, {"subsystem": subsystem, "codes": codes})
    return True


async def release(connection: WriteConnection, follower: UUID) -> None:
    """Let others follow what this one did."""
    await connection.execute(_RELEASE, {"follower": follower})


async def find_holders(
    connection: ReadConnection, codes: Iterable[int]
) -> Mapping[int, Collection[str]]:
    """Of each hash the subsystems that probably hold something; hashes of nobody are left out."""
    found: dict[int, list[str]] = defaultdict(list)
    for code, subsystem in await connection.execute(_HOLDERS, {"codes": list(codes)}):
        found[code].append(subsystem)
    return found


async def find_feeds(connection: ReadConnection) -> list[Feed]:
    """How far each feed has been followed."""
    return [Feed(*row) for row in await connection.execute(_FEEDS)]


async def begin_anew(connection: AsyncConnection) -> None:
    """Empty the index, and have every feed followed from its beginning. For the owner alone."""
    await connection.execute(_FORGET)
    await connection.execute(_BEGIN_ANEW)
