"""Long answers that are made while they are sent: each caller has a few of them at once.

A slow reader costs a connection, and a fast one a core: whoever opens a thousand would have all of
them. So they are counted by who asks, and nobody takes another's place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from suyuan.domain.errors import TooMany
from suyuan.web.problems import RETRY_AFTER_SECONDS

AT_ONCE = 2


class Downloads:
    """The downloads of one process that are under way, by their owners."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._open: Counter[str] = Counter()

    def begin(self, owner: str) -> None:
        """Count one more. Raises TooMany where an owner has as many as he may."""
        if self._open[owner] >= self._at_once:
            raise TooMany(
                "too_many_downloads", limit=self._at_once, retry_after=RETRY_AFTER_SECONDS
            )
        self._open[owner] += 1

    def end(self, owner: str) -> None:
        """One has come to its end, or its reader has gone."""
        self._open[owner] -= 1
        if not self._open[owner]:
            del self._open[owner]


class Download(StreamingResponse):
    """An answer that counts among its owner's downloads until its last byte is sent.

    Raises TooMany when it is made.
    """

    def __init__(
        self, downloads: Downloads, owner: str, chunks: AsyncIterator[bytes], media_type: str
    ) -> None:
        super().__init__(chunks, media_type=media_type)
        self._downloads = downloads
        self._owner = owner
        downloads.begin(owner)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._downloads.end(self._owner)
