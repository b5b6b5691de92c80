"""The port that every source implements, and the driver that runs a walk over one."""

from __future__ import annotations

from typing import Protocol

from suyuan.domain.lookup import Answer, Lookup
from suyuan.domain.trail import Question, Trail
from suyuan.domain.walk import walk


class Source(Protocol):
    """Answers lookups.

    ``whole`` promises that the error declarations of an event, and all its edges, are held with
    it, so that an answer about a code is final for the events it names.
    """

    @property
    def whole(self) -> bool: ...

    async def ask(self, lookup: Lookup) -> Answer: ...


async def trace(source: Source, question: Question) -> Trail:
    """Walk ``question`` over ``source``: one ``ask`` a hop, whatever the number of things."""
    walking = walk(question, whole=source.whole)
    try:
        lookup = next(walking)
        while True:
            lookup = walking.send(await source.ask(lookup))
    except StopIteration as done:
        trail: Trail = done.value
        return trail
