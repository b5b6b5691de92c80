"""``GET /v1/deliveries``: where a report's copies are."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code
from suyuan.domain.errors import Fault, NotAuthenticated, QuestionRefused
from suyuan.domain.events import event_key, is_uri
from suyuan.domain.listing import Place
from suyuan.storage import deliveries
from suyuan.storage.deliveries import Asked, State, Told
from suyuan.web.auth import Asking
from suyuan.web.lists import cursor_refused
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase
from suyuan.wire.cursors import read_place, write_place

MOST = 1_000

router = APIRouter(tags=["events"])


class DeliveriesQuery(BaseModel):
    """Which deliveries."""

    model_config = ConfigDict(extra="forbid")

    event: str | None = None
    state: State | None = None
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100


@router.get("/v1/deliveries")
async def get_deliveries(
    request: Request,
    caller: Asking,
    database: OwnDatabase,
    query: Annotated[DeliveriesQuery, Query()],
) -> Response:
    """递送情况 · Where the copies of reports are that concern more departments than one.

    `origin` took the report and answered it; `subsystem` is to have it too. `state` is `pending`
    (not yet known whether `origin` took it), `waiting`, `delivered`, or `refused` with the
    `problem`; a waiting one that was tried has the reason of the last try. `event` is an event's
    URI, or the id as the caller reported it. An enterprise sees its own reports' deliveries, a
    department and an inspector those from and to their subsystem, the city all. The newest first,
    in pages by `after`. To have what was refused tried again, report the event again.
    """
    del request
    asked = _asked(query, caller)
    found = await _find(database, asked, query)
    more = len(found) > query.limit
    shown = found[: query.limit]
    return json_response(
        {
            "deliveries": [_told(one) for one in shown],
            "next": _cursor(shown[-1]) if more else None,
        }
    )


async def _find(database: OwnDatabase, asked: Asked, query: DeliveriesQuery) -> list[Told]:
    try:
        after = read_place(query.after) if query.after is not None else None
    except ValueError:
        raise cursor_refused() from None
    async with database.reading() as connection:
        return await deliveries.find(connection, asked, after=after, most=query.limit + 1)


def _asked(query: DeliveriesQuery, caller: Caller) -> Asked:
    """What the query asks for, as far as the caller may see. Raises NotAuthenticated."""
    event = _event(query.event, caller) if query.event is not None else None
    match caller.role:
        case CallerRole.CONSUMER:
            roles = [role.value for role in CallerRole if role is not CallerRole.CONSUMER]
            raise NotAuthenticated("key_required", roles=roles)
        case CallerRole.ENTERPRISE:
            return Asked(event, query.state, owner=caller.owner)
        case CallerRole.CITY:
            return Asked(event, query.state)
        case _:
            return Asked(event, query.state, home=caller.home)


def _event(event_id: str, caller: Caller) -> bytes:
    """The key of an event. Raises QuestionRefused for a bare id of who reports nothing."""
    if is_uri(event_id):
        return event_key(event_id, Code(""))
    if caller.party is None:
        fault = Fault("event_uri_needed", "/query/event", {"id": event_id})
        raise QuestionRefused("parameters_refused", faults=[fault])
    return event_key(event_id, caller.party)


def _told(one: Told) -> dict[str, Any]:
    return {
        "event": one.uri,
        "origin": one.origin,
        "subsystem": one.subsystem,
        "state": one.state.value,
        "attempts": one.attempts,
        "problem": None if one.problem is None else msgspec.Raw(one.problem.encode()),
        "created_at": one.created_at,
        "tried_at": one.tried_at,
        "settled_at": one.settled_at,
    }


def _cursor(one: Told) -> str:
    return write_place(Place(one.created_at, one.created_at, one.identity, one.subsystem))
