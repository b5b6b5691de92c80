"""Pages of events: one statement a page, down an index from where the last page ended.

``events_by_party`` and ``events_by_time`` hold the order but for its last tie-breaks, so a page
costs what it shows however deep it lies. Kind, activity and sector are looked at on the way: a page
of a rare kind reads past what it does not want.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from suyuan.domain.listing import Listing, Place
from suyuan.storage.engine import ReadConnection
from suyuan.storage.load import FORMS
from suyuan.storage.reads import StoredRow

# An event, and the declaration that voids it if there is one. A declaration whose event is not
# known (yet) stands for it, at the place where the event will be.
_COLUMNS = """
    e.key, e.party, e.declaration, e.authority, e.content, e.record_time, e.form, e.reporter,
    e.document, e.id, e.time, d.form AS void_form, d.document AS void_document
"""
_VOID = """
    LEFT JOIN LATERAL (
        SELECT v.form, v.document FROM events v
        WHERE v.key = e.key AND v.declaration AND (v.authority OR v.party = e.party)
        ORDER BY v.record_time, v.party LIMIT 1) AS d ON true
"""
_ORDER = "ORDER BY e.time DESC, e.record_time DESC, e.key DESC, e.party DESC LIMIT :most"
_SHOWN = """(NOT e.declaration OR NOT EXISTS (
    SELECT FROM events o WHERE o.key = e.key AND NOT o.declaration))"""

# ``json`` checks the syntax alone; ``jsonb`` would refuse numbers that ``extra`` may hold.
_ACTIVITY = """(CAST(e.document AS json) ->>
    CASE e.form WHEN 0 THEN 'activity' ELSE 'suyuan:activity' END) = :activity"""

_FILTERS = {
    "party": "e.party = :party",
    "kind": "e.kind = :kind",
    "activity": _ACTIVITY,
    "sector": "e.sector = :sector",
    "since": "e.time >= :since",
    "until": "e.time <= :until",
}
_AFTER = """(e.time, e.record_time, e.key, e.party)
    < (:after_time, :after_record_time, :after_key, :after_party)"""

# A code's events are found through its edges, whose index is (code, time): the same order down to
# the tie-break. A correction has no edges, so each event here is one that was told to happen; it
# may name the code in two roles and still is one entry.
_EDGE_ORDER = "ORDER BY x.time DESC, x.record_time DESC, x.event DESC, x.party DESC LIMIT :most"
_EDGE_COLUMNS = {
    "e.time": "x.time",
    "e.record_time": "x.record_time",
    "e.key": "x.event",
    "e.party": "x.party",
}


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row of ``events``, its place, and the declaration that voids it as (form, document)."""

    row: StoredRow
    place: Place
    void: tuple[str, str] | None


async def list_events(
    connection: ReadConnection, listing: Listing, *, after: Place | None, most: int
) -> list[ListedRow]:
    """At most ``most`` events behind ``after``, newest first (``suyuan.domain.listing``)."""
    wanted = [name for name in _FILTERS if getattr(listing, name) is not None]
    params: dict[str, Any] = {name: getattr(listing, name) for name in wanted}
    conditions = [_FILTERS[name] for name in wanted]
    if after is not None:
        params |= {
            "after_time": after.time,
            "after_record_time": after.record_time,
            "after_key": UUID(bytes=after.key),
            "after_party": after.party,
        }
        conditions.append(_AFTER)
    if listing.code is None:
        statement = _of_all(conditions)
    else:
        statement = _of_code(conditions)
        params["code"] = listing.code
    result = await connection.execute(text(statement), {**params, "most": most})
    return [_listed(row) for row in result]


def _of_all(conditions: Sequence[str]) -> str:
    where = " AND ".join([_SHOWN, *conditions])
    return f"SELECT {_COLUMNS} FROM events e {_VOID} WHERE {where} {_ORDER}"


def _of_code(conditions: Sequence[str]) -> str:
    """The same through the edges of ``:code``; the edge's own columns cut before any event."""
    where = " AND ".join(["x.code = :code", "NOT e.declaration", *map(_of_edge, conditions)])
    return f"""
        SELECT DISTINCT ON (x.time, x.record_time, x.event, x.party) {_COLUMNS}
        FROM edges x JOIN events e ON e.key = x.event AND e.party = x.party {_VOID}
        WHERE {where} {_EDGE_ORDER}"""


def _of_edge(condition: str) -> str:
    for column, edges in _EDGE_COLUMNS.items():
        condition = condition.replace(column, edges)
    return condition


def _listed(row: Row[Any]) -> ListedRow:
    stored = StoredRow(
        row.key.bytes,
        row.party,
        row.declaration,
        row.authority,
        row.content.bytes,
        row.record_time,
        FORMS[row.form],
        row.reporter,
        row.document,
        row.id,
    )
    void = None if row.void_form is None else (FORMS[row.void_form], row.void_document)
    return ListedRow(stored, Place(row.time, row.record_time, row.key.bytes, row.party), void)
