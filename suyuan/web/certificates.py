"""``/v1/certificates``: entered by departments and the city, read by everybody."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.caller import Caller
from suyuan.domain.certificates import (
    CITY,
    Action,
    Certificate,
    Kept,
    Status,
    after,
    must_certify,
    step_of,
)
from suyuan.domain.codes import Use, recognise
from suyuan.domain.errors import Conflict, NotKnown
from suyuan.domain.register import today
from suyuan.sources.certificates import find_valid, kept_of
from suyuan.storage import certificates
from suyuan.storage.engine import Database
from suyuan.web.auth import Asking
from suyuan.web.body_schemas import TEXT, json_body, object_of
from suyuan.web.register import Endpoint
from suyuan.web.responses import json_response
from suyuan.web.settings import ServiceSettings
from suyuan.web.state import OwnDatabase, Settings
from suyuan.wire.certificates import (
    MEMBERS,
    read_certificate,
    read_note,
    write_certificate,
    write_document,
)

PATH = "/v1/certificates"
writing = APIRouter(tags=["certificates"])
reading = APIRouter(tags=["certificates"])

NOTE_BODY = json_body(object_of(["note"], note=TEXT))
BODY = json_body(
    object_of(
        ["number", "issuer", "standards", "valid_from", "valid_to"],
        **{name: {} for name in sorted(MEMBERS)},
    )
)


class CertificatesQuery(BaseModel):
    """Whose certificates, and how they stand today."""

    model_config = ConfigDict(extra="forbid")

    party: Annotated[str, Field(max_length=200)] | None = None
    system: Annotated[str, Field(max_length=30)] | None = None
    status: Status | None = None
    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100

    @property
    def subjects(self) -> list[str] | None:
        """The keys of whom is asked for, ``None`` for all."""
        if self.party is None and self.system is None:
            return None
        party = [recognise(self.party, use=Use.PARTY).key] if self.party is not None else []
        return [*party, *([self.system] if self.system is not None else [])]


POST_TEXT = """录入证书 · Enter a certificate that the department, or the city, adopts.

`number`, `issuer` (names, and a 统一社会信用代码 where it has one), `party` or `system`, `sectors`,
`standards` by their numbers, `valid_from` and `valid_to` (the last day). Nothing of it can be
changed later; a number is its issuer's once (409 `certificate_known`).
"""
STEP_TEXTS = {
    Action.SUSPEND: "暂停证书 · Suspend a certificate, with a `note` that says why.\n",
    Action.RESUME: "恢复证书 · Let a suspended certificate hold again, with a `note` why.\n",
    Action.WITHDRAW: "撤销证书 · Withdraw a certificate for good, with a `note` that says why.\n",
}


@writing.post(PATH, status_code=201, openapi_extra=BODY, description=POST_TEXT)
async def post_certificate(
    request: Request, caller: Asking, database: OwnDatabase, settings: Settings
) -> Response:
    return await certificate_entered(request, caller, database, settings)


async def certificate_entered(
    request: Request, caller: Caller, database: Database, settings: ServiceSettings
) -> Response:
    """The answer to a certificate that is entered here."""
    must_certify(caller, settings.subsystem)  # before a byte is read
    certificate = read_certificate(await request.body(), systems_of(request, settings))
    kept = await enter(database, certificate, caller)
    body = _written(kept, settings)
    return json_response(body, 201, headers={"Location": f"{PATH}/{kept.id}"})


async def enter(database: Database, certificate: Certificate, caller: Caller) -> Kept:
    """Store a certificate. Raises Conflict where its issuer's number is there already."""
    step = step_of(Action.ISSUE, caller, datetime.now(UTC))
    issuer, number = certificate.issuer_key, certificate.number
    told = {
        "id": uuid4(),
        "issuer": issuer,
        "number": number,
        "subject": certificate.subject,
        "document": write_document(certificate),
    }
    async with database.writing() as connection:
        entered = await certificates.enter(connection, told, step)
        if entered is None:
            known = await certificates.find_known(connection, issuer, number)
            raise Conflict("certificate_known", issuer=issuer, number=number, id=str(known))
    return Kept(entered, certificate, (step,))


async def step_taken(
    request: Request,
    certificate_id: UUID,
    action: Action,
    caller: Caller,
    settings: ServiceSettings,
) -> Response:
    """The answer to a step that is taken here."""
    must_certify(caller, settings.subsystem)
    note = read_note(await request.body(), action)
    database: Database = request.app.state.database
    async with database.writing() as connection:
        stored = await certificates.find(connection, certificate_id)
        if stored is None:
            raise NotKnown("certificate_unknown", id=str(certificate_id))
        kept = after(kept_of(stored), action, caller, datetime.now(UTC), note)
        if not await certificates.add_step(connection, kept.id, kept.steps[-1]):
            raise Conflict("certificate_changed")
    return json_response(_written(kept, settings))


def _stepping(action: Action) -> Endpoint:
    async def post_step(
        request: Request, certificate_id: UUID, caller: Asking, settings: Settings
    ) -> Response:
        return await step_taken(request, certificate_id, action, caller, settings)

    return post_step


def add_steps(router: APIRouter, stepping: Callable[[Action], Endpoint], *, more: str = "") -> None:
    """Declare the routes of a certificate's steps; ``stepping`` gives what answers one of them."""
    for action, told in STEP_TEXTS.items():
        router.add_api_route(
            f"{PATH}/{{certificate_id:uuid}}/{action.value}",
            stepping(action),
            methods=["POST"],
            name=f"{action.value}_certificate",
            description=told + more,
            openapi_extra=NOTE_BODY,
        )


add_steps(writing, _stepping)


@reading.get(PATH)
async def get_certificates(
    caller: Asking,
    database: OwnDatabase,
    settings: Settings,
    query: Annotated[CertificatesQuery, Query()],
) -> Response:
    """证书 · Certificates of enterprises and systems that are adopted here; for everybody.

    `status` is as of today (Beijing time): `upcoming`, `valid`, `suspended`, `withdrawn` or
    `expired`. Pages go on behind `next`.
    """
    del caller  # what is answered is public
    found, following = await page_of(database, query)
    on = today(datetime.now(UTC))
    told = [
        write_certificate(one, on, source=source_of(settings), history=False)
        for one in found
        if query.status in (None, one.status(on))
    ]
    return json_response({"certificates": told, "next": following})


@reading.get(PATH + "/{certificate_id:uuid}")
async def get_certificate(
    certificate_id: UUID, caller: Asking, database: OwnDatabase, settings: Settings
) -> Response:
    """一份证书 · One certificate with its `history`; for everybody."""
    del caller
    async with database.reading() as connection:
        stored = await certificates.find(connection, certificate_id)
    if stored is None:
        raise NotKnown("certificate_unknown", id=str(certificate_id))
    return json_response(_written(kept_of(stored), settings))


async def page_of(database: Database, query: CertificatesQuery) -> tuple[list[Kept], UUID | None]:
    """A page of what is kept here, and the id behind which the following one begins."""
    async with database.reading() as connection:
        rows = await certificates.find_page(
            connection, subjects=query.subjects, after=query.after, most=query.limit + 1
        )
    shown = [kept_of(row) for row in rows[: query.limit]]
    return shown, shown[-1].id if len(rows) > len(shown) else None


async def valid_of(database: Database, subjects: list[str], source: str) -> list[dict[str, Any]]:
    """The certificates of some subjects that are valid today, as everybody may see them."""
    on = today(datetime.now(UTC))
    async with database.reading() as connection:
        valid = await find_valid(connection, subjects, on)
    return [write_certificate(one, on, source=source, history=False) for one in valid]


def source_of(settings: ServiceSettings) -> str:
    """Whose register of certificates this is: a subsystem's id, or ``city``."""
    return settings.subsystem or CITY


def systems_of(request: Request, settings: ServiceSettings) -> Collection[str]:
    """The systems that a certificate can be about here: a department's own, or any."""
    if settings.subsystem is not None:
        return (settings.subsystem,)
    return list(request.app.state.members.registry.members)


def _written(kept: Kept, settings: ServiceSettings) -> dict[str, Any]:
    on: date = today(datetime.now(UTC))
    return write_certificate(kept, on, source=source_of(settings), history=True)
