"""Small questions to other services, many and fast: a chain is some eighty of them.

``httpx`` takes 0.7 ms of processor time for a call, ``aiohttp`` 0.1; in a walk over six departments
that was most of what the gateway did (docs/decisions/0022-what-a-round-costs.md). Everything else
that the gateway asks goes by ``httpx``, and is bounded alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TypeVar

import aiohttp

from suyuan.sources.asking import (
    DOWN,
    MAX_ANSWER_BYTES,
    REFUSED,
    TIMED_OUT,
    TRIES,
    Silent,
    aside,
)
from suyuan.sources.exchange import Exchange, Outcome, call_of, outcome_of

# A service of ours closes a connection that nobody used for five seconds; it is not to be met then.
_KEPT_SECONDS = 4.0
# Told of a connection that broke; what is asked is only read, so it is tried once more.
_BROKEN = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)

_T = TypeVar("_T")


class Poster:
    """Posts questions to any number of services, over ``connections`` to each at most.

    ``note`` is told of each exchange; ``headers`` go with every question.
    """

    def __init__(
        self,
        *,
        connections: int,
        connect_seconds: float,
        note: Callable[[Exchange], None] = lambda _: None,
        headers: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._connections = connections
        self._connect_seconds = connect_seconds
        self._note = note
        self._headers = headers
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        """The session, made at the first question: it belongs to the event loop that runs then."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0, limit_per_host=self._connections, keepalive_timeout=_KEPT_SECONDS
                ),
                # How long an answer may take is the caller's to say.
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_seconds),
                headers={"Content-Type": "application/json", "Accept-Encoding": "identity"},
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session

    async def ask(
        self,
        url: str,
        content: bytes,
        headers: Mapping[str, str],
        read: Callable[[bytes], _T],
        *,
        most: int = MAX_ANSWER_BYTES,
        seconds: float | None = None,
    ) -> _T:
        """What ``read`` makes of the answer to a question that changes nothing.

        Bounded, and refused, as ``suyuan.sources.asking.fetch`` says. Raises Silent.
        """
        try:
            async with asyncio.timeout(seconds):
                return await aside(read, await self._answer(url, content, headers, most))
        except (aiohttp.ServerTimeoutError, TimeoutError) as error:
            raise Silent(*TIMED_OUT) from error
        except aiohttp.ClientError as error:
            raise Silent(*DOWN) from error
        except ValueError as error:
            raise Silent(*REFUSED) from error

    async def _answer(
        self, url: str, content: bytes, headers: Mapping[str, str], most: int
    ) -> bytes:
        for _ in range(TRIES - 1):
            try:
                return await self._noted(url, content, headers, most)
            except aiohttp.ServerTimeoutError:
                raise
            except _BROKEN:
                continue
        return await self._noted(url, content, headers, most)

    async def _noted(
        self, url: str, content: bytes, headers: Mapping[str, str], most: int
    ) -> bytes:
        began = perf_counter()
        outcome = Outcome.DOWN
        sent = {**headers, **self._headers()}
        post = self._opened().post(url, data=content, headers=sent, allow_redirects=False)
        try:
            async with post as answer:
                outcome = outcome_of(answer.status)
                return await _body(answer, most)
        except (aiohttp.ServerTimeoutError, TimeoutError):
            outcome = Outcome.TIMED_OUT
            raise
        except aiohttp.ClientError:
            outcome = Outcome.DOWN
            raise
        except asyncio.CancelledError:
            outcome = Outcome.GIVEN_UP
            raise
        finally:
            self._note(Exchange(url, call_of(url), outcome, perf_counter() - began))


async def _body(answer: aiohttp.ClientResponse, most: int) -> bytes:
    if answer.status >= 500:
        raise Silent(*DOWN)
    # A few compressed bytes could unpack to any number.
    if answer.status != 200 or "Content-Encoding" in answer.headers:
        raise Silent(*REFUSED)
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > most:
            raise Silent(*REFUSED)
    return bytes(body)
