"""A page of another subsystem's accesses, over its ``GET /v1/accesses``."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from suyuan.domain.accesses import AccessFilter
from suyuan.domain.listing import Page, Place
from suyuan.sources.asking import ask
from suyuan.wire.accesses import AccessEntry, read_page, write_filter
from suyuan.wire.cursors import write_place


async def ask_accesses(
    client: httpx.AsyncClient,
    url: str,
    wanted: AccessFilter,
    *,
    after: Place | None,
    limit: int,
    headers: Mapping[str, str],
) -> Page[AccessEntry]:
    """The page behind ``after``. Raises Silent when the subsystem gives none."""
    params = {**write_filter(wanted), "limit": str(limit)}
    if after is not None:
        params["after"] = write_place(after)
    request = client.build_request(
        "GET", url.rstrip("/") + "/v1/accesses", headers=headers, params=params
    )
    return await ask(client, request, lambda body: read_page(body, limit=limit))
