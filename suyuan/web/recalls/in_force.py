"""``GET /v1/recalls/in-force``: what shoppers are told of, for everybody to read."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Annotated, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.codes import recognise
from suyuan.domain.recall import Recall
from suyuan.web.auth import Asking
from suyuan.web.recalls.board import MOST_COVERED, RecallBoard
from suyuan.web.responses import json_response
from suyuan.wire.recalls import write_public

router = APIRouter(tags=["recalls"])


class InForceQuery(BaseModel):
    """``covers`` asks for those alone whose scope reaches one of these codes."""

    model_config = ConfigDict(extra="forbid")

    covers: Annotated[
        list[Annotated[str, Field(max_length=2_048)]] | None, Field(max_length=MOST_COVERED)
    ] = None


@router.get("/v1/recalls/in-force")
async def get_in_force(
    request: Request, caller: Asking, query: Annotated[InForceQuery, Query()]
) -> Response:
    """召回公示 · The recalls in force, the newest first, as everybody may read them.

    With `covers`, those whose scope reaches one of these codes. Who asks often sends the `ETag` of
    the last answer as `If-None-Match`, and is answered 304 while nothing has changed.
    """
    del caller  # what is answered is public
    board = cast(RecallBoard, request.app.state.notice_board)
    if query.covers is None:
        found = await board.in_force()
    else:
        found = await board.covering([recognise(text).key for text in query.covers])
    headers = {"ETag": _tag(found), "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    told = {"recalls": [write_public(recall) for recall in found]}
    return json_response(told, headers=headers)


def _tag(found: Sequence[Recall]) -> str:
    """What is told of a recall changes with its state alone."""
    digest = blake2b(digest_size=16)
    for recall in found:
        digest.update(recall.id.bytes + recall.state.value.encode())
    return f'"{digest.hexdigest()}"'
