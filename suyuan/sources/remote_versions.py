"""What another subsystem holds under an event's id, over its ``POST /v1/versions``."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from suyuan.domain.versions import Version
from suyuan.sources.asking import ask
from suyuan.wire import versions


async def ask_versions(
    client: httpx.AsyncClient, url: str, event_id: str, *, headers: Mapping[str, str]
) -> list[Version]:
    """Every report of the event. Raises Silent when the subsystem gives no answer."""
    request = client.build_request(
        "POST",
        url.rstrip("/") + "/v1/versions",
        headers={"Content-Type": "application/json", **headers},
        content=versions.write_request(event_id),
    )
    return await ask(client, request, lambda body: versions.read_response(body, event_id))
