"""Proving that edges and events agree, and making the edges anew from the events."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from suyuan.domain.lookup import Edge, edges_of
from suyuan.sources.postgres import stored_event
from suyuan.storage.edges import Snapshot, TableEdge, replacing, snapshot
from suyuan.storage.engine import Database
from suyuan.storage.reads import StoredRow

_T = TypeVar("_T")

# So many differences are told one by one.
MOST_TOLD = 20

Progress = Callable[[int, int], None]  # events done, events in all


class Flaw(StrEnum):
    MISSING = "missing"  # an event says so, and the table does not
    SURPLUS = "surplus"  # the table says so, and no event does


@dataclass(frozen=True, slots=True)
class Difference:
    """One edge that is in only one of the two; of one that was changed there are two."""

    flaw: Flaw
    edge: Edge


@dataclass(slots=True)
class Proof:
    """What was compared, and the first differences of all."""

    events: int = 0
    edges: int = 0
    differences: int = 0
    told: list[Difference] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return self.differences == 0


async def prove(database: Database, progress: Progress) -> Proof:
    """Compare every edge with what its event says, as of one moment, in bounded memory."""
    proof = Proof()
    async with snapshot(database) as seen:
        total = await seen.count()
        events, edges = _Events(seen), _Edges(seen)
        event, found = await events.next(), await edges.next()
        while event is not None or found is not None:
            here = min(ref for ref in (event and event[0], found and found[0]) if ref)
            expected, stored = Counter[TableEdge](), Counter[TableEdge]()
            if event is not None and event[0] == here:
                expected.update(event[1])
                proof.events += 1
                event = await events.next()
            while found is not None and found[0] == here:
                stored[found[1]] += 1
                found = await edges.next()
            _compare(proof, expected, stored)
            if proof.events % 1_000 == 0:
                progress(proof.events, total)
        progress(total, total)
    return proof


async def rebuild(database: Database, progress: Progress) -> int:
    """Make the edge table anew; how many edges it has. ``database`` must be the owner's."""
    count = 0
    async with replacing(database) as (seen, anew):
        total, done = await seen.count(), 0
        async for rows in seen.events():
            edges = [edge for row in rows for edge in _edges_of(row)]
            await anew.add(edges)
            count += len(edges)
            done += len(rows)
            progress(done, total)
    return count


def _compare(proof: Proof, expected: Counter[TableEdge], stored: Counter[TableEdge]) -> None:
    proof.edges += stored.total()
    if expected == stored:
        return
    wrong = [Difference(Flaw.MISSING, one.edge) for one in (expected - stored).elements()]
    wrong += [Difference(Flaw.SURPLUS, one.edge) for one in (stored - expected).elements()]
    proof.differences += len(wrong)
    proof.told += wrong[: MOST_TOLD - len(proof.told)]


def _edges_of(row: StoredRow) -> list[TableEdge]:
    return [TableEdge(e, row.record_time) for e in edges_of(stored_event(row, "").event)]


_Ref = tuple[bytes, str]


class _Events:
    """The events one by one, each with its edges."""

    def __init__(self, seen: Snapshot) -> None:
        self._rows = _one_by_one(seen.events())

    async def next(self) -> tuple[_Ref, list[TableEdge]] | None:
        row = await anext(self._rows, None)
        return None if row is None else ((row.key, row.party), _edges_of(row))


class _Edges:
    """The edges of the table one by one."""

    def __init__(self, seen: Snapshot) -> None:
        self._edges = _one_by_one(seen.edges())

    async def next(self) -> tuple[_Ref, TableEdge] | None:
        one = await anext(self._edges, None)
        return None if one is None else ((one.edge.event, one.edge.party), one)


async def _one_by_one(batches: AsyncIterator[list[_T]]) -> AsyncIterator[_T]:
    async for batch in batches:
        for one in batch:
            yield one
