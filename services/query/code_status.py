"""``GET /v1/code-status/{code}``: whether a code was given out here, and what became of it."""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter, Request, Response

from suyuan.domain.codes import recognise
from suyuan.sources.issued_codes import IssuedCodes
from suyuan.web import paths
from suyuan.web.accesses import tell
from suyuan.web.auth import Asking
from suyuan.web.responses import json_response
from suyuan.web.state import Settings

paths.install()
router = APIRouter(tags=["code service"])


@router.get("/v1/code-status/{code:text}")
async def get_code_status(
    request: Request, code: str, caller: Asking, settings: Settings
) -> Response:
    """编码状态 · Whether a code was given out by this platform, and what became of it.

    `verdict` is `issued`, `active`, `lost`, `void`, `not_issued` (a code of a product whose codes
    are given out here, and nobody was given this one) or `foreign` (codes like this are not given
    out here, and nothing is said of it).
    """
    owner = caller.party.short if caller.party is not None else None
    recognised = recognise(code, owner=owner)
    tell(request.scope, codes=[recognised])
    issued = cast(IssuedCodes, request.app.state.issued_codes)
    status = await issued.status(recognised.key)
    return json_response(
        {
            "code": recognised.key,
            "asked": code,
            "verdict": status.verdict.value,
            "owner": status.owner,
            "lot": status.lot,
            "issued_at": status.issued_at,
            "subsystem": settings.name,
        }
    )
