"""``GET /v1/accesses``: who of the authorities looked at what is held here."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from suyuan.domain import policy
from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.storage import accesses
from suyuan.web.access_list import AccessesQuery, Reader, filter_of, link_to
from suyuan.web.lists import cursor_refused
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, Settings
from suyuan.wire.accesses import place_of, write_access, write_page
from suyuan.wire.cursors import read_place, write_place

router = APIRouter(tags=["federation"])


@router.get("/v1/accesses")
async def get_accesses(
    request: Request,
    caller: Reader,
    database: OwnDatabase,
    settings: Settings,
    query: Annotated[AccessesQuery, Query()],
) -> Response:
    """访问记录 · Who of the authorities looked at what is held here, the newest first, in pages.

    Every answer to a department, an inspector or the city is written down before it goes out:
    `owner` and `key` say whose key was shown, `through` whether the gateway vouched for it, `asked`
    of which codes and events something was told (of what nothing is held only the number is kept),
    `events` how many events were given (`null`: a stream, or no events), `reason` and `reference`
    what the header `Suyuan-Purpose` said. One question at the gateway has the same `request` in
    every subsystem. `code` is a thing in any form or an event's URI. For the department whose
    subsystem this is, and for the city.
    """
    policy.require_home(caller, settings.name)
    wanted = filter_of(query)
    try:
        after = read_place(query.after) if query.after is not None else None
    except ValueError:
        raise cursor_refused() from None
    began = time.monotonic()
    async with database.reading() as connection:
        found = await accesses.find(connection, wanted, after=after, most=query.limit + 1)
    shown = found[: query.limit]
    following = write_place(place_of(shown[-1])) if len(found) > len(shown) else None
    ms = round((time.monotonic() - began) * 1000)
    body = write_page(
        [write_access(access, settings.name) for access in shown],
        following=following,
        sources=[SourceReport(settings.name, SourceStatus.ANSWERED, ms)],
    )
    return json_response(body, headers=link_to(request, following) if following else None)
