"""Asking another service over HTTP: a bounded answer, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

from suyuan.domain.chain import SourceStatus
from suyuan.domain.lookup import HoleReason

# A subsystem that sends more than this in one answer is broken or hostile; it costs its own gap.
MAX_ANSWER_BYTES = 64 * 1024 * 1024

_T = TypeVar("_T")


class Silent(Exception):
    """A source gave no answer: why, for the list of sources and for the holes it leaves."""

    def __init__(self, status: SourceStatus, reason: HoleReason) -> None:
        super().__init__(status.value)
        self.status = status
        self.reason = reason


async def ask(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    read: Callable[[bytes], _T],
    *,
    headers: Mapping[str, str],
    most: int = MAX_ANSWER_BYTES,
    **sent: Any,
) -> _T:
    """What ``read`` makes of the answer; ``sent`` are httpx's ``content``, ``params``, ``timeout``.

    Raises Silent when the service is down, slow, refuses, says too much, or says what ``read``
    raises ValueError for.
    """
    try:
        async with client.stream(method, url, headers=dict(headers), **sent) as response:
            return read(await _body(response, most))
    except httpx.TimeoutException as error:
        raise Silent(SourceStatus.TIMED_OUT, HoleReason.TIMEOUT) from error
    except httpx.HTTPError as error:
        raise Silent(SourceStatus.DOWN, HoleReason.UNAVAILABLE) from error
    except ValueError as error:
        raise Silent(SourceStatus.REFUSED, HoleReason.REFUSED) from error


async def _body(response: httpx.Response, most: int) -> bytes:
    if response.status_code >= 500:
        raise Silent(SourceStatus.DOWN, HoleReason.UNAVAILABLE)
    if response.status_code != 200:
        raise Silent(SourceStatus.REFUSED, HoleReason.REFUSED)
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > most:
            raise Silent(SourceStatus.REFUSED, HoleReason.REFUSED)
    return bytes(body)
