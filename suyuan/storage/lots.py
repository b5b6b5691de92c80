"""Reports of one party that tell of a lot by its number: for recalls that know no code."""

from __future__ import annotations

from sqlalchemy import text

from suyuan.storage.engine import ReadConnection

# A lot that a party reports more often than this is known by its code.
MOST_REPORTS = 1_000

_TELLING = text("""
    SELECT e.form, e.document, e.id FROM events e
    WHERE e.party = :party AND NOT e.declaration AND position(:lot IN e.document) > 0
      AND NOT EXISTS (SELECT 1 FROM events v
                      WHERE v.key = e.key AND v.declaration
                        AND (v.party = e.party OR v.authority))
    ORDER BY e.time DESC LIMIT :most
""")


async def find_telling(
    connection: ReadConnection, party: str, lot: str
) -> list[tuple[int, str, str]]:
    """``(form, document, id)`` of a party's reports in which the lot's number stands somewhere."""
    bound = {"party": party, "lot": lot, "most": MOST_REPORTS}
    rows = await connection.execute(_TELLING, bound)
    return [(form, document, event_id) for form, document, event_id in rows]
