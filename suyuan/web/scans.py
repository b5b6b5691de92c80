"""Counting scans without slowing a page: in memory, and now and then added to the table.

A scan is a page that was opened by a person. Kept of it are the code, the day and the side of the
counter; no address, no place, no device, and no cookie that would tell two scans of one person from
those of two. What is not yet in the table when the process is killed is lost: the scans of at most
``flushing.FLUSH_SECONDS``, or while the database was away, of that time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import parse_qs

from starlette.types import Scope

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.register import today
from suyuan.domain.scans import ScanCount, Tally
from suyuan.storage import scans
from suyuan.storage.engine import Database
from suyuan.web.flushing import Flushing

# Codes of a day that wait for the table at once, some 2 MB of them; past it new ones are not
# counted, which a metric tells, and the known ones still are.
MOST_WAITING = 10_000

# What opens pages and is no person: crawlers, link previews, monitors and HTTP libraries. Whoever
# hides his kind is counted; a count is no proof of anything.
_ROBOT = re.compile(
    rb"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|monitor|headless|lighthouse"
    rb"|curl|wget|python|httpx|aiohttp|okhttp|java/|go-http|libwww|axios|node-fetch|postman",
    re.IGNORECASE,
)
# Browsers that fetch a page which nobody has looked at yet say so in one of these.
PURPOSES = frozenset([b"sec-purpose", b"purpose", b"x-purpose", b"x-moz"])
_AHEAD = re.compile(b"prefetch|prerender|preview", re.IGNORECASE)
# Longer than any browser's name of itself: those are looked at each time, and not remembered.
_AGENT_REMEMBERED = 512


def is_scan(scope: Scope) -> bool:
    """Whether a request for a page is a person who scanned or followed a code.

    Choosing language or size on the page leads to the same page anew and is no scan.
    """
    if scope["method"] != "GET" or _chosen(scope):
        return False
    agent = b""
    for name, value in scope["headers"]:
        if name == b"user-agent":
            agent = agent or value
        elif name in PURPOSES and says_ahead(value):
            return False
    return is_person(agent)


def says_ahead(purpose: bytes) -> bool:
    """Whether one of ``PURPOSES`` says that nobody looks at the page yet."""
    return _AHEAD.search(purpose) is not None


def is_person(agent: bytes) -> bool:
    """Whether a ``User-Agent`` is one that people look at pages with."""
    return _is_person(agent) if len(agent) <= _AGENT_REMEMBERED else _looks_like_person(agent)


def _looks_like_person(agent: bytes) -> bool:
    return bool(agent) and not _ROBOT.search(agent)


_is_person = lru_cache(4_096)(_looks_like_person)


def is_trade(scope: Scope, caller: Caller) -> bool:
    """Whether it was scanned on the other side of the counter: with any key, or ``scan=trade``."""
    if caller.role is not CallerRole.CONSUMER:
        return True
    query = scope["query_string"]
    return b"scan=trade" in query and parse_qs(query.decode("latin-1")).get("scan") == ["trade"]


def _chosen(scope: Scope) -> bool:
    query = scope["query_string"]
    return b"lang=" in query or b"size=" in query


class ScanCounter:
    """The scans of one process that wait for the table, and what the table holds.

    ``uncounted`` is told how many scans found no room to wait in.
    """

    def __init__(
        self,
        database: Database,
        *,
        uncounted: Callable[[int], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._report_uncounted = uncounted
        self._now = now
        self._waiting: dict[Tally, int] = {}

    def count(self, code: str, *, trade: bool, times: int = 1) -> None:
        """Count scans of a canonical code. Touches memory alone."""
        self._put(Tally(code, today(self._now()), trade), times)

    async def of_code(self, code: str) -> ScanCount:
        """All scans of a code, those that wait here among them. Raises Unavailable."""
        async with self._database.reading() as connection:
            stored = await scans.of_code(connection, code)
        day = today(self._now())
        for trade in (False, True):
            tally = Tally(code, day, trade)
            waiting = self._waiting.get(tally, 0)
            stored = stored.with_tally(tally, waiting) if waiting else stored
        return stored

    async def flush(self) -> None:
        """Add what waits to the table; what cannot be added waits on."""
        counts, self._waiting = self._waiting, {}
        if not counts:
            return
        try:
            async with self._database.writing() as connection:
                await scans.add(connection, counts)
        except BaseException:
            for tally, count in counts.items():
                self._put(tally, count)
            raise

    def running(self) -> AbstractAsyncContextManager[None]:
        """Flush now and then for as long as the block lasts, and once more at its end."""
        return Flushing(self.flush, waits="scans_wait").running()

    def _put(self, tally: Tally, count: int) -> None:
        known = self._waiting.get(tally, 0)
        if not known and len(self._waiting) >= MOST_WAITING:
            self._report_uncounted(count)
            return
        self._waiting[tally] = known + count
