"""Loading: a batch of checked reports into ``events`` and ``edges`` within one transaction.

Rows go in ordered by key, so that two batches with the same keys wait for each other instead of
deadlocking. A key that is there already is not overwritten and not ignored: its content is read
back and compared (DESIGN.md, "Events", identity).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import text

from suyuan.domain.events import Event
from suyuan.domain.lookup import edges_of
from suyuan.storage.engine import WriteConnection

Identity = tuple[bytes, str, bool]  # event key, reporter, whether it is a declaration

FORMS = ("city", "epcis")  # the place in this tuple is what ``events.form`` stores


@dataclass(frozen=True, slots=True)
class Row:
    """One report ready to be stored. ``content`` is 16 bytes over the CBV 2.0 pre-image."""

    event: Event
    content: bytes
    form: str
    document: str
    reporter: str
    authority: bool

    @property
    def identity(self) -> Identity:
        return (self.event.key, self.event.party.key, self.event.correction is not None)


class Outcome(Enum):
    ACCEPTED = "accepted"
    REPEATED = "repeated"  # the same id with the same content, or a declaration made before
    CONFLICT = "conflict"  # the same id with other content
    VOIDED = "voided"  # other content under an id that was declared in error


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of one row; ``known`` is the document that stands in its way, if one does."""

    outcome: Outcome
    known: str | None = None

    @property
    def clashes(self) -> bool:
        return self.outcome in (Outcome.CONFLICT, Outcome.VOIDED)


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
    JOIN unnest(CAST(:keys AS uuid[]), CAST(:parties AS text[]), CAST(:contents AS uuid[]))
         AS asked (key, party, content)
      ON e.key = asked.key AND e.party = asked.party
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
    ordered = sorted(first.values(), key=lambda r: r.identity)
    inserted = await _insert_events(connection, ordered)
    await _insert_edges(connection, (r.event for r in ordered if r.identity in inserted))
    known = await _read_back(connection, [r for r in ordered if r.identity not in inserted])
    return [_outcome(row, first, inserted, known) for row in rows]


async def record_time(connection: WriteConnection) -> datetime:
    """The record time of everything this transaction stores: when it began."""
    moment: datetime = (await connection.execute(_RECORD_TIME)).scalar_one()
    return moment


def _outcome(
    row: Row,
    first: dict[Identity, Row],
    inserted: set[Identity],
    known: dict[Identity, _Known],
) -> Loaded:
    declares = row.event.correction is not None
    if row.identity in inserted:
        before = first[row.identity]
        if before is row:
            return Loaded(Outcome.ACCEPTED)
        if declares or before.content == row.content:
            return Loaded(Outcome.REPEATED)
        return Loaded(Outcome.CONFLICT, before.document)
    stored = known[row.identity]
    if declares or stored.content == row.content:
        return Loaded(Outcome.REPEATED)
    return Loaded(Outcome.VOIDED if stored.voided else Outcome.CONFLICT, stored.document)


async def _insert_events(connection: WriteConnection, rows: Sequence[Row]) -> set[Identity]:
    events = [r.event for r in rows]
    result = await connection.execute(
        _INSERT_EVENTS,
        {
            "keys": [UUID(bytes=e.key) for e in events],
            "parties": [e.party.key for e in events],
            "declarations": [e.correction is not None for e in events],
            "authorities": [r.authority for r in rows],
            "contents": [UUID(bytes=r.content) for r in rows],
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
            "events": [UUID(bytes=e.event) for e in edges],
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
            "keys": [UUID(bytes=r.event.key) for r in rows],
            "parties": [r.event.party.key for r in rows],
            "contents": [UUID(bytes=r.content) for r in rows],
        },
    )
    return {
        (key.bytes, party, declaration): _Known(content.bytes, voided, document)
        for key, party, declaration, content, voided, document in result
    }
