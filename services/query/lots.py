"""``GET /v1/lots``: which codes a lot number of one party stands for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain import policy
from suyuan.domain.codes import Use, recognise
from suyuan.sources.lots import OwnLots
from suyuan.web.accesses import tell
from suyuan.web.auth import Official
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, Settings

router = APIRouter(tags=["recalls"])


class LotsQuery(BaseModel):
    """Whose lot, and its number as it stands on the label."""

    model_config = ConfigDict(extra="forbid")

    party: Annotated[str, Field(min_length=1, max_length=2_048)]
    lot: Annotated[str, Field(min_length=1, max_length=256)]


@router.get("/v1/lots")
async def get_lots(
    request: Request,
    caller: Official,
    database: OwnDatabase,
    settings: Settings,
    query: Annotated[LotsQuery, Query()],
) -> Response:
    """批号查询 · The codes of what a party reported as of a lot, within this subsystem.

    For the city, and for the department and the inspectors of this subsystem.
    """
    policy.require_home(caller, settings.name)
    party = recognise(query.party, use=Use.PARTY)
    codes = await OwnLots(database).find(party.key, query.lot)
    tell(request.scope, parties=[party], held=bool(codes))
    return json_response({"codes": codes})
