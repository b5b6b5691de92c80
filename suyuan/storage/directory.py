"""The directory's pages, out of what departments said in the register.

An index over their versions alone (``register_directory``) is in the order of a page, so that a
page stops as soon as it is full; a search by name looks through all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from suyuan.storage.engine import ReadConnection
from suyuan.storage.register import StoredVersion

# A party whose newest version is a person was never in any directory. Whoever has a USCC is none,
# and does not leave the directory by saying so himself.
PAGE = text("""
    SELECT d.kind, d.code, d.number, d.recorded_at, d.reporter, d.authority, d.document
    FROM (SELECT DISTINCT ON (r.code) r.*
          FROM register r
          WHERE r.sought IS NOT NULL AND r.valid_from <= :today AND r.code > :after
            AND (CAST(:least AS text) IS NULL OR (r.code >= :least AND r.code < :beyond))
          ORDER BY r.code, r.valid_from DESC, r.number DESC) AS d
    WHERE (CAST(:name AS text) IS NULL OR position(:name IN d.sought) > 0)
      AND (SELECT n.document::json ->> 'organisation' FROM register n
           WHERE n.code = d.code AND n.kind = d.kind
             AND (n.authority OR NOT starts_with(n.code, 'urn:suyuan:cn:'))
           ORDER BY n.number DESC LIMIT 1) IS DISTINCT FROM 'false'
    ORDER BY d.code LIMIT :limit
""")
_BEYOND = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Search:
    """``name`` is part of a name as it is compared, ``code`` the beginning of a canonical key."""

    name: str | None = None
    code: str | None = None


async def find_listed(
    connection: ReadConnection, search: Search, *, on: date, after: str, limit: int
) -> list[StoredVersion]:
    """What departments say of organisations on a day, in order of code, behind one."""
    bound = {
        "today": on,
        "after": after,
        "least": search.code,
        "beyond": None if search.code is None else search.code + _BEYOND,
        "name": search.name,
        "limit": limit,
    }
    return [StoredVersion(*row) for row in await connection.execute(PAGE, bound)]
