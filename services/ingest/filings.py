"""``/v1/filings``: an enterprise files, its department reviews."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.ingest.filing_office import FilingOffice, Shown
from suyuan.domain.codes import Use, recognise
from suyuan.domain.filing import FilingAction
from suyuan.web.accesses import tell
from suyuan.web.auth import Asking
from suyuan.web.filings import (
    AGAIN_TEXT,
    DOSSIER_BODY,
    FILE_TEXT,
    LIST_TEXT,
    ONE,
    PATH,
    SHOW_TEXT,
    AnswerQuery,
    FilingQuery,
    FilingsQuery,
    add_steps,
)
from suyuan.web.responses import json_response
from suyuan.wire.filing_steps import read_step
from suyuan.wire.filings import write_filing, write_head

router = APIRouter(tags=["filings"])


async def _filing_office(request: Request) -> FilingOffice:
    return cast(FilingOffice, request.app.state.filing_office)


Office = Annotated[FilingOffice, Depends(_filing_office)]


def _answer(request: Request, shown: Shown, office: FilingOffice, status: int = 200) -> Response:
    tell(request.scope, parties=[shown.dossier.party.code])
    body = write_filing(shown.filing, shown.dossier, subsystem=office.home)
    # People stand in it: nobody keeps a copy on the way.
    headers = {"Cache-Control": "no-store"}
    if status == 201:
        headers["Location"] = f"{PATH}/{shown.filing.id}"
    return json_response(body, status, headers=headers)


@router.post(PATH, status_code=201, description=FILE_TEXT, openapi_extra=DOSSIER_BODY)
async def post_filing(request: Request, caller: Asking, office: Office) -> Response:
    office.require_filing(caller)  # before a byte is read
    return _answer(request, await office.file(await request.body(), caller), office, 201)


@router.get(PATH, description=LIST_TEXT)
async def get_filings(
    caller: Asking, office: Office, query: Annotated[FilingsQuery, Query()]
) -> Response:
    party = recognise(query.party, use=Use.PARTY).key if query.party else None
    found = await office.list_filings(
        caller, query.state, party=party, after_id=query.after, limit=query.limit
    )
    return json_response({"filings": [write_head(one) for one in found], "subsystem": office.home})


@router.get(ONE, description=SHOW_TEXT)
async def get_filing(
    request: Request,
    caller: Asking,
    office: Office,
    filing_id: UUID,
    query: Annotated[FilingQuery, Query()],
) -> Response:
    return _answer(request, await office.show(filing_id, caller, query.step), office)


@router.put(ONE, description=AGAIN_TEXT, openapi_extra=DOSSIER_BODY)
async def put_filing(
    request: Request,
    caller: Asking,
    office: Office,
    filing_id: UUID,
    query: Annotated[AnswerQuery, Query()],
) -> Response:
    office.require_filing(caller)
    body = await request.body()
    return _answer(request, await office.file_again(filing_id, body, caller, query.step), office)


def _stepping(action: FilingAction) -> Callable[..., Awaitable[Response]]:
    async def post_step(
        request: Request, caller: Asking, office: Office, filing_id: UUID
    ) -> Response:
        office.require_step(action, caller)
        told = read_step(await request.body(), action)
        return _answer(request, await office.step(filing_id, action, told, caller), office)

    return post_step


add_steps(router, _stepping)
