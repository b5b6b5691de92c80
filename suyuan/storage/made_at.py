"""What was made at a place: for recalls over stations that spread."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from suyuan.domain.lookup import Rank, Role
from suyuan.storage.engine import ReadConnection

# A station that made more than this in the window is a factory that was never cleaned.
MOST_MADE = 100_000

_MADE_AT = text(f"""
    SELECT DISTINCT e.code FROM edges e
    WHERE e.place = :place AND e.time >= :since
      AND (CAST(:until AS timestamptz) IS NULL OR e.time <= :until)
      AND (e.role = {int(Role.OUTPUT)} OR e.role = {int(Role.ITEM)} AND e.rank = {int(Rank.ADD)})
      AND NOT EXISTS (
          SELECT 1 FROM events v JOIN events o ON o.key = v.key AND NOT o.declaration
          WHERE v.key = e.event AND v.declaration
            AND (v.party = o.party OR v.authority))
    LIMIT :most
""")


async def find_made_at(
    connection: ReadConnection, place: str, since: datetime, until: datetime | None
) -> list[str]:
    """The codes of what was made or commissioned at a place within a window, bounds inclusive.

    Reads every edge of the time: there is no index by place, which only a recall would ask.
    """
    bound = {"place": place, "since": since, "until": until, "most": MOST_MADE}
    return [row[0] for row in await connection.execute(_MADE_AT, bound)]
