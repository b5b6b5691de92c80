"""``/v1/recalls`` and ``/v1/webhook``: at a subsystem and at the gateway alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, cast
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.errors import Fault, ReportRefused
from suyuan.domain.recall import Action, RecallState
from suyuan.web.auth import Asking
from suyuan.web.openapi import answered_as
from suyuan.web.recalls.bodies import NOTE_BODY, PROPOSAL_BODY, WEBHOOK_BODY
from suyuan.web.recalls.service import Recalls
from suyuan.web.responses import json_response
from suyuan.wire.bodies import NDJSON_TYPE
from suyuan.wire.reading import Reading
from suyuan.wire.recalls import (
    read_proposal,
    read_step,
    write_notice,
    write_recall_head,
    write_things,
)
from suyuan.wire.reports import decode

router = APIRouter(tags=["recalls"])

_PATH = "/v1/recalls"
_MOST = 1_000
_URL_LIMIT = 500
_encode = msgspec.json.Encoder(decimal_format="string").encode


async def _recalls(request: Request) -> Recalls:
    return cast(Recalls, request.app.state.recalls)


Service = Annotated[Recalls, Depends(_recalls)]


class RecallsQuery(BaseModel):
    """Which of an official's recalls."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[list[RecallState], Field(max_length=8)] | None = None
    limit: Annotated[int, Field(ge=1, le=_MOST)] = 100


class PartiesQuery(BaseModel):
    """Where in the list: ``after`` is the last party of the page before."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[str, Field(max_length=2_048)] = ""
    limit: Annotated[int, Field(ge=1, le=_MOST)] = 100


@router.post(_PATH, status_code=202, openapi_extra=PROPOSAL_BODY)
async def post_recall(request: Request, caller: Asking, service: Service) -> Response:
    """提出召回 · Propose a recall: what it reaches is found out next, and can be read meanwhile.

    For the city and departments. A second person approves it (`…/approve`) before it can be
    published. `stations` are places that spread (everything made there from the moment something
    recalled came, until `cleaned_at`) or kill (nothing is followed through them). A `drill` is
    never shown to consumers, and nobody outside is told.
    """
    service.require_official(caller)  # before a byte is read
    recall = await service.propose(read_proposal(await request.body()), caller)
    shown = await service.show(recall, caller)
    return json_response(shown, 202, headers={"Location": f"{_PATH}/{recall}"})


@router.get(_PATH)
async def get_recalls(
    caller: Asking, service: Service, query: Annotated[RecallsQuery, Query()]
) -> Response:
    """召回列表 · An official's recalls, the newest first; for the public see `…/in-force`."""
    own = await service.list_own(caller, query.state, query.limit)
    return json_response({"recalls": [write_recall_head(r) for r in own]})


@router.get(_PATH + "/{recall_id:uuid}")
async def get_recall(caller: Asking, service: Service, recall_id: UUID) -> Response:
    """召回 · A recall: what it reaches, who holds it, what is open, its clocks, every step."""
    return json_response(await service.show(recall_id, caller))


@router.get(
    _PATH + "/{recall_id:uuid}/things",
    response_class=Response,
    responses=answered_as(NDJSON_TYPE),
)
async def get_things(caller: Asking, service: Service, recall_id: UUID) -> Response:
    """波及对象 · Everything that a recall reaches by now, one JSON line each, in order of code."""
    lines = _lines(service, recall_id, caller)
    first = await anext(lines, b"")  # what is refused is a problem, not a broken stream
    return StreamingResponse(_rest(first, lines), media_type=NDJSON_TYPE)


@router.get(_PATH + "/{recall_id:uuid}/notices")
async def get_recall_notices(
    caller: Asking, service: Service, recall_id: UUID, query: Annotated[PartiesQuery, Query()]
) -> Response:
    """通知情况 · Who was told of a recall, and who acknowledged it."""
    told = await service.notices(recall_id, caller, query.after, query.limit)
    return json_response({"notices": [write_notice(one) for one in told]})


_STEPS = {
    "rescope": (Action.RESCOPE, "重新核查 · Find out anew what it reaches.", False),
    "approve": (
        Action.APPROVE,
        """批准 · Approve it: by another person than whoever proposed it, with no hole left open.

With `step`, the last step that was seen, nobody approves what was changed since: 409.
""",
        False,
    ),
    "publish": (
        Action.PUBLISH,
        "发布 · Publish it: pages show it within two seconds, and every holder is told.",
        False,
    ),
    "close": (Action.CLOSE, "结案 · Close it, when everybody acknowledged it.", True),
    "lift": (Action.LIFT, "撤销 · Lift it, where it was wrong: the note says why.", True),
    "withdraw": (Action.WITHDRAW, "撤回 · Give it up before it is published.", True),
}


def _stepping(action: Action, *, with_note: bool) -> Callable[..., Awaitable[Response]]:
    async def post_step(
        request: Request, caller: Asking, service: Service, recall_id: UUID
    ) -> Response:
        service.require_official(caller)
        told = read_step(await request.body(), with_note=with_note)
        await service.do(recall_id, action, caller, told)
        return json_response(await service.show(recall_id, caller))

    return post_step


for _name, (_action, _text, _noted) in _STEPS.items():
    router.add_api_route(
        f"{_PATH}/{{recall_id:uuid}}/{_name}",
        _stepping(_action, with_note=_noted),
        methods=["POST"],
        name=f"post_{_name}",
        description=_text,
        openapi_extra=NOTE_BODY,
    )


@router.post(_PATH + "/{recall_id:uuid}/holes/{number}/sign-off", openapi_extra=NOTE_BODY)
async def post_sign_off(
    request: Request, caller: Asking, service: Service, recall_id: UUID, number: int
) -> Response:
    """缺口签认 · Answer for what a subsystem did not answer: the note says on what grounds."""
    service.require_official(caller)
    told = read_step(await request.body(), with_note=True)
    await service.sign_off(recall_id, number, caller, told)
    return json_response(await service.show(recall_id, caller))


@router.put("/v1/webhook", openapi_extra=WEBHOOK_BODY)
async def put_webhook(request: Request, caller: Asking, service: Service) -> Response:
    """推送地址 · Have notices sent to a web address; the answer has the secret, told this once."""
    await service.webhook(caller)  # refuses who has no inbox before a byte is read
    url = _read_url(await request.body())
    return json_response({"url": url, "secret": await service.set_webhook(caller, url)})


@router.get("/v1/webhook")
async def get_webhook(caller: Asking, service: Service) -> Response:
    """推送地址 · Where your notices are sent."""
    return json_response({"url": await service.webhook(caller)})


@router.delete("/v1/webhook", status_code=204, response_class=Response)
async def delete_webhook(caller: Asking, service: Service) -> Response:
    """取消推送 · Have nothing sent any more; the inbox stays."""
    await service.unset_webhook(caller)
    return Response(status_code=204)


async def _lines(service: Recalls, recall_id: UUID, caller: Any) -> AsyncIterator[bytes]:
    after = ""
    while page := await service.things(recall_id, caller, after, _MOST):
        yield b"".join(_encode(line) + b"\n" for line in write_things(page))
        after = page[-1].code


async def _rest(first: bytes, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for more in lines:
        yield more


def _read_url(body: bytes) -> str:
    reading = Reading()
    raw = reading.members(decode(body), "", frozenset({"url"})) or {}
    url = reading.text(raw, "url", limit=_URL_LIMIT, required=True)
    if url is not None and not _is_web_address(url):
        reading.faults.append(Fault("webhook_url", "/url", {"value": url}))
    if reading.faults or url is None:
        raise ReportRefused(faults=reading.faults)
    return url


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not parts.username
