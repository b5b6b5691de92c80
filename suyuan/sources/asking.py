"""Asking another service over HTTP: a bounded answer, or the reason why there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
            return read(*await _fetched(client, request, most))
    except (httpx.TimeoutException, TimeoutError) as error:
        raise Silent(*TIMED_OUT) from error
    except httpx.HTTPError as error:
        raise Silent(*DOWN) from error
    except ValueError as error:
        raise Silent(*REFUSED) from error


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
        # A few compressed bytes could unpack to any number.
        if response.status_code != 200 or "content-encoding" in response.headers:
            raise Silent(*REFUSED)
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > most:
                raise Silent(*REFUSED)
        return response.headers, bytes(body)
    finally:
        await response.aclose()
