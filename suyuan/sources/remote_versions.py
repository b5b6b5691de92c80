"""What another subsystem holds under an event's id, over its ``POST /v1/versions``."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from suyuan.domain.chain import SourceStatus
from suyuan.domain.lookup import HoleReason
from suyuan.domain.versions import Version
from suyuan.sources.remote import MAX_ANSWER_BYTES, Silent
from suyuan.wire import versions


async def ask_versions(
    client: httpx.AsyncClient, url: str, event_id: str, *, headers: Mapping[str, str]
) -> list[Version]:
    """Every report of the event. Raises Silent when the subsystem gives no answer."""
    address = url.rstrip("/") + "/v1/versions"
    try:
        body = await _post(client, address, versions.write_request(event_id), headers)
        return versions.read_response(body, event_id)
    except httpx.TimeoutException as error:
        raise Silent(SourceStatus.TIMED_OUT, HoleReason.TIMEOUT) from error
    except httpx.HTTPError as error:
        raise Silent(SourceStatus.DOWN, HoleReason.UNAVAILABLE) from error
    except ValueError as error:
        raise Silent(SourceStatus.REFUSED, HoleReason.REFUSED) from error


async def _post(
    client: httpx.AsyncClient, url: str, content: bytes, headers: Mapping[str, str]
) -> bytes:
    sent = {"Content-Type": "application/json", **headers}
    async with client.stream("POST", url, content=content, headers=sent) as response:
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
