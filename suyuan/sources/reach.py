"""A subsystem's own database as the source of a reach: by set where it can be, else by the walk."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from suyuan.domain.lookup import Answer, Hole, HoleReason, Lookup
from suyuan.domain.making import maker_of
from suyuan.domain.reach import Last, Reach, Reached, Task, do, find_lasts
from suyuan.sources.postgres import MAX_EDGES
from suyuan.storage import reads
from suyuan.storage.engine import Database, ReadConnection, driver_of
from suyuan.storage.reach import Frontier
from suyuan.storage.reach_last import Inside, Lasts, Own
from suyuan.storage.reach_tables import prepare

_T = TypeVar("_T")

# So many tasks, or things, the walk does at a time: what it knows of them is held in memory.
_BY_WALK = 200
# What containers did is remembered for so many: those of one round come again and again.
_REMEMBERED = 50_000


@dataclass(slots=True)
class Progress:
    """How far a reach is, and what cut it."""

    things: int = 0
    by_walk: int = 0  # tasks that were not done by set
    holes: dict[Hole, None] = field(default_factory=dict)
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
    async with database.scratch() as connection:
        driver = await driver_of(connection)
        await prepare(driver)
        frontier = await Frontier.begin(driver, reach)
        walker = _Walker(connection, reach, progress, subsystem)
        lasts = _LastsOfRound(Lasts(driver, frontier.scene), walker)
        while not await frontier.is_done():
            this = frontier.round
            await frontier.add(await walker.do(await frontier.advance()))
            async for found in lasts.of(this) if with_last else lasts.names(this):
                progress.things += len(found)
                yield found
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


_make_reached = maker_of(Reached)


class _LastsOfRound:
    """The last event of each thing that a round reached."""

    def __init__(self, lasts: Lasts, walker: _Walker) -> None:
        self._lasts = lasts
        self._walker = walker
        self._moved: dict[Inside, Last | None] = {}

    def names(self, this: int) -> AsyncIterator[list[Reached]]:
        return self._lasts.names(this)

    async def of(self, this: int) -> AsyncIterator[list[Reached]]:
        async for own in self._lasts.own(this):
            by_walk = await self._walker.lasts([one.code for one in own if one.odd])
            around = await self._around(own)
            yield [
                _make_reached(
                    one.code,
                    one.is_lot,
                    by_walk.get(one.code) if one.odd else _latest(one.last, around.get(one.code)),
                )
                for one in own
            ]

    async def _around(self, own: Sequence[Own]) -> dict[str, list[Last]]:
        """What containers did last while each thing was inside them."""
        inside = {one.code: [self._lasts.still(one)] for one in own if one.inside}
        unsettled = [one for one in own if one.unsettled]
        if unsettled:
            inside |= await self._lasts.stays(unsettled)
        wanted = {box for boxes in inside.values() for box in boxes} - self._moved.keys()
        if len(self._moved) + len(wanted) > _REMEMBERED:
            self._moved.clear()
            wanted = {box for boxes in inside.values() for box in boxes}
        asked = list(wanted)
        if asked:
            found = await self._lasts.moves(asked)
            self._moved.update((box, found.get(box)) for box in asked)
        return {
            code: [last for box in boxes if (last := self._moved[box]) is not None]
            for code, boxes in inside.items()
        }


def _latest(own: Last, around: Iterable[Last] | None) -> Last:
    """The latest of them; of one event's parts the thing's own."""
    latest = own
    for last in around or ():
        if last.order > latest.order:
            latest = last
    return latest
