"""The port that every source implements, and the driver that runs a walk over one."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from suyuan.domain.lookup import Answer, Lookup
from suyuan.domain.trail import Question, Trail
from suyuan.domain.walk import OutOfTime, walk


class Source(Protocol):
    """Answers lookups.

    ``whole`` promises that the error declarations of an event, and all its edges, are held with
    it, so that an answer about a code is final for the events it names.
    """

    @property
    def whole(self) -> bool: ...

    async def ask(self, lookup: Lookup) -> Answer: ...


# To assemble events, judge and write them takes about as long as to fetch them. So half of the time
# that a walk leaves is for fetching; at least so many seconds, also beyond the deadline.
_LEAST_FETCHING = 0.3


async def trace(source: Source, question: Question, *, deadline: float | None = None) -> Trail:
    """Walk ``question`` over ``source``: one ``ask`` a hop, whatever the number of things.

    After ``deadline`` seconds the walk ends with what it has found, as many events of it as can be
    told about then; other work is let in between.
    """
    ends = float("inf") if deadline is None else time.monotonic() + deadline
    clock = _Clock(ends, patient=question.patient)
    walking = walk(question, whole=source.whole)
    try:
        lookup = next(walking)
        while True:
            if clock.ends(lookup):
                lookup = walking.throw(OutOfTime())
            else:
                lookup = walking.send(await _answer(source, lookup))
    except StopIteration as done:
        trail: Trail = done.value
        return trail


class _Clock:
    """When a walk must end: its rounds at the deadline, the fetching of its events by their own."""

    def __init__(self, deadline: float, *, patient: bool) -> None:
        self._deadline = deadline
        self._fetched = float("inf") if patient else None

    def ends(self, lookup: Lookup) -> bool:
        """Whether it is too late to ask this. It never is for the first events that are fetched."""
        now = time.monotonic()
        if not lookup.bodies:
            return now > self._deadline
        if self._fetched is None:
            self._fetched = now + max(_LEAST_FETCHING, (self._deadline - now) / 2)
        return now > self._fetched


async def _answer(source: Source, lookup: Lookup) -> Answer:
    if lookup.keys:
        return await source.ask(lookup)
    await asyncio.sleep(0)
    return Answer()
