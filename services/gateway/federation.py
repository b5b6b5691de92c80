"""What the gateway knows of its federation: who is in it, how each fares, who may hold what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.gateway.holders import HolderIndex
from services.gateway.members import Members
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Use, recognise
from suyuan.web import paths
from suyuan.web.auth import require
from suyuan.web.responses import json_response

Authority = Annotated[
    Caller, Depends(require(CallerRole.DEPARTMENT, CallerRole.INSPECTOR, CallerRole.CITY))
]

paths.install()
router = APIRouter(tags=["federation"])


@router.get("/v1/subsystems")
async def get_subsystems(request: Request) -> Response:
    """子系统 · Who is federated, in what state, when each last answered and how long it took.

    `circuit` is `open` while a subsystem failed several times in a row; the next question is its
    probe. `registry_problem` says why a changed registry file is not in force.
    """
    members: Members = request.app.state.members
    health = await members.health()
    return json_response(
        {
            "registry_problem": members.registry_problem,
            "subsystems": [
                {
                    "id": s.id,
                    "name": s.name.model_dump(),
                    "department": s.department.model_dump(),
                    "sectors": s.sectors,
                    "kinds": s.kinds,
                    "adapter": s.adapter,
                    "state": health[s.id].state,
                    "last_answer": health[s.id].last_answer,
                    "ms": health[s.id].ms,
                    "circuit": members.breaker(s).state,
                }
                for s in members.registry
                if s.id in health
            ],
        }
    )


@router.get("/v1/holders/{code:text}")
async def get_holders(request: Request, code: str, asking: Authority) -> Response:
    """可能持有者 · Which subsystems probably hold something of a code, by their change feeds.

    A hint for finding out where to look: a subsystem that is not named may hold something all the
    same, and one that is named may have nothing that the asker may see.
    """
    del asking
    index: HolderIndex = request.app.state.holders
    thing = recognise(code, use=Use.THING)
    found = await index.probable([thing.key])
    return json_response({"code": thing.key, "probably": sorted(found.get(thing.key, ()))})
