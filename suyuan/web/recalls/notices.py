"""``/v1/notices`` at a subsystem: what an enterprise was told of its recalls."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.web.auth import Asking
from suyuan.web.recalls.routes import Service
from suyuan.web.responses import json_response
from suyuan.wire.recalls import write_notice

PATH = "/v1/notices"
_MOST = 1_000

router = APIRouter(tags=["recalls"])


class NoticesQuery(BaseModel):
    """Which notices."""

    model_config = ConfigDict(extra="forbid")

    open: bool = False
    limit: Annotated[int, Field(ge=1, le=_MOST)] = 100


@router.get(PATH)
async def get_notices(
    caller: Asking, service: Service, query: Annotated[NoticesQuery, Query()]
) -> Response:
    """收件箱 · The recalls that an enterprise was told of, the newest first."""
    told = await service.inbox(caller, only_open=query.open, limit=query.limit)
    return json_response({"notices": [write_notice(one, recall) for one, recall in told]})


@router.post(PATH + "/{recall_id:uuid}/acknowledge")
async def post_acknowledge(caller: Asking, service: Service, recall_id: UUID) -> Response:
    """确认收到 · Say that you know, and what you hold is off the shelf."""
    at = await service.acknowledge(recall_id, caller)
    return json_response({"recall": str(recall_id), "acknowledged_at": at})
