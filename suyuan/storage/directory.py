"""The directory's pages, out of what departments said in the register.

An index over their versions alone (``register_directory``) is in the order of a page, so that a
page stops as soon as it is full. A search by name goes by the characters of the name
(``register_sought``), for which any PostgreSQL has what is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from suyuan.storage.engine import ReadConnection
from suyuan.storage.register import StoredVersion

# A party whose newest version is a person was never in any directory. Whoever has a USCC is none,
# and does not leave the directory by saying so himself.
_PAGE = """
    SELECT d.kind, d.code, d.number, d.recorded_at, d.reporter, d.authority, d.document
    FROM (SELECT DISTINCT ON (r.code) r.*
          FROM register r
          WHERE r.sought IS NOT NULL AND r.valid_from <= :today AND r.code > :after
            AND {wanted}
          ORDER BY r.code, r.valid_from DESC, r.number DESC) AS d
    WHERE {named}
      AND (CAST(:category AS text) IS NULL OR
           d.document::jsonb -> 'categories' @> to_jsonb(CAST(:category AS text)))
      AND (SELECT n.document::json ->> 'organisation' FROM register n
           WHERE n.code = d.code AND n.kind = d.kind
             AND (n.authority OR NOT starts_with(n.code, 'urn:suyuan:cn:'))
           ORDER BY n.number DESC LIMIT 1) IS DISTINCT FROM 'false'
    ORDER BY d.code LIMIT :limit
"""
PAGE = text(
    _PAGE.format(
        wanted="(CAST(:least AS text) IS NULL OR (r.code >= :least AND r.code < :beyond))",
        named="true",
    )
)
# Whose name had these characters once; of what holds today they must be in this order.
BY_NAME = text(
    _PAGE.format(
        wanted="""r.code IN (
                SELECT s.code FROM register s
                WHERE s.sought IS NOT NULL
                  AND string_to_array(s.sought, NULL) @> string_to_array(:name, NULL))""",
        named="position(:name IN d.sought) > 0",
    )
)
_BEYOND = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Search:
    """``name`` is part of a name as it is compared, ``code`` the beginning of a canonical key.

    ``category`` is one of those that an entry lists.
    """

    name: str | None = None
    code: str | None = None
    category: str | None = None


async def find_listed(
    connection: ReadConnection, search: Search, *, on: date, after: str, limit: int
) -> list[StoredVersion]:
    """What departments say of organisations on a day, in order of code, behind one."""
    bound = {"today": on, "after": after, "category": search.category, "limit": limit}
    if search.name is not None:
        found = await connection.execute(BY_NAME, {**bound, "name": search.name})
    else:
        beyond = None if search.code is None else search.code + _BEYOND
        found = await connection.execute(PAGE, {**bound, "least": search.code, "beyond": beyond})
    return [StoredVersion(*row) for row in found]
