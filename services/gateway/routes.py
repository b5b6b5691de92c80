"""The gateway's own routes: reports in, one event by id, lists of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response

from services.gateway.copies import Copies
from services.gateway.deliverer import Deliverer
from services.gateway.events import find_event
from services.gateway.lists import list_everywhere
from services.gateway.reporting import Relay
from suyuan.domain.caller import Caller
from suyuan.domain.errors import ReportRefused
from suyuan.sources.asking import Reply
from suyuan.web.accept import JSON_LD
from suyuan.web.auth import Asking, require_reporting
from suyuan.web.events import event_response
from suyuan.web.language import negotiate
from suyuan.web.lists import ListQuery, cursor_refused, link_to, listing_of
from suyuan.web.openapi import answered_as
from suyuan.web.problems import fault_entry, problem_of
from suyuan.web.reports import REPORTS_BODY, CaptureQuery
from suyuan.web.responses import json_response
from suyuan.wire.cursors import read_joint
from suyuan.wire.lists import write_page
from suyuan.wire.reports import encode

COPIES_HEADER = "Suyuan-Copies"
_ANSWER_HEADERS = ("vary", "content-language", "retry-after")

router = APIRouter()


@router.post("/v1/events", tags=["events"], openapi_extra=REPORTS_BODY)
async def post_events(
    request: Request,
    caller: Asking,
    query: Annotated[CaptureQuery, Query()],
    gs1_capture_error_behaviour: Annotated[Literal["rollback", "proceed"], Header()] = "rollback",
) -> Response:
    """上报事件 · Report events to the subsystem of their `sector`, else to the reporter's home.

    Answered when that subsystem has committed, with its own answer. With `rollback` a batch must
    concern one subsystem (422 `several_subsystems` otherwise); `proceed` may split it. The header
    `Suyuan-Copies` names the other subsystems that an event concerns, by the homes of the parties
    in it: they get copies, and `GET /v1/deliveries` says where those are.
    """
    require_reporting(caller)  # before a byte is read
    relay = Relay(
        request.app.state.members,
        caller,
        request.headers,
        "dry_run=true" if query.dry_run else "",
        max_events=request.app.state.settings.max_events,
        copies=None if query.dry_run else _copies(request, caller),
    )
    body = await request.body()
    media_type = request.headers.get("content-type", "application/json")
    language = negotiate(request.headers.get("accept-language"))
    try:
        if gs1_capture_error_behaviour == "proceed":
            answer = await relay.split(body, media_type, language)
        else:
            answer = await relay.whole(body, media_type)
        response = json_response(answer) if isinstance(answer, dict) else _as_given(answer.reply)
        return _with_copies(request, response, relay.copied)
    except ReportRefused as error:
        # What a subsystem would have answered: nothing was accepted.
        rejected = [fault_entry(fault, language) for fault in error.faults]
        told = {"accepted": 0, "repeated": 0, "ids": [], "rejected": rejected}
        error.params, error.faults = {**error.params, **told}, ()
        return problem_of(request.scope, error)


@router.get("/v1/events", tags=["events"])
async def get_events(
    request: Request, caller: Asking, query: Annotated[ListQuery, Query()]
) -> Response:
    """事件列表 · Events of every subsystem, newest first, in pages; see a subsystem's own list.

    `sources` says how each subsystem fared, and `complete` whether all of them answered. One that
    was silent is read on from where it was when a later page finds it answering, so its events
    come late rather than never; after the last page, ask for that page again.
    """
    listing = listing_of(query, caller)
    try:
        after = read_joint(query.after) if query.after is not None else {}
    except ValueError:
        raise cursor_refused() from None
    listed = await list_everywhere(
        request.app.state.members, caller, listing, after=after, limit=query.limit
    )
    body = write_page(
        listed.entries,
        following=listed.following,
        sources=listed.sources,
        now=datetime.now(UTC),
    )
    headers = {"Link": link_to(request, listed.following)} if listed.following else None
    return Response(encode(body), headers=headers, media_type="application/json")


@router.get("/v1/events/{event_id:path}", tags=["events"], responses=answered_as(JSON_LD))
async def get_event(request: Request, event_id: str, caller: Asking) -> Response:
    """事件 · One event, by its URI or by the id that was reported, from whoever holds it.

    `Accept: application/json` gives the city form (406 if that cannot say it),
    `application/ld+json` EPCIS 2.0. A bare id that several reporters use, in one subsystem or in
    several, is 300, with the URIs; so is a URI that was reported with different content. A
    correction is shown wherever it lies. The header `Suyuan-Silent` names the subsystems that did
    not answer, and might correct what is shown; `Suyuan-Profile` the sector profiles that the event
    was checked by.
    """
    version, silent = await find_event(request.app.state.members, event_id, caller)
    return event_response(version, request.headers.get("accept"), silent)


def _copies(request: Request, caller: Caller) -> Copies:
    state = request.app.state
    return Copies(
        state.database, state.members.registry, caller, max_events=state.settings.max_events
    )


def _with_copies(request: Request, response: Response, copied: frozenset[str]) -> Response:
    if copied:
        response.headers[COPIES_HEADER] = ", ".join(sorted(copied))
        deliverer: Deliverer = request.app.state.deliverer
        deliverer.wake(copied)
    return response


def _as_given(reply: Reply) -> Response:
    """A subsystem's answer, in its own words."""
    headers = {k: reply.headers[k] for k in _ANSWER_HEADERS if k in reply.headers}
    return Response(reply.body, reply.status, headers, reply.headers.get("content-type"))
