"""Consumer pages kept for a moment: a lot that is in the news is scanned by everybody at once.

Every reader without a key gets the same page (``suyuan.web.consumer``), so what it differs by is
its address, language and size: those are the key here. Whoever shows a key or claims is not served
from here. Only a page of a whole chain is kept, never one with holes or of a code without a chain,
and only for ``KEEP_SECONDS`` since its data began to be read: a recall or a correction shows within
two seconds of its commit, whoever published it and wherever. Nobody has to tell the cache anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from time import monotonic, perf_counter
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suyuan.domain.errors import TooMany
from suyuan.web.logs import ID_NAME, id_from, route_template
from suyuan.web.page_accounts import KeptAnswer, PageAccounts
from suyuan.web.page_request import Asked, Key, read
from suyuan.web.quotas import Quotas

KEEP_SECONDS = 1.5
# Some 2,000 pages of twenty events.
MOST_BYTES = 32 * 1024 * 1024

# Each page that comes in throws out this many at most that are too old: more than come in.
_DROPPED_AT_ONCE = 8

_MARK = "suyuan.page"


@dataclass(frozen=True, slots=True)
class Mark:
    """What the route says of a page that may be kept: its code, and when reading for it began."""

    code: str
    began: float


@dataclass(frozen=True, slots=True)
class Page:
    """An answer as it was sent; ``headers`` are without the request's own id."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: Message
    mark: Mark
    route: str


def may_be_kept(scope: Scope, code: str, began: float) -> None:
    """Let this request's answer be kept; ``began`` is ``monotonic()`` before anything was read."""
    scope[_MARK] = Mark(code, began)


class PageCache:
    """Answer with a kept page, or let the page be made, once for all who ask at the same time.

    It stands before everything else of the app, whose routes and layers take several times as long
    as a bare answer: what they do for a page, count the reader and the scan and write a line, is
    done here. ``paths`` are the first segments of the addresses of pages.
    """

    def __init__(
        self,
        app: ASGIApp,
        quotas: Quotas,
        accounts: PageAccounts,
        paths: Collection[str],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.app = app
        self._quotas = quotas
        self._accounts = accounts
        self._paths = frozenset(path.encode() for path in paths)
        self._clock = clock
        self._pages: dict[Key, Page] = {}
        self._bytes = 0
        self._making: dict[Key, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        asked = read(scope, self._paths)
        if asked is None:
            await self.app(scope, receive, send)
            return
        key = asked.key
        page = self._fresh(key)
        if page is None and (made := self._making.get(key)) is not None:
            await made.wait()
            page = self._fresh(key)
        if page is None:
            with self._announced(key):
                await self._make(key, scope, receive, send)
        elif self._may_have(scope):
            await self._answer(page, asked, send, began)
        else:
            await self.app(scope, receive, send)  # which counts him too, and says so

    def _may_have(self, scope: Scope) -> bool:
        """Count a reader as the route would have; whether he has not asked too often."""
        try:
            self._quotas.count_stranger(scope)
        except TooMany:
            return False
        return True

    async def _answer(self, page: Page, asked: Asked, send: Send, began: float) -> None:
        own_id = id_from(asked.request_id)
        headers = [*page.headers, (ID_NAME, own_id.encode())]
        start = {"type": "http.response.start", "status": page.status, "headers": headers}
        try:
            await send(start)
            await send(page.body)
        finally:
            seconds = perf_counter() - began
            scanned = page.mark.code if asked.is_scan else None
            self._accounts.add(KeptAnswer(page.route, page.status, seconds, own_id, scanned))

    async def _make(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        sent: list[Message] = []

        async def watched_send(message: Message) -> None:
            sent.append(message)
            await send(message)

        await self.app(scope, receive, watched_send)
        mark = cast(Mark | None, scope.get(_MARK))
        if mark is not None:
            self._keep(key, _page(sent, mark, route_template(scope)))

    @contextmanager
    def _announced(self, key: Key) -> Iterator[None]:
        """Let others who ask for the same page wait for this one."""
        if key in self._making:
            yield
            return
        made = self._making[key] = asyncio.Event()
        try:
            yield
        finally:
            del self._making[key]
            made.set()

    def _fresh(self, key: Key) -> Page | None:
        page = self._pages.get(key)
        if page is None or page.mark.began + KEEP_SECONDS < self._clock():
            return None
        return page

    def _keep(self, key: Key, page: Page) -> None:
        self._drop(key)
        self._pages[key] = page
        self._bytes += _size(page)
        # In the order in which they were made, so the oldest are the first.
        for oldest in list(islice(self._pages, _DROPPED_AT_ONCE)):
            if self._bytes > MOST_BYTES or self._fresh(oldest) is None:
                self._drop(oldest)

    def _drop(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self._bytes -= _size(page)


def _page(sent: list[Message], mark: Mark, route: str) -> Page:
    start, *rest = sent
    body = b"".join(message.get("body", b"") for message in rest)
    headers = tuple((name, value) for name, value in start["headers"] if name != ID_NAME)
    return Page(start["status"], headers, {"type": "http.response.body", "body": body}, mark, route)


def _size(page: Page) -> int:
    return len(page.body["body"])
