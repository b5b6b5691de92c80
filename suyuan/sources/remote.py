"""Another Suyuan subsystem as a source, over its ``POST /v1/lookups``."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from suyuan.domain.chain import SourceStatus
from suyuan.domain.lookup import Answer, HoleReason, Lookup
from suyuan.wire import lookups

# A subsystem that sends more than this in one answer is broken or hostile; it costs its own gap.
MAX_ANSWER_BYTES = 64 * 1024 * 1024


class Silent(Exception):
    """A source gave no answer: why, for the list of sources and for the holes it leaves."""

    def __init__(self, status: SourceStatus, reason: HoleReason) -> None:
        super().__init__(status.value)
        self.status = status
        self.reason = reason


_TIMED_OUT = (SourceStatus.TIMED_OUT, HoleReason.TIMEOUT)
_DOWN = (SourceStatus.DOWN, HoleReason.UNAVAILABLE)
_REFUSED = (SourceStatus.REFUSED, HoleReason.REFUSED)


class RemoteSource:
    """Asks one subsystem. ``authorise`` gives the headers that carry the caller's signed claims.

    Raises Silent when the subsystem is down, slow, refuses, or answers with what is no answer.
    """

    whole = True

    def __init__(
        self,
        subsystem: str,
        client: httpx.AsyncClient,
        url: str,
        *,
        authorise: Callable[[], dict[str, str]],
        timeout: float,
        trace_id: str = "",
    ) -> None:
        self.subsystem = subsystem
        self._client = client
        self._url = url.rstrip("/") + "/v1/lookups"
        self._authorise = authorise
        self._timeout = timeout
        self._trace_id = trace_id

    async def ask(self, lookup: Lookup) -> Answer:
        body = lookups.write_request(
            lookup, trace_id=self._trace_id, deadline_ms=int(self._timeout * 1000)
        )
        headers = {"Content-Type": "application/json", **self._authorise()}
        try:
            content = await self._post(body, headers)
        except httpx.TimeoutException as error:
            raise Silent(*_TIMED_OUT) from error
        except httpx.HTTPError as error:
            raise Silent(*_DOWN) from error
        try:
            return lookups.read_response(content, lookup, self.subsystem)
        except ValueError as error:
            raise Silent(*_REFUSED) from error

    async def _post(self, body: bytes, headers: dict[str, str]) -> bytes:
        async with self._client.stream(
            "POST", self._url, content=body, headers=headers, timeout=self._timeout
        ) as response:
            if response.status_code >= 500:
                raise Silent(*_DOWN)
            if response.status_code != 200:
                raise Silent(*_REFUSED)
            chunks = bytearray()
            async for chunk in response.aiter_bytes():
                chunks += chunk
                if len(chunks) > MAX_ANSWER_BYTES:
                    raise Silent(*_REFUSED)
            return bytes(chunks)
