"""A subsystem's own database as a source."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import lru_cache

from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.events import StoredEvent
from suyuan.domain.lookup import Answer, Ask, Hole, HoleReason, Key, Lookup, Void
from suyuan.storage import reads
from suyuan.storage.ahead import Ahead, read_ahead
from suyuan.storage.engine import Database, ReadConnection
from suyuan.wire.breaches import read_breaches
from suyuan.wire.reports import read_stored

# The most edges given for one question. A code with more (a lot in a hundred thousand shops) is
# cut there, and the cut is named in the answer.
MAX_EDGES = 200_000

# Of more codes than this in one lookup most were read ahead before, and the rest is wide.
AHEAD_OF = 100


class PostgresSource:
    """Answers from ``events`` and ``edges``: one statement for edges, one for bodies."""

    whole = True

    def __init__(
        self, database: Database, *, subsystem: str = "", max_edges: int = MAX_EDGES
    ) -> None:
        self._database = database
        self._subsystem = subsystem
        self._max_edges = max_edges

    async def ask(self, lookup: Lookup) -> Answer:
        asked = [bytes.fromhex(k.key) for k in lookup.keys if k.ask is Ask.EVENT]
        async with self._database.reading() as connection:
            ahead = await self._ahead(connection, lookup)
            known = set(ahead.answered)
            found = await reads.find_edges(
                connection,
                [k for k in lookup.keys if not _is_among(k, known)],
                known_at=lookup.known_at,
                most=self._max_edges,
            )
            voids = found.voids | ahead.voids
            rows = await self._rows(connection, asked, lookup) if asked else []
            if asked and not lookup.bodies:
                voids.update(await reads.find_voids(connection, asked, known_at=lookup.known_at))
        voids.update(
            Void(r.key, r.party, r.authority, r.record_time) for r in rows if r.declaration
        )
        events = [stored_event(r, self._subsystem) for r in rows if not r.declaration]
        holes = (Hole(self._subsystem, k, HoleReason.TRUNCATED) for k in found.cut)
        edges = (*ahead.edges, *found.edges)
        return Answer(edges, tuple(voids), tuple(events), tuple(holes), ahead.answered)

    async def _ahead(self, connection: ReadConnection, lookup: Lookup) -> Ahead:
        """What the walk will ask next, if it asks for few codes now."""
        codes = [k.key for k in lookup.keys if k.ask is Ask.CODE]
        if lookup.direction is None or not codes or len(codes) > AHEAD_OF:
            return Ahead([], set(), ())
        return await read_ahead(connection, codes, lookup.direction, lookup.known_at)

    async def _rows(
        self, connection: ReadConnection, asked: Sequence[bytes], lookup: Lookup
    ) -> list[reads.StoredRow]:
        if not lookup.bodies:
            return []
        return await reads.find_bodies(connection, asked, known_at=lookup.known_at)


def _is_among(key: Key, whole: AbstractSet[Key]) -> bool:
    """Whether a question was answered whole, whatever its window."""
    return bool(whole) and replace(key, since=None, until=None) in whole


@lru_cache(10_000)
def _party(key: str) -> Code:
    return recognise(key, use=Use.PARTY)


@lru_cache(100)
def _alone(subsystem: str) -> frozenset[str]:
    """One set for all events: there are a hundred thousand in a long chain."""
    return frozenset({subsystem}) if subsystem else frozenset()


def stored_event(row: reads.StoredRow, subsystem: str) -> StoredEvent:
    """The event that a row holds, with what the store knows of it."""
    return StoredEvent(
        read_stored(row.form, row.document, _party(row.party), row.id),
        row.record_time,
        row.content,
        row.reporter,
        row.authority,
        _alone(subsystem),
        profile=row.profile,
        breaches=read_breaches(row.breaches),
    )
