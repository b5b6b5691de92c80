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


async def trace(source: Source, question: Question, *, deadline: float | None = None) -> Trail:
    """Walk ``question`` over ``source``: one ``ask`` a hop, whatever the number of things.

    After ``deadline`` seconds the walk ends with what it has found; other work is let in between.
    """
    ends = float("inf") if deadline is None else time.monotonic() + deadline
    walking = walk(question, whole=source.whole)
    try:
        lookup = next(walking)
        while True:
            if time.monotonic() > ends and not lookup.bodies:
                lookup = walking.throw(OutOfTime())
            else:
                lookup = walking.send(await _answer(source, lookup))
    except StopIteration as done:
        trail: Trail = done.value
        return trail


async def _answer(source: Source, lookup: Lookup) -> Answer:
    if lookup.keys:
        return await source.ask(lookup)
    await asyncio.sleep(0)
    return Answer()
