"""Loading: a batch of checked reports into ``events`` and ``edges`` within one transaction.

Rows go in ordered by key, so that two batches with the same keys wait for each other instead of
deadlocking. A key that is there already is not overwritten and not ignored: its content is read
back and compared (docs/decisions/0003-one-identity-for-both-forms.md).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from suyuan.domain.lookup import edges_of
from suyuan.storage.engine import WriteConnection, driver_of
from suyuan.storage.load_copy import copy_rows
from suyuan.storage.rows import EDGE_COLUMNS, FORMS, Identity, Loaded, Outcome, Row, Rows

__all__ = ["FORMS", "Loaded", "Outcome", "Row", "load", "record_time"]

# From this many rows on COPY is quicker than INSERT, by more than its two more round trips.
COPY_FROM = 50

_INSERT_EVENTS = text("""
    INSERT INTO events (key, party, declaration, authority, content, time, form, kind, sector,
                        id, reporter, profile, breaches, document)
    SELECT * FROM unnest(
        CAST(:keys AS uuid[]), CAST(:parties AS text[]), CAST(:declarations AS boolean[]),
        CAST(:authorities AS boolean[]), CAST(:contents AS uuid[]), CAST(:times AS timestamptz[]),
        CAST(:forms AS smallint[]), CAST(:kinds AS text[]), CAST(:sectors AS text[]),
        CAST(:ids AS text[]), CAST(:reporters AS text[]), CAST(:profiles AS text[]),
        CAST(:breaches AS text[]), CAST(:documents AS text[]))
    ON CONFLICT DO NOTHING
    RETURNING key, party, declaration
""")

_INSERT_EDGES = f"""
    INSERT INTO edges ({", ".join(EDGE_COLUMNS)})
    SELECT * FROM unnest(
        $1::text[], $2::timestamptz[], $3::uuid[], $4::smallint[], $5::smallint[], $6::boolean[],
        $7::boolean[], $8::text[], $9::text[], $10::text[], $11::text[], $12::smallint[],
        $13::text[], $14::text[], $15::numeric[], $16::text[])
"""

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
    identities = [row.identity for row in rows]
    first: dict[Identity, Row] = {}
    for identity, row in zip(identities, rows, strict=True):
        first.setdefault(identity, row)
    ordered = {identity: first[identity] for identity in sorted(first)}
    inserted = await _insert(connection, ordered)
    if len(inserted) == len(rows):
        return [_ACCEPTED] * len(rows)
    known = await _read_back(connection, _besides(ordered, inserted))
    pairs = zip(identities, rows, strict=True)
    return [_outcome(identity, row, first, inserted, known) for identity, row in pairs]


async def record_time(connection: WriteConnection) -> datetime:
    """The record time of everything this transaction stores: when it began."""
    moment: datetime = (await connection.execute(_RECORD_TIME)).scalar_one()
    return moment


_ACCEPTED, _REPEATED = Loaded(Outcome.ACCEPTED), Loaded(Outcome.REPEATED)


def _outcome(
    identity: Identity,
    row: Row,
    first: Mapping[Identity, Row],
    inserted: Collection[Identity],
    known: Mapping[Identity, _Known],
) -> Loaded:
    declares = row.event.correction is not None
    if identity in inserted:
        before = first[identity]
        if before is row:
            return _ACCEPTED
        if declares or before.content == row.content:
            return _REPEATED
        return Loaded(Outcome.CONFLICT, before.document)
    stored = known[identity]
    if declares or stored.content == row.content:
        return _REPEATED
    # What is stored was not read back where the batch's first row of this identity equals it.
    document = stored.document or first[row.identity].document
    return Loaded(Outcome.VOIDED if stored.voided else Outcome.CONFLICT, document)


async def _insert(connection: WriteConnection, rows: Rows) -> Collection[Identity]:
    """Store the rows that are new; which those were."""
    if len(rows) >= COPY_FROM:
        rows = _besides(rows, await _find_known(connection, rows))
        if await copy_rows(connection, rows):
            return rows.keys()
    inserted = await _insert_events(connection, rows)
    await _insert_edges(connection, {i: row for i, row in rows.items() if i in inserted})
    return inserted


def _besides(rows: Rows, others: Collection[Identity]) -> Rows:
    return {i: row for i, row in rows.items() if i not in others} if others else rows


async def _find_known(connection: WriteConnection, rows: Rows) -> set[Identity]:
    result = await connection.execute(_KNOWN, {"keys": [key.hex() for key, _, _ in rows]})
    return {(key.bytes, party, declaration) for key, party, declaration in result}


async def _insert_events(connection: WriteConnection, rows: Rows) -> set[Identity]:
    events = [row.event for row in rows.values()]
    result = await connection.execute(
        _INSERT_EVENTS,
        {
            "keys": [key.hex() for key, _, _ in rows],
            "parties": [party for _, party, _ in rows],
            "declarations": [declaration for _, _, declaration in rows],
            "authorities": [row.authority for row in rows.values()],
            "contents": [row.content.hex() for row in rows.values()],
            "times": [event.time for event in events],
            "forms": [FORMS.index(row.form) for row in rows.values()],
            "kinds": [event.kind for event in events],
            "sectors": [event.sector for event in events],
            "ids": [event.id for event in events],
            "reporters": [row.reporter for row in rows.values()],
            "profiles": [row.profile for row in rows.values()],
            "breaches": [row.breaches for row in rows.values()],
            "documents": [row.document for row in rows.values()],
        },
    )
    return {(key.bytes, party, declaration) for key, party, declaration in result}


async def _insert_edges(connection: WriteConnection, rows: Rows) -> None:
    edges = [edge for (key, _, _), row in rows.items() for edge in edges_of(row.event, key)]
    if not edges:
        return
    edges.sort(key=lambda edge: (edge.code, edge.time))
    driver = await driver_of(connection)
    await driver.fetch(
        _INSERT_EDGES,
        [edge.code for edge in edges],
        [edge.time for edge in edges],
        [edge.event.hex() for edge in edges],
        [int(edge.role) for edge in edges],
        [int(edge.rank) for edge in edges],
        [edge.ends for edge in edges],
        [edge.is_lot for edge in edges],
        [edge.id for edge in edges],
        [edge.party for edge in edges],
        [edge.other for edge in edges],
        [edge.place for edge in edges],
        [int(edge.moves) for edge in edges],
        [edge.far_place for edge in edges],
        [edge.far_party for edge in edges],
        [edge.quantity for edge in edges],
        [edge.unit for edge in edges],
    )


@dataclass(frozen=True, slots=True)
class _Known:
    content: bytes
    voided: bool
    document: str | None


async def _read_back(connection: WriteConnection, rows: Rows) -> dict[Identity, _Known]:
    if not rows:
        return {}
    result = await connection.execute(
        _STORED,
        {
            "keys": [key.hex() for key, _, _ in rows],
            "parties": [party for _, party, _ in rows],
            "contents": [row.content.hex() for row in rows.values()],
            "declarations": [declares for _, _, declares in rows],
        },
    )
    return {
        (key.bytes, party, declaration): _Known(content.bytes, voided, document)
        for key, party, declaration, content, voided, document in result
    }
