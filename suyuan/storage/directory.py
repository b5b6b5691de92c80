"""The directory's pages, out of what departments said in the register.

An index over their versions alone (``register_directory``) is in the order of a page, so that a
page stops as soon as it is full. A search by name goes by the characters of the name
(``register_sought``), for which any PostgreSQL has what is needed, unless most names have them.
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
    WHERE (CAST(:name AS text) IS NULL OR position(:name IN d.sought) > 0)
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
    )
)
_OF_CODES = text(_PAGE.format(wanted="r.code = ANY(CAST(:codes AS text[]))"))
# Whose name said so once, as far as the index over its characters tells; in no order.
NAMED = text("""
    SELECT code FROM register
    WHERE sought IS NOT NULL AND code > :after
      AND string_to_array(sought, NULL) @> string_to_array(:name, NULL)
      AND position(:name IN sought) > 0
    LIMIT :most
""")
# A part that more names have is common: a page of those is full soon, gone through in order.
_MOST_NAMED = 1_000
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
    bound = {"today": on, "after": after, "limit": limit}
    bound |= {"name": search.name, "category": search.category}
    codes = await _named(connection, search.name, after) if search.name is not None else None
    if codes is not None:
        found = await connection.execute(_OF_CODES, {**bound, "codes": codes})
    else:
        beyond = None if search.code is None else search.code + _BEYOND
        found = await connection.execute(PAGE, {**bound, "least": search.code, "beyond": beyond})
    return [StoredVersion(*row) for row in found]


async def _named(connection: ReadConnection, name: str, after: str) -> list[str] | None:
    """The codes of all whose name has this in it; ``None`` of more than are worth gathering."""
    bound = {"name": name, "after": after, "most": _MOST_NAMED + 1}
    codes = [row.code for row in await connection.execute(NAMED, bound)]
    return codes if len(codes) <= _MOST_NAMED else None
