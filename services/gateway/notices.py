"""``/v1/notices`` over all: what an enterprise was told of by the city and by every department."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response

from services.gateway.members import Members
from services.gateway.pages import pages_of
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller
from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.domain.errors import NotKnown, Unavailable
from suyuan.sources.asking import ask
from suyuan.web.auth import Asking
from suyuan.web.recalls.notices import PATH, NoticesQuery
from suyuan.web.recalls.routes import Service
from suyuan.web.responses import json_response
from suyuan.wire.notices import MemberNotice, read_acknowledged, read_inbox
from suyuan.wire.recalls import write_notice

router = APIRouter(tags=["recalls"])


@router.get(PATH)
async def get_notices(
    request: Request, caller: Asking, service: Service, query: Annotated[NoticesQuery, Query()]
) -> Response:
    """收件箱 · The recalls that an enterprise was told of, the newest first, whoever recalls.

    `subsystem` is the department that recalls in its own subsystem, null where a recall goes over
    all. `sources` says how each subsystem fared, and `complete` whether all of them answered.
    """
    own = await service.inbox(caller, only_open=query.open, limit=query.limit)
    members: Members = request.app.state.members
    asked = query.model_dump(mode="json")

    def inbox(member: Subsystem) -> Awaitable[list[MemberNotice]]:
        outgoing = _request(members, member, caller, "GET", PATH, asked)
        return ask(members.client, outgoing, lambda body: read_inbox(body, member.id))

    found, reports = await pages_of(members, members.registry.ours, inbox)
    told = [{**write_notice(one, recall), "subsystem": None} for one, recall in own]
    told += [
        {**msgspec.to_builtins(one, builtin_types=(datetime,)), "subsystem": name}
        for name, page in found.items()
        for one in page
    ]
    told.sort(key=lambda one: one["told_at"], reverse=True)
    return json_response({"notices": told[: query.limit], **_fared(reports)})


@router.post(PATH + "/{recall_id:uuid}/acknowledge")
async def post_acknowledge(
    request: Request, caller: Asking, service: Service, recall_id: UUID
) -> Response:
    """确认收到 · Say that you know, and what you hold is off the shelf, whoever recalls."""
    try:
        at = await service.acknowledge(recall_id, caller)
    except NotKnown:
        return json_response(await _acknowledge_there(request, caller, recall_id))
    return json_response({"recall": str(recall_id), "acknowledged_at": at})


async def _acknowledge_there(request: Request, caller: Caller, recall_id: UUID) -> dict[str, Any]:
    """The answer of the department whose recall it is. Raises NotKnown, and Unavailable where one
    is silent that may be the one.
    """
    members: Members = request.app.state.members
    path = f"{PATH}/{recall_id}/acknowledge"

    def acknowledge(member: Subsystem) -> Awaitable[dict[str, Any]]:
        # Twice is as once, so it may be tried again as a question may.
        outgoing = _request(members, member, caller, "POST", path, {})
        return ask(members.client, outgoing, read_acknowledged)

    found, reports = await pages_of(members, members.registry.ours, acknowledge)
    for answer in found.values():
        return answer
    silent = [r.subsystem for r in reports if r.status is not SourceStatus.REFUSED]
    if silent:
        raise Unavailable("notice_holder_silent", id=str(recall_id), subsystems=silent)
    raise NotKnown("notice_unknown", id=str(recall_id))


def _request(
    members: Members,
    member: Subsystem,
    caller: Caller,
    method: str,
    path: str,
    asked: dict[str, Any],
) -> Any:
    return members.client.build_request(
        method,
        f"{member.ingest_url}{path}",
        params=asked,
        headers=members.headers(caller, member.id),
    )


def _fared(reports: list[SourceReport]) -> dict[str, Any]:
    return {
        "sources": [
            {"subsystem": r.subsystem, "status": r.status.value, "ms": r.ms} for r in reports
        ],
        "complete": all(r.status is SourceStatus.ANSWERED for r in reports),
    }
