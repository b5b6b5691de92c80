"""What only a subsystem answers: events by id from its own store, and the gateway's lookups."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from services.query.events import show_event
from suyuan.domain import policy
from suyuan.domain.caller import Caller
from suyuan.domain.errors import NotAllowed
from suyuan.domain.lookup import Answer
from suyuan.sources.postgres import PostgresSource
from suyuan.web.auth import CLAIMS_HEADER, Asking
from suyuan.web.state import OwnDatabase, Settings
from suyuan.wire import lookups
from suyuan.wire.reports import encode

REDACTED_HEADER = "Suyuan-Redacted"

router = APIRouter()


@router.get("/v1/events/{event_id:path}", tags=["events"])
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
    The header `Suyuan-Redacted` names the members that the caller may not see.
    """
    shown = await show_event(
        database,
        event_id,
        caller,
        subsystem=settings.name,
        accept=request.headers.get("accept"),
    )
    headers = {"Vary": "Accept"}
    if shown.redacted:
        headers[REDACTED_HEADER] = ", ".join(shown.redacted)
    return Response(encode(shown.body), headers=headers, media_type=shown.media_type)


@router.post(
    "/v1/lookups",
    tags=["federation"],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
)
async def post_lookups(
    request: Request, caller: Asking, database: OwnDatabase, settings: Settings
) -> Response:
    """联邦查询 · The federation primitive: keys in, edges and events out. For the gateway only."""
    if CLAIMS_HEADER not in request.headers:
        raise NotAllowed("gateway_only")
    lookup = lookups.read_request(await request.body(), max_keys=settings.max_lookup_keys)
    source = PostgresSource(database, subsystem=settings.name, max_edges=settings.max_lookup_edges)
    answer = await source.ask(lookup)
    body = lookups.write_response(_seen(answer, caller), watermark=datetime.now(UTC))
    return Response(body, media_type="application/json")


def _seen(answer: Answer, caller: Caller) -> Answer:
    """Rights are decided here, where the data are: what the caller may not see never leaves."""
    events = tuple(policy.stored_view(stored, caller) for stored in answer.events)
    return Answer(answer.edges, answer.voids, events, answer.holes)
