"""A page of another subsystem's change feed, over its ``GET /v1/changes``."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from suyuan.domain.changes import ChangesPage
from suyuan.sources.asking import ask
from suyuan.wire.changes import read_page

# Seconds for one page.
PAGE_SECONDS = 20.0


async def ask_changes(
    client: httpx.AsyncClient, url: str, after: str | None, *, headers: Mapping[str, str]
) -> ChangesPage:
    """The page behind a cursor. Raises Silent when the subsystem gives none."""
    request = client.build_request(
        "GET",
        url.rstrip("/") + "/v1/changes",
        headers=headers,
        params={"after": after} if after is not None else {},
    )
    return await ask(client, request, read_page, seconds=PAGE_SECONDS)
