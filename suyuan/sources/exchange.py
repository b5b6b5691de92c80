"""Every call to another service, noted: to whom, for what, how it went, how long it took.

It is done where the bytes go out, so that nothing which calls can forget to. The request's id goes
along, so that the log lines of both sides can be laid side by side.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter

import httpx

# What is asked of a subsystem; whatever else goes through is its own API's.
CALLS = ("lookups", "events", "names", "versions", "changes", "parties", "places", "products")
OTHER = "other"


class Outcome(StrEnum):
    ANSWERED = "answered"
    REFUSED = "refused"  # 4xx
    FAILED = "failed"  # 5xx
    TIMED_OUT = "timed_out"
    DOWN = "down"
    GIVEN_UP = "given_up"  # whoever asked waited no longer


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call that is over. ``seconds`` are until the last byte of the answer."""

    url: str
    call: str
    outcome: Outcome
    seconds: float


class NotedTransport(httpx.AsyncBaseTransport):
    """Sends by another transport and notes each exchange; ``headers`` go with every request."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        note: Callable[[Exchange], None],
        headers: Callable[[], Mapping[str, str]],
    ) -> None:
        self._inner = inner
        self._note = note
        self._headers = headers

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers.update(self._headers())
        began = perf_counter()

        def done(outcome: Outcome) -> None:
            url = str(request.url.copy_with(query=None))
            self._note(Exchange(url, call_of(request.url.path), outcome, perf_counter() - began))

        try:
            response = await self._inner.handle_async_request(request)
        except httpx.TimeoutException:
            done(Outcome.TIMED_OUT)
            raise
        except httpx.HTTPError:
            done(Outcome.DOWN)
            raise
        except asyncio.CancelledError:
            done(Outcome.GIVEN_UP)
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _NotedStream(response.stream, outcome_of(response.status_code), done)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _NotedStream(httpx.AsyncByteStream):
    """An answer's body; the exchange is over when it is closed."""

    def __init__(
        self, inner: httpx.AsyncByteStream, outcome: Outcome, done: Callable[[Outcome], None]
    ) -> None:
        self._inner = inner
        self._outcome = outcome
        self._done: Callable[[Outcome], None] | None = done

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._inner:
                yield part
        except httpx.TimeoutException:
            self._outcome = Outcome.TIMED_OUT
            raise
        except httpx.HTTPError:
            self._outcome = Outcome.DOWN
            raise
        except (asyncio.CancelledError, GeneratorExit):
            self._outcome = Outcome.GIVEN_UP
            raise

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            if self._done is not None:
                self._done(self._outcome)
                self._done = None


def outcome_of(status: int) -> Outcome:
    """How an exchange went that was answered with a status."""
    if status >= 500:
        return Outcome.FAILED
    return Outcome.REFUSED if status >= 400 else Outcome.ANSWERED


def call_of(path: str) -> str:
    """What is asked for at an address of a subsystem."""
    found = path.partition("/v1/")[2].partition("/")[0]
    return found if found in CALLS else OTHER
