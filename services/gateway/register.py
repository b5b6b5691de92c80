"""The register at the gateway: written to the caller's own subsystem, read from all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from services.gateway.homes import home_of
from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller
from suyuan.domain.errors import NotKnown, Unavailable
from suyuan.domain.register import Kind
from suyuan.sources.asking import Reply, Silent, send
from suyuan.web.auth import Asking, require_reporting
from suyuan.web.register import RegisterQuery, add_gets, add_puts

SECONDS = 5.0
# An entry has a few kilobytes, with all its versions some hundreds.
MOST_BYTES = 8 * 1024 * 1024
_ANSWER_HEADERS = ("vary", "content-language", "cache-control", "retry-after")

_PUT_HERE = "\nAt the gateway it goes to the subsystem that is the home of the caller's key.\n"
_GET_HERE = """
At the gateway the caller's own subsystem is believed first, then the others in their order;
`subsystem` says whose entry it is.
"""

router = APIRouter()


async def _put(request: Request, kind: Kind, entry_id: str, caller: Caller) -> Response:
    members: Members = request.app.state.members
    require_reporting(caller, "may_not_register")
    member = home_of(request, caller)
    asked = members.client.build_request(
        "PUT",
        _address(member.ingest_url, kind, entry_id),
        content=await request.body(),
        headers={**_asked_in(request), **members.headers(caller, member.id)},
    )
    try:
        answer = await send(members.client, asked, most=MOST_BYTES, seconds=SECONDS)
    except Silent as error:
        raise Unavailable("subsystem_unavailable", subsystem=member.id) from error
    return _as_given(answer)


async def _get(request: Request, kind: Kind, entry_id: str, caller: Caller) -> Response:
    members: Members = request.app.state.members
    ordered = sorted(members.registry.ours, key=lambda m: m.id != caller.home)
    answers = await asyncio.gather(
        *(_from(members, m, kind, entry_id, request, caller) for m in ordered)
    )
    given = [a for a in answers if a is not None]
    told = [a for a in given if a.status != 404]
    if told:  # an entry goes before a refusal, in the members' order
        return _as_given(min(told, key=lambda a: a.status))
    silent = [m.id for m, a in zip(ordered, answers, strict=True) if a is None]
    if silent:
        raise Unavailable("register_holder_silent", id=entry_id, subsystems=silent)
    raise NotKnown("register_unknown", id=entry_id)


async def _from(
    members: Members, member: Subsystem, kind: Kind, entry_id: str, request: Request, caller: Caller
) -> Reply | None:
    """One subsystem's answer, ``None`` if it is silent."""
    asked = members.client.build_request(
        "GET",
        _address(member.query_url, kind, entry_id),
        params=request.query_params,
        headers={**_asked_in(request), **members.headers(caller, member.id)},
    )
    seconds = min(member.timeout, SECONDS)
    try:
        answer = await send(members.client, asked, most=MOST_BYTES, seconds=seconds)
    except Silent:
        return None
    return answer if answer.status == 200 or 400 <= answer.status < 500 else None


def _address(url: str, kind: Kind, entry_id: str) -> str:
    return f"{url}/v1/{kind.plural}/{quote(entry_id, safe='')}"


def _asked_in(request: Request) -> dict[str, str]:
    names = ("accept-language", "content-type")
    return {name: request.headers[name] for name in names if name in request.headers}


def _as_given(answer: Reply) -> Response:
    headers = {k: answer.headers[k] for k in _ANSWER_HEADERS if k in answer.headers}
    return Response(answer.body, answer.status, headers, answer.headers.get("content-type"))


def _putting(kind: Kind) -> Callable[..., Awaitable[Response]]:
    async def put_entry(request: Request, entry_id: str, caller: Asking) -> Response:
        return await _put(request, kind, entry_id, caller)

    return put_entry


def _getting(kind: Kind) -> Callable[..., Awaitable[Response]]:
    async def get_entry(
        request: Request, entry_id: str, caller: Asking, query: Annotated[RegisterQuery, Query()]
    ) -> Response:
        del query  # checked here, and passed on as it came
        return await _get(request, kind, entry_id, caller)

    return get_entry


add_puts(router, _putting, more=_PUT_HERE)
add_gets(router, _getting, more=_GET_HERE)
