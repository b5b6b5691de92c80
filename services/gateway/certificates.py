"""``GET /v1/certificates`` over all: the city's own, and those of every department."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response

from services.gateway.members import Members
from services.gateway.pages import pages_of
from services.gateway.proxy import relay
from services.gateway.registry import Subsystem
from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.certificates import CITY, Action, Adopted
from suyuan.domain.chain import SourceStatus
from suyuan.domain.errors import NotAllowed, NotKnown, Unavailable
from suyuan.domain.register import today
from suyuan.sources.asking import ask
from suyuan.sources.certificates import find_adopted, kept_of
from suyuan.storage import certificates
from suyuan.storage.engine import Database
from suyuan.web.auth import Asking
from suyuan.web.certificates import (
    BODY,
    PATH,
    POST_TEXT,
    CertificatesQuery,
    add_steps,
    certificate_entered,
    page_of,
    step_taken,
)
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, Settings
from suyuan.wire.certificates import CertificatePage, read_page, read_row, write_certificate
from suyuan.wire.source_reports import write_sources

router = APIRouter(tags=["certificates"])

_AT_HOME = "\nAt the gateway: the city's own, and of a department that of its subsystem.\n"


@router.get(PATH)
async def get_certificates(
    request: Request,
    caller: Asking,
    database: OwnDatabase,
    query: Annotated[CertificatesQuery, Query()],
) -> Response:
    """证书 · Certificates that the city and the departments have adopted; for everybody.

    `source` says whose register one is in, `status` how it stands today (Beijing time):
    `upcoming`, `valid`, `suspended`, `withdrawn` or `expired`. Pages go on behind `next`. A
    department that did not answer is in `sources`, and `complete` is false.
    """
    del caller  # what is answered is public
    members: Members = request.app.state.members
    asked = query.model_dump(mode="json", exclude_none=True)

    def page(member: Subsystem) -> Awaitable[CertificatePage]:
        return ask(
            members.client,
            _request(members, member, PATH, asked),
            lambda body: read_page(body, member.id),
        )

    own, following = await page_of(database, query)
    pages, reports = await pages_of(members, members.registry.ours, page)
    on = today(datetime.now(UTC))
    rows = [
        (one.id, write_certificate(one, on, source=CITY, history=False))
        for one in own
        if query.status in (None, one.status(on))
    ]
    rows += [(row.id, msgspec.to_builtins(row)) for p in pages.values() for row in p.certificates]
    rows.sort(key=lambda row: row[0])
    ends = [end for end in (following, *(p.next for p in pages.values())) if end is not None]
    shown, behind = _cut(rows, ends, query.limit)
    return json_response(
        {
            "certificates": [row for _, row in shown],
            "next": behind,
            **write_sources(reports),
        }
    )


async def adopted_by_city(
    database: Database, parties: Sequence[str]
) -> dict[str, tuple[Adopted, ...]]:
    """What is in force today of the city's own, by the parties' keys.

    A database that is away costs these alone: names and the directory come from the departments.
    """
    if not parties:
        return {}
    try:
        async with database.reading() as connection:
            return await find_adopted(connection, parties, today(datetime.now(UTC)), CITY)
    except Unavailable:
        return {}


Row = tuple[UUID, dict[str, Any]]


def _cut(rows: list[Row], ends: list[UUID], limit: int) -> tuple[list[Row], UUID | None]:
    """The rows of one page, and the id behind which the following begins.

    Behind the end of a page that goes on nobody knows what is still to come from there.
    """
    known = [row for row in rows if not ends or row[0] <= min(ends)]
    shown = known[:limit]
    if len(known) > limit:
        return shown, shown[-1][0]
    return shown, min(ends) if ends else None


@router.get(PATH + "/{certificate_id:uuid}")
async def get_certificate(
    request: Request, certificate_id: UUID, caller: Asking, database: OwnDatabase
) -> Response:
    """一份证书 · One certificate with its `history`, whosever it is; for everybody."""
    del caller
    async with database.reading() as connection:
        stored = await certificates.find(connection, certificate_id)
    if stored is not None:
        on = today(datetime.now(UTC))
        return json_response(write_certificate(kept_of(stored), on, source=CITY, history=True))
    members: Members = request.app.state.members

    def one(member: Subsystem) -> Awaitable[Any]:
        asked = _request(members, member, f"{PATH}/{certificate_id}", {})
        return ask(members.client, asked, lambda body: read_row(body, member.id))

    found, reports = await pages_of(members, members.registry.ours, one)
    for row in found.values():
        return json_response(row)
    silent = (SourceStatus.TIMED_OUT, SourceStatus.DOWN)
    missing = [r.subsystem for r in reports if r.status in silent]
    if missing:
        raise Unavailable("register_holder_silent", id=str(certificate_id), subsystems=missing)
    raise NotKnown("certificate_unknown", id=str(certificate_id))


@router.post(PATH, status_code=201, openapi_extra=BODY, description=POST_TEXT + _AT_HOME)
async def post_certificate(
    request: Request, caller: Asking, database: OwnDatabase, settings: Settings
) -> Response:
    if caller.role is CallerRole.DEPARTMENT:
        return await relay(request, _home(request, caller), caller, PATH)
    return await certificate_entered(request, caller, database, settings)


def _stepping(action: Action) -> Callable[..., Awaitable[Response]]:
    async def post_step(
        request: Request, certificate_id: UUID, caller: Asking, settings: Settings
    ) -> Response:
        if caller.role is CallerRole.DEPARTMENT:
            path = f"{PATH}/{certificate_id}/{action.value}"
            return await relay(request, _home(request, caller), caller, path)
        return await step_taken(request, certificate_id, action, caller, settings)

    return post_step


add_steps(router, _stepping, more=_AT_HOME)


def _home(request: Request, caller: Caller) -> Subsystem:
    """The subsystem of a department. Raises NotAllowed where there is none such."""
    members: Members = request.app.state.members
    member = members.registry.get(caller.home or "")
    if member is None:
        raise NotAllowed("may_not_certify", role=caller.role.value)
    return member


def _request(members: Members, member: Subsystem, path: str, asked: dict[str, Any]) -> Any:
    return members.client.build_request(
        "GET",
        f"{member.query_url}{path}",
        params=asked,
        headers=members.headers(CONSUMER, member.id),
    )
