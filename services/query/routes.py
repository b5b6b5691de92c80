"""What only a subsystem answers: events by id from its own store, and the gateway's lookups."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.query.events import find_versions
from services.query.lists import PageRequest, list_events
from services.query.lookups import Answering
from suyuan.domain.caller import Caller
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import NotAllowed
from suyuan.domain.profiles.showing import Showing
from suyuan.domain.versions import Version, settle
from suyuan.sources.postgres import PostgresSource
from suyuan.storage.engine import Database
from suyuan.web.accept import JSON_LD
from suyuan.web.accesses import tell, tell_events, told_of
from suyuan.web.auth import CLAIMS_HEADER, Asking
from suyuan.web.body_schemas import ANY_OBJECT
from suyuan.web.events import event_response
from suyuan.web.front import FrontRoute
from suyuan.web.lists import ListQuery, cursor_refused, link_to, listing_of
from suyuan.web.openapi import answered_as
from suyuan.web.profiles import ProfilesInForce
from suyuan.web.responses import json_response
from suyuan.web.settings import ServiceSettings
from suyuan.web.state import OwnDatabase, Settings, database_of, settings_of
from suyuan.wire import versions as wire_versions
from suyuan.wire.cursors import read_place
from suyuan.wire.lists import write_page
from suyuan.wire.lookups import read_request

router = APIRouter()


@router.get("/v1/events", tags=["events"])
async def get_events(
    request: Request,
    caller: Asking,
    database: OwnDatabase,
    settings: Settings,
    query: Annotated[ListQuery, Query()],
) -> Response:
    """事件列表 · Events, newest first, in pages; `Link: rel="next"` and `next` lead to the next.

    An enterprise lists its own events; inspectors and departments see those of their own subsystem
    whole and of others code, time, action and party. `from` and `to` bound event time, inclusive;
    `code` is a thing in any of its forms; `sector` is what the event states. A page's end is a
    place among the events, so what arrives meanwhile moves, repeats and hides nothing; an event
    that arrives behind that place is found by asking anew. `voided` events were declared in error,
    as their `correction` says.
    """
    listing = listing_of(query, caller)
    try:
        after = read_place(query.after) if query.after is not None else None
    except ValueError:
        raise cursor_refused() from None
    asked = PageRequest(listing, after, query.limit)
    showing = _showing(request)
    listed = await list_events(database, asked, caller, subsystem=settings.name, showing=showing)
    events = len(listed.entries)
    tell(
        request.scope,
        codes=[Code(listing.code)] if listing.code else [],
        parties=[recognise(listing.party, use=Use.PARTY)] if listing.party else [],
        events=events,
        held=events > 0,
    )
    body = write_page(
        listed.entries,
        following=listed.following,
        sources=[listed.source],
        now=datetime.now(UTC),
    )
    headers = {}
    if listed.following is not None:
        through_gateway = CLAIMS_HEADER in request.headers
        prefix = f"/{settings.name}" if through_gateway else ""
        headers["Link"] = link_to(request, listed.following, prefix=prefix)
    return json_response(body, headers=headers)


@router.get("/v1/events/{event_id:path}", tags=["events"], responses=answered_as(JSON_LD))
async def get_event(
    request: Request,
    event_id: str,
    caller: Asking,
    database: OwnDatabase,
    settings: Settings,
) -> Response:
    """事件 · One event, by its URI or by the id that was reported.

    `Accept: application/json` gives the city form (406 if that cannot say it),
    `application/ld+json` EPCIS 2.0. A bare id that several reporters use is 300, with the URIs.
    The header `Suyuan-Redacted` names the members that the caller may not see, `Suyuan-Profile` the
    sector profiles, with their versions, that the event was checked by when it came in.
    """
    versions = await _versions(request, event_id, caller, database, settings)
    tell_events(request.scope, [version.stored.event for version in versions])
    return event_response(settle(versions, event_id, caller.party), request.headers.get("accept"))


async def _versions(
    request: Request, event_id: str, caller: Caller, database: Database, settings: ServiceSettings
) -> list[Version]:
    showing = _showing(request)
    return await find_versions(database, event_id, caller, subsystem=settings.name, showing=showing)


def _showing(request: Request) -> Showing:
    profiles: ProfilesInForce = request.app.state.profiles
    return profiles.showing


@router.post("/v1/versions", tags=["federation"], openapi_extra=ANY_OBJECT)
async def post_versions(
    request: Request, caller: Asking, database: OwnDatabase, settings: Settings
) -> Response:
    """事件版本 · What is held under an event's id, with its corrections. For the gateway only."""
    if CLAIMS_HEADER not in request.headers:
        raise NotAllowed("gateway_only")
    event_id = wire_versions.read_request(await request.body())
    found = await _versions(request, event_id, caller, database, settings)
    tell_events(request.scope, [version.stored.event for version in found])
    return Response(wire_versions.write_response(found), media_type="application/json")


@router.post("/v1/lookups", tags=["federation"], openapi_extra=ANY_OBJECT)
async def post_lookups(
    request: Request, caller: Asking, database: OwnDatabase, settings: Settings
) -> Response:
    """联邦查询 · The federation primitive: keys in, edges and events out. For the gateway only.

    Answered within `deadline_ms`; what is too much for one answer, or for that time, goes on behind
    `cursor`. What this caller may not be told is `withheld`. See docs/federation.md.
    """
    if CLAIMS_HEADER not in request.headers:
        raise NotAllowed("gateway_only")
    asked = read_request(await request.body(), max_keys=settings.max_lookup_keys)
    source = PostgresSource(
        database,
        subsystem=settings.name,
        max_edges=min(asked.limit or settings.max_lookup_edges, settings.max_lookup_edges),
        sparse=True,
        registers=request.app.state.registers,
    )
    answering = Answering(
        database,
        caller,
        source=source,
        subsystem=settings.name,
        showing=_showing(request),
        told=told_of(request.scope),
    )
    return Response(await answering.answer(asked), media_type="application/json")


async def _answer_lookups(request: Request, caller: Caller) -> Response:
    database, settings = await database_of(request), await settings_of(request)
    return await post_lookups(request, caller, database, settings)


FRONT = FrontRoute("/v1/lookups", _answer_lookups)
