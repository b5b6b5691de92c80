"""Another Suyuan subsystem as a source, over its ``POST /v1/lookups``."""

from __future__ import annotations

import time
from collections.abc import Callable

from suyuan.domain.answers import together
from suyuan.domain.inquiry import seconds_for
from suyuan.domain.lookup import Answer, Hole, HoleReason, Lookup
from suyuan.sources.asking import Silent
from suyuan.sources.line import Line
from suyuan.sources.posting import Poster
from suyuan.wire.lookup_answers import Told, read_response
from suyuan.wire.lookups import write_request

# Pages of one answer. A subsystem of ours answers a thousand questions in five at most; one that
# creeps on question by question would be called as often as there are questions.
MOST_PAGES = 20


class RemoteSource:
    """Asks one subsystem. ``authorise`` gives the headers that carry the caller's signed claims.

    Raises Silent when the subsystem is down, slow, refuses, or answers with what is no answer.
    What it does not get to in time is a hole of its own.
    """

    whole = True

    def __init__(
        self,
        subsystem: str,
        poster: Poster,
        line: Line,
        *,
        authorise: Callable[[], dict[str, str]],
        trace_id: str = "",
    ) -> None:
        self.subsystem = subsystem
        self._poster = poster
        self._line = line
        self._authorise = authorise
        self._trace_id = trace_id

    async def ask(self, lookup: Lookup) -> Answer:
        """The whole answer, page after page."""
        ends = time.monotonic() + seconds_for(lookup, self._line.timeout)
        told = await self._page(lookup, 0, ends)
        answers = [told.answer]
        while told.following is not None:
            done = told.following
            if len(answers) == MOST_PAGES:
                answers.append(_unanswered(self.subsystem, lookup, done, HoleReason.TRUNCATED))
                break
            try:
                told = await self._page(lookup, done, ends)
            except Silent as silence:
                answers.append(_unanswered(self.subsystem, lookup, done, silence.reason))
                break
            answers.append(told.answer)
        return together(answers)

    async def _page(self, lookup: Lookup, skip: int, ends: float) -> Told:
        async def once(most: float | None) -> Told:
            remaining = max(ends - time.monotonic(), 0)
            seconds = remaining if most is None else min(most, remaining)
            question = write_request(
                lookup,
                trace_id=self._trace_id,
                deadline_ms=int(seconds * 1000),
                cursor=str(skip) if skip else None,
            )
            return await self._poster.ask(
                f"{self._line.url}/v1/lookups",
                question,
                self._authorise(),
                lambda body: read_response(body, lookup, self.subsystem, skip=skip),
                seconds=seconds,
            )

        return await self._line.breaker.guard(once)


def _unanswered(subsystem: str, lookup: Lookup, done: int, reason: HoleReason) -> Answer:
    holes = (Hole(subsystem, key, reason, lookup.bodies) for key in lookup.keys[done:])
    return Answer(holes=tuple(holes))
