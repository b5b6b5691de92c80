"""``GET /v1/made-at``: what was made at a place, for the gateway's recalls alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.codes import Code
from suyuan.domain.errors import NotAllowed
from suyuan.storage.made_at import find_made_at
from suyuan.web.accesses import tell
from suyuan.web.auth import CLAIMS_HEADER, Asking
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase
from suyuan.web.times import QueryTime

router = APIRouter(tags=["federation"])


class MadeAtQuery(BaseModel):
    """Where, and within which window; ``place`` is a canonical key."""

    model_config = ConfigDict(extra="forbid")

    place: Annotated[str, Field(max_length=2_048)]
    since: Annotated[QueryTime, Field(alias="from")]
    until: Annotated[QueryTime | None, Field(alias="to")] = None


@router.get("/v1/made-at")
async def get_made_at(
    request: Request, caller: Asking, database: OwnDatabase, query: Annotated[MadeAtQuery, Query()]
) -> Response:
    """产地产出 · What was made at a place. For the gateway only."""
    del caller  # codes alone are told
    if CLAIMS_HEADER not in request.headers:
        raise NotAllowed("gateway_only")
    async with database.reading() as connection:
        made = await find_made_at(connection, query.place, query.since, query.until)
    tell(request.scope, codes=[Code(query.place)], held=bool(made))
    return json_response({"codes": made})
