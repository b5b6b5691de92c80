"""A page of another subsystem's events, over its ``GET /v1/events``."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from suyuan.domain.listing import Listing, Page, Place
from suyuan.sources.asking import ask
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
    request = client.build_request(
        "GET", url.rstrip("/") + "/v1/events", headers=headers, params=params
    )
    return await ask(client, request, lambda body: read_page(body, limit=limit))


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
