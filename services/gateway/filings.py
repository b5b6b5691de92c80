"""Filings at the gateway: those of the subsystem that is the home of the caller's key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.gateway.homes import relay_home
from suyuan.domain.filing import FilingAction, is_by_enterprise, must_file, must_look, must_review
from suyuan.web import paths
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

paths.install()
router = APIRouter(tags=["filings"])


@router.post(PATH, status_code=201, description=FILE_TEXT, openapi_extra=DOSSIER_BODY)
async def post_filing(request: Request, caller: Asking) -> Response:
    must_file(caller)
    return await relay_home(request, caller)


@router.get(PATH, description=LIST_TEXT)
async def get_filings(
    request: Request, caller: Asking, query: Annotated[FilingsQuery, Query()]
) -> Response:
    del query  # checked here, and passed on as it came
    must_look(caller, caller.home or "")
    return await relay_home(request, caller)


@router.get(ONE, description=SHOW_TEXT)
async def get_filing(
    request: Request, caller: Asking, filing_id: UUID, query: Annotated[FilingQuery, Query()]
) -> Response:
    del filing_id, query
    must_look(caller, caller.home or "")
    return await relay_home(request, caller)


@router.put(ONE, description=AGAIN_TEXT, openapi_extra=DOSSIER_BODY)
async def put_filing(
    request: Request, caller: Asking, filing_id: UUID, query: Annotated[AnswerQuery, Query()]
) -> Response:
    del filing_id, query
    must_file(caller)
    return await relay_home(request, caller)


def _stepping(action: FilingAction) -> Callable[..., Awaitable[Response]]:
    async def post_step(request: Request, caller: Asking, filing_id: UUID) -> Response:
        del filing_id
        if is_by_enterprise(action):
            must_file(caller)
        else:
            must_review(caller, caller.home or "")
        return await relay_home(request, caller)

    return post_step


add_steps(router, _stepping)
