"""A subsystem's own database as the source of a reach: by set where it can be, else by the walk."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar

from suyuan.domain.lookup import Answer, Hole, HoleReason, Lookup
from suyuan.domain.reach import Last, Reach, Reached, Task, do, find_lasts
from suyuan.sources.postgres import MAX_EDGES
from suyuan.storage import reads
from suyuan.storage.engine import Database, ReadConnection, driver_of
from suyuan.storage.reach import Frontier
from suyuan.storage.reach_last import ByWalk, FoundThings
from suyuan.storage.reach_tables import prepare

_T = TypeVar("_T")

# So many tasks, or things, the walk does at a time: what it knows of them is held in memory.
_BY_WALK = 200
# What a recall of everything a city sold in a year would reach; a stream is not a copy of it all.
MOST_THINGS = 5_000_000


@dataclass(slots=True)
class Progress:
    """How far a reach is, and what cut it."""

    things: int = 0
    by_walk: int = 0  # tasks that were not done by set
    holes: dict[Hole, None] = field(default_factory=dict)
    cut: bool = False  # there are more than were wanted
    complete: bool = False


async def find_reached(
    database: Database,
    reach: Reach,
    progress: Progress,
    *,
    subsystem: str = "",
    with_last: bool = True,
) -> AsyncGenerator[list[Reached], None]:
    """What is downstream, some thousand things at a time, the nearest first; each thing once.

    All of it is from one moment of the database. ``progress`` is kept up to date meanwhile, and is
    complete when everything has been given and nothing was cut. Without ``with_last`` nothing is
    asked about where things were last, which takes longer than to find them.
    """
    async with aclosing(_rounds(database, reach, progress, subsystem)) as rounds:
        async for things, by_walk in rounds:
            async with aclosing(things.reached(by_walk if with_last else None)) as several:
                async for found in several:
                    progress.things += len(found)
                    yield found


async def stream_reached(
    database: Database,
    reach: Reach,
    progress: Progress,
    *,
    subsystem: str = "",
    with_last: bool = True,
    most: int = MOST_THINGS,
) -> AsyncGenerator[bytes, None]:
    """The same as lines of JSON, in blocks (``suyuan.storage.reach_lines``), at most ``most``.

    ``progress`` is complete only if there were no more.
    """
    async with aclosing(_rounds(database, reach, progress, subsystem)) as rounds:
        async for things, by_walk in rounds:
            room = most + 1 - progress.things
            async with aclosing(things.lines(by_walk if with_last else None, room)) as blocks:
                async for block in blocks:
                    progress.things += block.count(b"\n")
                    over = progress.things > most
                    yield _without_last_line(block) if over else block
            if progress.things > most:
                progress.things, progress.cut = most, True
                return


def _without_last_line(block: bytes) -> bytes:
    return b"".join(block.splitlines(keepends=True)[:-1])


async def _rounds(
    database: Database, reach: Reach, progress: Progress, subsystem: str
) -> AsyncGenerator[tuple[FoundThings, ByWalk], None]:
    """What each round found, and how its odd things are told."""
    async with database.scratch() as connection:
        driver = await driver_of(connection)
        await prepare(driver)
        frontier = await Frontier.begin(driver, reach)
        walker = _Walker(connection, reach, progress, subsystem)
        while not await frontier.is_done():
            this = frontier.round
            await frontier.add(await walker.do(await frontier.advance()))
            yield FoundThings(driver, frontier.scene, this), walker.lasts
    progress.complete = not progress.holes


class _Walker:
    """Does by the walk's rules what is not done by set, seeing the same moment."""

    def __init__(
        self, connection: ReadConnection, reach: Reach, progress: Progress, subsystem: str
    ) -> None:
        self._connection = connection
        self._reach = reach
        self._progress = progress
        self._subsystem = subsystem
        self._done: set[Task] = set()

    async def do(self, tasks: Iterable[Task]) -> list[Task]:
        """What the tasks lead to; what was done before leads to nothing new."""
        new = [task for task in dict.fromkeys(tasks) if task not in self._done]
        self._done.update(new)
        self._progress.by_walk += len(new)
        led_to: list[Task] = []
        for first in range(0, len(new), _BY_WALK):
            led_to += await self._drive(do(self._reach, new[first : first + _BY_WALK]))
        return led_to

    async def lasts(self, codes: Sequence[str]) -> dict[str, Last]:
        found: dict[str, Last] = {}
        for first in range(0, len(codes), _BY_WALK):
            found |= await self._drive(find_lasts(self._reach, codes[first : first + _BY_WALK]))
        return found

    async def _drive(self, doing: Generator[Lookup, Answer, _T]) -> _T:
        try:
            lookup = next(doing)
            while True:
                lookup = doing.send(await self._answer(lookup))
        except StopIteration as finished:
            result: _T = finished.value
            return result

    async def _answer(self, lookup: Lookup) -> Answer:
        found = await reads.find_edges(
            self._connection, lookup.keys, known_at=lookup.known_at, most=MAX_EDGES
        )
        for key in found.cut:
            self._progress.holes[Hole(self._subsystem, key, HoleReason.TRUNCATED)] = None
        return Answer(tuple(found.edges), tuple(found.voids))
