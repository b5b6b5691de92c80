"""``GET /v1/catalogue``: what each sector asks, for programs; public, the same for everybody."""

from __future__ import annotations

from hashlib import sha256

from fastapi import APIRouter, Request
from starlette.responses import Response

from suyuan.domain.errors import NotKnown
from suyuan.web.profiles import ProfilesInForce
from suyuan.wire.profiles.catalogue import encode_catalogue, write_catalogue, write_sector

router = APIRouter()

# A profile changes by the month; whoever asks again gets 304.
_CACHED = "public, max-age=60"


@router.get("/v1/catalogue", tags=["catalogue"])
async def get_catalogue(request: Request) -> Response:
    """数据目录 · Data elements, code rules, formats and interfaces of every sector.

    Generated from the sector profiles that are in force here, in Chinese and English; `version`
    and `ETag` change when any of them does.
    """
    return _answer(request, write_catalogue(_in_force(request).profiles))


@router.get("/v1/catalogue/{sector}", tags=["catalogue"])
async def get_sector(request: Request, sector: str) -> Response:
    """行业数据目录 · One sector's: `food drugs liquor produce inputs imports meat enterprise`."""
    profile = _in_force(request).profiles.get(sector)
    if profile is None:
        raise NotKnown("sector_unknown", sector=sector, allowed=list(_in_force(request).profiles))
    return _answer(request, write_sector(profile))


def _in_force(request: Request) -> ProfilesInForce:
    in_force: ProfilesInForce = request.app.state.profiles
    return in_force


def _answer(request: Request, told: dict[str, object]) -> Response:
    body = encode_catalogue(told)
    tag = f'"{sha256(body).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": _CACHED}
    known = request.headers.get("if-none-match", "")
    if known == "*" or tag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
