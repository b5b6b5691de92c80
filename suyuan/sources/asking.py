"""Asking another service over HTTP: a bounded answer, or the reason why there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import httpx

from suyuan.domain.chain import SourceStatus
from suyuan.domain.lookup import HoleReason

# A subsystem that sends more than this in one answer is broken or hostile; it costs its own gap.
MAX_ANSWER_BYTES = 32 * 1024 * 1024

# What is asked is only read, so a connection that broke is tried once more. A server that was
# started anew leaves such connections behind in the pool.
TRIES = 2
_BROKEN = (httpx.NetworkError, httpx.RemoteProtocolError)

# Reading a longer answer holds up whatever else the process does: others, which have answered
# meanwhile, would seem to be late. So it is read in a thread.
ASIDE_BYTES = 256 * 1024

_T = TypeVar("_T")


class Silent(Exception):
    """A source gave no answer: why, for the list of sources and for the holes it leaves."""

    def __init__(self, status: SourceStatus, reason: HoleReason) -> None:
        super().__init__(status.value)
        self.status = status
        self.reason = reason


TIMED_OUT = (SourceStatus.TIMED_OUT, HoleReason.TIMEOUT)
DOWN = (SourceStatus.DOWN, HoleReason.UNAVAILABLE)
REFUSED = (SourceStatus.REFUSED, HoleReason.REFUSED)


async def ask(
    client: httpx.AsyncClient,
    request: httpx.Request,
    read: Callable[[bytes], _T],
    *,
    most: int = MAX_ANSWER_BYTES,
    seconds: float | None = None,
) -> _T:
    """What ``read`` makes of the answer to a request that changes nothing; see ``fetch``."""
    return await fetch(client, request, lambda _, body: read(body), most=most, seconds=seconds)


async def fetch(
    client: httpx.AsyncClient,
    request: httpx.Request,
    read: Callable[[httpx.Headers, bytes], _T],
    *,
    most: int = MAX_ANSWER_BYTES,
    seconds: float | None = None,
) -> _T:
    """What ``read`` makes of an answer's headers and body, of a request that changes nothing.

    ``seconds`` bound all of it, however slowly the answer drips. Raises Silent when the service is
    down, slow, refuses, says too much, or says what ``read`` raises ValueError for. Only a broken
    connection is tried again. That nothing changed (304), where ``request`` asked so, is no body.
    """
    request.headers["Accept-Encoding"] = "identity"
    try:
        async with asyncio.timeout(seconds):
            headers, body = await _fetched(client, request, most)
            return await aside(lambda whole: read(headers, whole), body)
    except (httpx.TimeoutException, TimeoutError) as error:
        raise Silent(*TIMED_OUT) from error
    except httpx.HTTPError as error:
        raise Silent(*DOWN) from error
    except ValueError as error:
        raise Silent(*REFUSED) from error


async def aside(read: Callable[[bytes], _T], body: bytes) -> _T:
    """What ``read`` makes of a body; of a long one it is called in a thread."""
    if len(body) < ASIDE_BYTES:
        return read(body)
    return await asyncio.to_thread(read, body)


@dataclass(frozen=True, slots=True)
class Reply:
    """A service's answer, of whatever status, in its own words."""

    status: int
    headers: httpx.Headers
    body: bytes


async def send(
    client: httpx.AsyncClient,
    request: httpx.Request,
    *,
    most: int = MAX_ANSWER_BYTES,
    seconds: float,
) -> Reply:
    """The answer to a request that may change something, which is sent once.

    Raises Silent where there is none in time, or it is compressed or has more than ``most`` bytes.
    ``was_sent`` says whether it can have been taken then.
    """
    request.headers["Accept-Encoding"] = "identity"
    try:
        async with asyncio.timeout(seconds):
            response = await client.send(request, stream=True)
            try:
                return Reply(response.status_code, response.headers, await _body(response, most))
            finally:
                await response.aclose()
    except (httpx.TimeoutException, TimeoutError) as error:
        raise Silent(*TIMED_OUT) from error
    except httpx.HTTPError as error:
        raise Silent(*DOWN) from error


def was_sent(silence: Silent) -> bool:
    """Whether a request may have arrived that was not answered."""
    never = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
    return not isinstance(silence.__cause__, never)


async def _fetched(
    client: httpx.AsyncClient, request: httpx.Request, most: int
) -> tuple[httpx.Headers, bytes]:
    for _ in range(TRIES - 1):
        try:
            return await _answer(client, request, most)
        except _BROKEN:
            continue
    return await _answer(client, request, most)


async def _answer(
    client: httpx.AsyncClient, request: httpx.Request, most: int
) -> tuple[httpx.Headers, bytes]:
    response = await client.send(request, stream=True)
    try:
        if response.status_code >= 500:
            raise Silent(*DOWN)
        if response.status_code == 304 and "if-none-match" in request.headers:
            return response.headers, b""
        if response.status_code != 200:
            raise Silent(*REFUSED)
        return response.headers, await _body(response, most)
    finally:
        await response.aclose()


async def _body(response: httpx.Response, most: int) -> bytes:
    # A few compressed bytes could unpack to any number.
    if "content-encoding" in response.headers:
        raise Silent(*REFUSED)
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > most:
            raise Silent(*REFUSED)
    return bytes(body)
