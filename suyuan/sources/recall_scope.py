"""What a recall reaches, followed by the walk's rules over any source, with stations on the way.

Over one subsystem's database ``suyuan.sources.reach`` is quicker, and the same where there is no
station; over a federation, and where a place spreads or kills, every task is done by the walk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from suyuan.domain.codes import Code, recognise
from suyuan.domain.lookup import Answer, Ask, Hole, HoleReason, Key, Lookup
from suyuan.domain.reach import Follow, Followed, Reach, Reached, Task, find_lasts, follow
from suyuan.domain.recall import Station
from suyuan.sources.base import Source

_T = TypeVar("_T")

# So many tasks are done at a time: what is known of them is held in memory.
_BATCH = 200
# What is followed task by task; beyond it the rest is an open question, and says so.
MOST_TASKS = 500_000

MadeAt = Callable[[str, datetime, datetime | None], Awaitable[Sequence[str]]]
"""What was made at a place within a window: canonical keys."""


class WalkedScope:
    """Everything downstream of a recall's codes. ``holes`` are what was not answered, so far.

    ``source`` opens one for each step: a federation tells what it was asked once, and each step
    knows nothing of the others.
    """

    def __init__(
        self,
        source: Callable[[], Source],
        reach: Reach,
        stations: Iterable[Station] = (),
        made_at: MadeAt | None = None,
    ) -> None:
        self._source = source
        self._reach = reach
        self._spreading = {s.place: s for s in stations if s.spreads}
        self._killing = {s.place for s in stations if s.kills}
        self._made_at = made_at
        self._tasks: deque[Task] = deque()
        self._seen: set[Task] = set()
        self._told: set[str] = set()
        self._spread_from: dict[str, datetime] = {}
        self.holes: dict[Hole, None] = {}

    async def things(self) -> AsyncIterator[list[Reached]]:
        """The things, the nearest first, each once."""
        self._add(Follow(code.key, self._reach.since, direct=True) for code in self._reach.codes)
        while self._tasks:
            batch = [self._tasks.popleft() for _ in range(min(_BATCH, len(self._tasks)))]
            followed = await self._drive(follow(self._reach, batch))
            self._add(task for task in followed.led_to if not self._is_killed(task))
            await self._spread(followed)
            if found := await self._found(followed):
                yield found

    async def _found(self, followed: Followed) -> list[Reached]:
        new = {c: lot for c, lot in followed.things.items() if c not in self._told}
        self._told.update(new)
        lasts = await self._drive(find_lasts(self._reach, new)) if new else {}
        return [Reached(code, is_lot, lasts.get(code)) for code, is_lot in new.items()]

    def _add(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            if task in self._seen:
                continue
            if len(self._seen) >= MOST_TASKS:
                cut = Key(Ask.CODE, self._reach.codes[0].key, None, None)
                self.holes[Hole("", cut, HoleReason.TRUNCATED)] = None
                return
            self._seen.add(task)
            self._tasks.append(task)

    def _is_killed(self, task: Task) -> bool:
        site = task.site if isinstance(task, Follow) and not task.direct else None
        return site is not None and site.place in self._killing

    async def _spread(self, followed: Followed) -> None:
        """Whatever was made at a station from the moment something recalled came there."""
        for place, station in self._spreading.items():
            came = followed.came.get(place)
            known = self._spread_from.get(place)
            if came is None or (known is not None and known <= came):
                continue
            self._spread_from[place] = came
            assert self._made_at is not None, "stations that spread need to know what was made"
            made = await self._made_at(place, came, station.cleaned_at or self._reach.as_of)
            self._add(Follow(code, came, direct=True) for code in made)

    async def _drive(self, doing: Generator[Lookup, Answer, _T]) -> _T:
        source = self._source()
        try:
            lookup = next(doing)
            while True:
                answer = await source.ask(lookup)
                self.holes.update(dict.fromkeys(answer.holes))
                lookup = doing.send(answer)
        except StopIteration as finished:
            result: _T = finished.value
            return result


def codes_of(keys: Iterable[str]) -> tuple[Code, ...]:
    """Canonical keys as codes."""
    return tuple(recognise(key) for key in keys)
