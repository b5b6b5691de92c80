"""What is done for each reader of a kept page: his scan, his part in the metrics, his log line.

Answers that are given in one turn of the event loop are accounted for together in the next, which
begins at once: one write to the log instead of one for each. Nothing waits for a clock, and what
``kill -9`` can lose is the lines of the answers that were being sent.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple, cast

from starlette.datastructures import State

from suyuan.domain.caller import CONSUMER
from suyuan.web.logs import Access, AccessLines
from suyuan.web.scans import ScanCounter


class KeptAnswer(NamedTuple):
    """One answer with a kept page; ``scanned`` is its code, ``None`` where nobody scanned it."""

    access: Access
    request_id: str
    scanned: str | None


class PageAccounts:
    """Takes answers, and settles for those of each turn. ``state`` is the app's."""

    def __init__(self, state: State, lines: AccessLines) -> None:
        self._state = state
        self._lines = lines
        self._open: list[KeptAnswer] = []

    def add(self, answer: KeptAnswer) -> None:
        if not self._open:
            asyncio.get_running_loop().call_soon(self._settle)
        self._open.append(answer)

    def _settle(self) -> None:
        told, self._open = self._open, []
        scans: dict[str, int] = {}
        for answer in told:
            if answer.scanned is not None:
                scans[answer.scanned] = scans.get(answer.scanned, 0) + 1
        for code, times in scans.items():
            cast(ScanCounter, self._state.scan_counter).count(code, trade=False, times=times)
        self._lines.write_all([(one.access, CONSUMER, one.request_id) for one in told])
