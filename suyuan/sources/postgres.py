"""A subsystem's own database as a source."""

from __future__ import annotations

from collections.abc import Container, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import lru_cache

from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.events import StoredEvent
from suyuan.domain.lookup import Answer, Ask, Hole, HoleReason, Key, Lookup, Void
from suyuan.sources.registers import OwnRegisters
from suyuan.storage import reads
from suyuan.storage.ahead import Ahead, read_ahead
from suyuan.storage.engine import Database, ReadConnection
from suyuan.wire.breaches import read_breaches
from suyuan.wire.reports import read_stored

# The most edges given for one question. A code with more (a lot in a hundred thousand shops) is
# cut there, and the cut is named in the answer.
MAX_EDGES = 200_000

# Documents of one answer: to make events of them takes some tenths of a second.
MAX_BYTES = 512 * 1024

# Of more codes than this in one lookup most were read ahead before, and the rest is wide.
AHEAD_OF = 100


class PostgresSource:
    """Answers from ``events`` and ``edges``: one statement for edges, one for bodies.

    ``sparse``: most of what is asked for is not held here, as of a member of a federation, where
    every member is asked for every code. Then it is looked first whether there is anything: where
    there is not, that one statement is all there is to do.
    """

    whole = True

    def __init__(
        self,
        database: Database,
        *,
        subsystem: str = "",
        max_edges: int = MAX_EDGES,
        sparse: bool = False,
        registers: OwnRegisters | None = None,
    ) -> None:
        """``registers`` are asked what they lack for the events that are given."""
        self._database = database
        self._subsystem = subsystem
        self.max_edges = max_edges
        self._sparse = sparse
        self._registers = registers

    async def ask(self, lookup: Lookup) -> Answer:
        asked = [k for k in lookup.keys if not (lookup.bodies and k.ask is Ask.EVENT)]
        async with self._database.reading() as connection:
            tell = self._tell_sparsely if self._sparse else self._tell
            ahead, found = await tell(connection, lookup, asked)
            rows, done = await self._rows(connection, lookup)
            events = await self._events(connection, rows)
        declared = (Void(r.key, r.party, r.authority, r.record_time) for r in rows if r.declaration)
        return Answer(
            (*ahead.edges, *found.edges),
            tuple({*found.voids, *ahead.voids, *declared}),
            events,
            tuple(Hole(self._subsystem, k, HoleReason.TRUNCATED) for k in found.cut),
            ahead.answered,
            _behind(lookup.keys, done) if lookup.bodies else (),
        )

    async def _events(
        self, connection: ReadConnection, rows: Sequence[reads.StoredRow]
    ) -> tuple[StoredEvent, ...]:
        events = [stored_event(r, self._subsystem) for r in rows if not r.declaration]
        if self._registers is None:
            return tuple(events)
        return await self._registers.judged(connection, events)

    async def _tell(
        self, connection: ReadConnection, lookup: Lookup, asked: Sequence[Key]
    ) -> tuple[Ahead, reads.Found]:
        ahead = await self._ahead(connection, lookup)
        known = set(ahead.answered)
        rest = [k for k in asked if not _is_among(k, known)]
        return ahead, await self._find(connection, lookup, rest)

    async def _tell_sparsely(
        self, connection: ReadConnection, lookup: Lookup, asked: Sequence[Key]
    ) -> tuple[Ahead, reads.Found]:
        found = await self._find(connection, lookup, asked)
        ahead = await self._ahead(connection, lookup, {e.code for e in found.edges})
        whole = {k.key for k in ahead.answered if k.ask is Ask.CODE}
        return ahead, replace(found, edges=[e for e in found.edges if e.code not in whole])

    async def _find(
        self, connection: ReadConnection, lookup: Lookup, keys: Sequence[Key]
    ) -> reads.Found:
        most = self.max_edges
        return await reads.find_edges(connection, keys, known_at=lookup.known_at, most=most)

    async def _ahead(
        self, connection: ReadConnection, lookup: Lookup, held: Container[str] | None = None
    ) -> Ahead:
        """What the walk will ask next, if it asks for few codes now; of those ``held``, if told."""
        codes = [k.key for k in lookup.keys if k.ask is Ask.CODE]
        if len(codes) > AHEAD_OF:
            return Ahead([], set(), ())
        codes = [code for code in codes if held is None or code in held]
        if lookup.direction is None or not codes:
            return Ahead([], set(), ())
        return await read_ahead(connection, codes, lookup.direction, lookup.known_at)

    async def _rows(
        self, connection: ReadConnection, lookup: Lookup
    ) -> tuple[list[reads.StoredRow], int]:
        """What is held of the first events whose bodies are asked for, and how many those are."""
        asked = [bytes.fromhex(k.key) for k in lookup.keys if k.ask is Ask.EVENT]
        if not lookup.bodies or not asked:
            return [], 0
        return await reads.find_bodies_within(
            connection, asked, known_at=lookup.known_at, most_bytes=MAX_BYTES
        )


def _behind(keys: tuple[Key, ...], events: int) -> tuple[Key, ...]:
    """The questions that come after so many about events."""
    about_events = [n for n, key in enumerate(keys) if key.ask is Ask.EVENT]
    return keys[about_events[events] :] if events < len(about_events) else ()


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
