"""A circuit breaker that never keeps an answer from the next question.

A member that failed a few times in a row is *open*: it is believed to be gone, and costs others no
more than a moment. One question at a time is its probe and waits briefly; whoever asks meanwhile
waits for what the probe finds. So a department that is back is asked by the very next question.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TypeVar

from suyuan.sources.asking import REFUSED, TIMED_OUT, Silent

FAILURES = 3
# Ten times what a member in the same network takes to answer; one that is slower by nature is given
# so many times what it took when it was well, or it would never be found well again.
PROBE_SECONDS = 0.2
PATIENCE = 4

_T = TypeVar("_T")


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"  # a probe is on its way


class Breaker:
    """Counts the failures of one member, for all questions of a process."""

    def __init__(self, *, failures: int = FAILURES, probe_seconds: float = PROBE_SECONDS) -> None:
        self._limit = failures
        self._probe_seconds = probe_seconds
        self._failed = 0
        self._usual = 0.0
        self._last = Silent(*TIMED_OUT)
        self._probe: asyncio.Event | None = None

    @property
    def state(self) -> State:
        if self._failed < self._limit:
            return State.CLOSED
        return State.OPEN if self._probe is None else State.HALF_OPEN

    async def guard(self, ask: Callable[[float | None], Awaitable[_T]]) -> _T:
        """What ``ask`` gives; it is called with the most seconds it may take, ``None`` is its own.

        Raises Silent as ``ask`` does, or as the probe did.
        """
        if self._probe is not None:
            await self._probe.wait()
            if self.state is not State.CLOSED:
                raise Silent(self._last.status, self._last.reason)
        if self.state is State.CLOSED:
            return await self._counted(ask, None)
        self._probe = asyncio.Event()
        try:
            return await self._counted(ask, max(self._probe_seconds, PATIENCE * self._usual))
        finally:
            self._probe.set()
            self._probe = None

    async def _counted(
        self, ask: Callable[[float | None], Awaitable[_T]], seconds: float | None
    ) -> _T:
        began = time.monotonic()
        try:
            found = await ask(seconds)
        except Silent as silence:
            # Who refuses is there, and costs no time.
            if (silence.status, silence.reason) == REFUSED:
                self._failed = 0
            else:
                self._failed += 1
                self._last = silence
            raise
        self._failed = 0
        self._usual = (self._usual + time.monotonic() - began) / 2
        return found
