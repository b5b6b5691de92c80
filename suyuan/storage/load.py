"""Loading: a batch of checked reports into ``events`` and ``edges`` within one transaction.

Rows go in ordered by key, so that two batches with the same keys wait for each other instead of
deadlocking. A key that is there already is not overwritten and not ignored: its content is read
back and compared (DESIGN.md, "Events", identity).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from suyuan.domain.events import Event
from suyuan.domain.lookup import edges_of
from suyuan.storage.engine import WriteConnection
from suyuan.storage.load_copy import copy_edges, copy_events
from suyuan.storage.rows import FORMS, Identity, Loaded, Outcome, Row

__all__ = ["FORMS", "Loaded", "Outcome", "Row", "load", "record_time"]

# From this many rows on COPY is quicker than INSERT, by more than its two more round trips.
COPY_FROM = 50

_INSERT_EVENTS = text("""
    INSERT INTO events (key, party, declaration, authority, content, time, form, kind, sector,
                        id, reporter, document)
    SELECT * FROM unnest(
        CAST(:keys AS uuid[]), CAST(:parties AS text[]), CAST(:declarations AS boolean[]),
        CAST(:authorities AS boolean[]), CAST(:contents AS uuid[]), CAST(:times AS timestamptz[]),
        CAST(:forms AS smallint[]), CAST(:kinds AS text[]), CAST(:sectors AS text[]),
        CAST(:ids AS text[]), CAST(:reporters AS text[]), CAST(:documents AS text[]))
    ON CONFLICT DO NOTHING
    RETURNING key, party, declaration
""")

_INSERT_EDGES = text("""
    INSERT INTO edges (code, time, event, role, rank, ends, is_lot, id, party, other)
    SELECT * FROM unnest(
        CAST(:codes AS text[]), CAST(:times AS timestamptz[]), CAST(:events AS uuid[]),
        CAST(:roles AS smallint[]), CAST(:ranks AS smallint[]), CAST(:ends AS boolean[]),
        CAST(:lots AS boolean[]), CAST(:ids AS text[]), CAST(:parties AS text[]),
        CAST(:others AS text[]))
""")

# A known event, whether it was declared in error by its own reporter or an authority, and, only
# where the contents differ, the document: a batch that is sent again must not read itself back.
_STORED = text("""
    SELECT e.key, e.party, e.declaration, e.content,
           EXISTS (SELECT FROM events d
                   WHERE d.key = e.key AND d.declaration AND (d.authority OR d.party = e.party)),
           CASE WHEN e.content <> asked.content THEN e.document END
    FROM events e
    JOIN unnest(CAST(:keys AS uuid[]), CAST(:parties AS text[]), CAST(:contents AS uuid[]),
                CAST(:declarations AS boolean[])) AS asked (key, party, content, declaration)
      ON e.key = asked.key AND e.party = asked.party AND e.declaration = asked.declaration
""")

_KNOWN = text("""
    SELECT key, party, declaration FROM events WHERE key = ANY(CAST(:keys AS uuid[]))
""")

_RECORD_TIME = text("SELECT now()")


async def load(connection: WriteConnection, rows: Sequence[Row]) -> list[Loaded]:
    """Store what is new and say of every row what became of it, in the order given.

    The caller decides by the outcomes whether the transaction stands. A batch that holds one
    identity twice stores the first; the second is compared with it.
    """
    if not rows:
        return []
    first: dict[Identity, Row] = {}
    for row in rows:
        first.setdefault(row.identity, row)
    ordered = [first[identity] for identity in sorted(first)]
    inserted = await _insert(connection, ordered)
    known = await _read_back(connection, [r for r in ordered if r.identity not in inserted])
    return [_outcome(row, first, inserted, known) for row in rows]


async def record_time(connection: WriteConnection) -> datetime:
    """The record time of everything this transaction stores: when it began."""
    moment: datetime = (await connection.execute(_RECORD_TIME)).scalar_one()
    return moment


_ACCEPTED, _REPEATED = Loaded(Outcome.ACCEPTED), Loaded(Outcome.REPEATED)


def _outcome(
    row: Row,
    first: Mapping[Identity, Row],
    inserted: set[Identity],
    known: Mapping[Identity, _Known],
) -> Loaded:
    declares = row.event.correction is not None
    if row.identity in inserted:
        before = first[row.identity]
        if before is row:
            return _ACCEPTED
        if declares or before.content == row.content:
            return _REPEATED
        return Loaded(Outcome.CONFLICT, before.document)
    stored = known[row.identity]
    if declares or stored.content == row.content:
        return _REPEATED
    # What is stored was not read back where the batch's first row of this identity equals it.
    document = stored.document or first[row.identity].document
    return Loaded(Outcome.VOIDED if stored.voided else Outcome.CONFLICT, document)


async def _insert(connection: WriteConnection, rows: Sequence[Row]) -> set[Identity]:
    """Store the rows that are new, given in the order of their identities; which those were."""
    if len(rows) >= COPY_FROM:
        known = await _find_known(connection, rows)
        rows = [row for row in rows if row.identity not in known]
        if await copy_events(connection, rows):
            await copy_edges(connection, rows)
            return {row.identity for row in rows}
    inserted = await _insert_events(connection, rows)
    await _insert_edges(connection, (r.event for r in rows if r.identity in inserted))
    return inserted


async def _find_known(connection: WriteConnection, rows: Sequence[Row]) -> set[Identity]:
    result = await connection.execute(_KNOWN, {"keys": [row.identity[0].hex() for row in rows]})
    return {(key.bytes, party, declaration) for key, party, declaration in result}


async def _insert_events(connection: WriteConnection, rows: Sequence[Row]) -> set[Identity]:
    events = [r.event for r in rows]
    result = await connection.execute(
        _INSERT_EVENTS,
        {
            "keys": [r.identity[0].hex() for r in rows],
            "parties": [e.party.key for e in events],
            "declarations": [e.correction is not None for e in events],
            "authorities": [r.authority for r in rows],
            "contents": [r.content.hex() for r in rows],
            "times": [e.time for e in events],
            "forms": [FORMS.index(r.form) for r in rows],
            "kinds": [e.kind for e in events],
            "sectors": [e.sector for e in events],
            "ids": [e.id for e in events],
            "reporters": [r.reporter for r in rows],
            "documents": [r.document for r in rows],
        },
    )
    return {(key.bytes, party, declaration) for key, party, declaration in result}


async def _insert_edges(connection: WriteConnection, events: Iterable[Event]) -> None:
    edges = [edge for event in events for edge in edges_of(event)]
    if not edges:
        return
    edges.sort(key=lambda e: (e.code, e.time))
    await connection.execute(
        _INSERT_EDGES,
        {
            "codes": [e.code for e in edges],
            "times": [e.time for e in edges],
            "events": [e.event.hex() for e in edges],
            "roles": [int(e.role) for e in edges],
            "ranks": [int(e.rank) for e in edges],
            "ends": [e.ends for e in edges],
            "lots": [e.is_lot for e in edges],
            "ids": [e.id for e in edges],
            "parties": [e.party for e in edges],
            "others": [e.other for e in edges],
        },
    )


@dataclass(frozen=True, slots=True)
class _Known:
    content: bytes
    voided: bool
    document: str | None


async def _read_back(connection: WriteConnection, rows: Sequence[Row]) -> dict[Identity, _Known]:
    if not rows:
        return {}
    result = await connection.execute(
        _STORED,
        {
            "keys": [r.identity[0].hex() for r in rows],
            "parties": [r.event.party.key for r in rows],
            "contents": [r.content.hex() for r in rows],
            "declarations": [r.event.correction is not None for r in rows],
        },
    )
    return {
        (key.bytes, party, declaration): _Known(content.bytes, voided, document)
        for key, party, declaration, content, voided, document in result
    }
