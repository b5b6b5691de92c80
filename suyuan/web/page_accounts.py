"""What is done for each reader of a kept page: his scan, his part in the metrics, his log line.

It is done a moment after the answers, for all of that moment at once: one write to the log instead
of one for each reader, which costs as much as half of such an answer. What ``kill -9`` can lose are
the lines and counts of that moment; a service that is stopped writes them first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple, cast

from fastapi import FastAPI
from starlette.datastructures import State

from suyuan.domain.caller import CONSUMER
from suyuan.web.logs import Access, AccessLines
from suyuan.web.scans import ScanCounter

# Nobody notices that a line is so late, and at 20,000 answers a second a thousand wait.
MOMENT_SECONDS = 0.05


class KeptAnswer(NamedTuple):
    """One answer with a kept page; ``scanned`` is its code, ``None`` where nobody scanned it."""

    route: str
    status: int
    seconds: float
    request_id: str
    scanned: str | None


class PageAccounts:
    """Takes answers, and settles for those of each moment. ``state`` is the app's."""

    def __init__(self, state: State, lines: AccessLines) -> None:
        self._state = state
        self._lines = lines
        self._open: list[KeptAnswer] = []

    def add(self, answer: KeptAnswer) -> None:
        if not self._open:
            asyncio.get_running_loop().call_later(MOMENT_SECONDS, self.settle)
        self._open.append(answer)

    def settle(self) -> None:
        """Account for the answers so far."""
        told, self._open = self._open, []
        for code, times in _scans(told).items():
            cast(ScanCounter, self._state.scan_counter).count(code, trade=False, times=times)
        self._lines.write_all(
            (Access("GET", one.route, one.status, one.seconds), CONSUMER, one.request_id)
            for one in told
        )


def _scans(answers: Iterable[KeptAnswer]) -> dict[str, int]:
    scans: dict[str, int] = {}
    for answer in answers:
        if answer.scanned is not None:
            scans[answer.scanned] = scans.get(answer.scanned, 0) + 1
    return scans


@asynccontextmanager
async def counting(app: FastAPI) -> AsyncIterator[None]:
    """Count the scans of an app's pages for as long as the block lasts."""
    counter = ScanCounter(app.state.database, uncounted=app.state.metrics.scans_uncounted)
    app.state.scan_counter = counter
    async with counter.running():
        try:
            yield
        finally:
            cast(PageAccounts, app.state.page_accounts).settle()
