"""``GET /v1/schemas/city``: what an event in the city form looks like, for programs."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from suyuan.web.openapi import answered_as
from suyuan.wire.schemas import city

router = APIRouter()

_SCHEMA_JSON = "application/schema+json"
# It changes with a release.
_CACHED = "public, max-age=3600"


@router.get(
    "/v1/schemas/city",
    response_class=Response,
    responses=answered_as(_SCHEMA_JSON),
    tags=["events"],
)
async def get_city_schema() -> Response:
    """城市格式的 JSON Schema · The JSON Schema (2020-12) of an event in the city form.

    What it takes is taken by `POST /v1/events`, but for what no schema can say: that a check digit
    is right, a unit known, a time not ahead, an event the caller's own.
    """
    return Response(city.text(), media_type=_SCHEMA_JSON, headers={"Cache-Control": _CACHED})
