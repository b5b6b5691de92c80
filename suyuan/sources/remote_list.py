"""A page of another subsystem's events, over its ``GET /v1/events``."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from suyuan.domain.chain import SourceStatus
from suyuan.domain.listing import Listing, Page, Place
from suyuan.domain.lookup import HoleReason
from suyuan.sources.remote import MAX_ANSWER_BYTES, Silent
from suyuan.wire.cursors import write_place
from suyuan.wire.lists import Entry, read_page

_NAMES = {"since": "from", "until": "to"}


async def ask_page(
    client: httpx.AsyncClient,
    url: str,
    listing: Listing,
    *,
    after: Place | None,
    limit: int,
    headers: Mapping[str, str],
) -> Page[Entry]:
    """The page behind ``after``. Raises Silent when the subsystem gives none."""
    params = {**_params(listing), "limit": str(limit)}
    if after is not None:
        params["after"] = write_place(after)
    try:
        body = await _get(client, url.rstrip("/") + "/v1/events", params, headers)
        return read_page(body, limit=limit)
    except httpx.TimeoutException as error:
        raise Silent(SourceStatus.TIMED_OUT, HoleReason.TIMEOUT) from error
    except httpx.HTTPError as error:
        raise Silent(SourceStatus.DOWN, HoleReason.UNAVAILABLE) from error
    except ValueError as error:
        raise Silent(SourceStatus.REFUSED, HoleReason.REFUSED) from error


def _params(listing: Listing) -> dict[str, str]:
    params: dict[str, str] = {}
    for name in ("party", "code", "kind", "activity", "sector"):
        value = getattr(listing, name)
        if value is not None:
            params[name] = value
    for name, parameter in _NAMES.items():
        moment = getattr(listing, name)
        if moment is not None:
            params[parameter] = moment.isoformat()
    return params


async def _get(
    client: httpx.AsyncClient, url: str, params: Mapping[str, str], headers: Mapping[str, str]
) -> bytes:
    async with client.stream("GET", url, params=params, headers=headers) as response:
        if response.status_code >= 500:
            raise Silent(SourceStatus.DOWN, HoleReason.UNAVAILABLE)
        if response.status_code != 200:
            raise Silent(SourceStatus.REFUSED, HoleReason.REFUSED)
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise Silent(SourceStatus.REFUSED, HoleReason.REFUSED)
        return bytes(body)
