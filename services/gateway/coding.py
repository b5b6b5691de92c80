"""The code service at the gateway: codes from the caller's home, their status from anybody."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Query, Request, Response

from services.gateway.homes import relay_home
from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller
from suyuan.domain.codes import recognise
from suyuan.domain.coding.ranges import Verdict
from suyuan.domain.coding.schemes import stems_of
from suyuan.sources.asking import Silent, ask
from suyuan.web import paths
from suyuan.web.accept import CSV
from suyuan.web.auth import Asking, require_reporting
from suyuan.web.code_ranges import LABELS_BODY, NOTICE_BODY, ORDER_BODY, PATH, RangeListQuery
from suyuan.web.openapi import answered_as
from suyuan.web.responses import json_response

paths.install()
router = APIRouter(tags=["code service"])

SECONDS = 2.0
_MOST_BYTES = 64 * 1024


async def _at_home(request: Request, caller: Caller) -> Response:
    require_reporting(caller)
    return await relay_home(request, caller)


@router.post(PATH, status_code=201, openapi_extra=ORDER_BODY)
async def post_range(request: Request, caller: Asking) -> Response:
    """申领编码 · Ask your home subsystem for codes."""
    return await _at_home(request, caller)


@router.get(PATH)
async def get_ranges(
    request: Request, caller: Asking, query: Annotated[RangeListQuery, Query()]
) -> Response:
    """号段列表 · Your ranges, the newest first."""
    del query  # checked here, and passed on as it came
    return await _at_home(request, caller)


@router.get(PATH + "/{range_id}")
async def get_range(request: Request, range_id: str, caller: Asking) -> Response:
    """号段 · A range, and what was told of its codes since."""
    del range_id  # the path goes on as it came
    return await _at_home(request, caller)


@router.get(PATH + "/{range_id}/codes.csv", response_class=Response, responses=answered_as(CSV))
async def get_codes(request: Request, range_id: str, caller: Asking) -> Response:
    """下载编码 · Every code of a range as CSV."""
    del range_id  # the path goes on as it came
    return await _at_home(request, caller)


@router.post(PATH + "/{range_id}/notices", openapi_extra=NOTICE_BODY)
async def post_notice(request: Request, range_id: str, caller: Asking) -> Response:
    """编码状态 · Tell what became of codes of a range."""
    del range_id  # the path goes on as it came
    return await _at_home(request, caller)


@router.post(PATH + "/{range_id}/labels", status_code=202, openapi_extra=LABELS_BODY)
async def post_labels(request: Request, range_id: str, caller: Asking) -> Response:
    """打印标签 · Labels of a range, as a job."""
    del range_id  # the path goes on as it came
    return await _at_home(request, caller)


@router.get("/v1/code-status/{code:text}")
async def get_code_status(request: Request, code: str, caller: Asking) -> Response:
    """编码状态 · Whether a code was given out by any department, and what became of it.

    As at a subsystem; `silent` names the departments that did not answer. With one of them silent,
    a `foreign` code may be theirs.
    """
    owner = caller.party.short if caller.party is not None else None
    key = recognise(code, owner=owner).key
    told = await status_of(request.app.state.members, key, caller)
    return json_response({**told, "code": key, "asked": code})


async def status_of(
    members: Members, key: str, caller: Caller, *, seconds: float = SECONDS
) -> dict[str, Any]:
    """What all subsystems together say of a canonical key within a time, and who was `silent`."""
    asked = members.registry.ours if _can_be_given_out(key) else []
    answers = await asyncio.gather(*(_from(members, m, key, caller, seconds) for m in asked))
    silent = [m.id for m, answer in zip(asked, answers, strict=True) if answer is None]
    given = [answer for answer in answers if answer is not None]
    known = [answer for answer in given if answer["verdict"] != Verdict.FOREIGN]
    said = min(known, key=lambda answer: answer["verdict"] == Verdict.NOT_ISSUED, default=None)
    none = {"verdict": Verdict.FOREIGN, "owner": None, "lot": None, "issued_at": None}
    return {**(said or {**none, "subsystem": None}), "silent": silent}


def _can_be_given_out(key: str) -> bool:
    """Whether codes like this are given out anywhere: of a lot nobody need be asked."""
    return next(stems_of(key), None) is not None


async def _from(
    members: Members, member: Subsystem, key: str, caller: Caller, seconds: float
) -> dict[str, Any] | None:
    """One subsystem's answer, ``None`` if it is silent."""
    request = members.client.build_request(
        "GET",
        f"{member.query_url}/v1/code-status/{quote(key, safe='')}",
        headers=members.headers(caller, member.id),
    )
    within = min(member.timeout, seconds)

    async def asking(most: float | None) -> dict[str, Any]:
        bound = within if most is None else min(most, within)
        return await ask(members.client, request, _read, most=_MOST_BYTES, seconds=bound)

    try:
        return await members.breaker(member, "code-status").guard(asking)
    except Silent:
        return None


def _read(body: bytes) -> dict[str, Any]:
    """A status as a subsystem tells it. Raises ValueError for anything else."""
    told = msgspec.json.decode(body, type=_Status)
    return {**msgspec.structs.asdict(told), "verdict": told.verdict.value}


class _Status(msgspec.Struct, frozen=True):
    verdict: Verdict
    owner: str | None
    lot: str | None
    issued_at: datetime | None
    subsystem: str
