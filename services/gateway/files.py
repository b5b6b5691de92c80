"""Files and jobs at the gateway: passed on to the subsystem that takes the sender's reports."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from services.gateway.members import Members
from services.gateway.proxy import relay
from services.gateway.registry import Registry, Subsystem
from suyuan.domain.caller import Caller
from suyuan.domain.errors import Fault, NotKnown, ReportRefused, Unavailable
from suyuan.web.accept import CSV
from suyuan.web.auth import Asking, require_reporting
from suyuan.web.files import FILES_BODY, RESULTS, FileQuery
from suyuan.web.limits import FILES_PATH
from suyuan.web.openapi import answered_as

router = APIRouter(tags=["files"])


class SectorFileQuery(FileQuery):
    """The rest is for the subsystem, and passed on as it came."""

    sector: str | None = Field(default=None, description="Whose department it concerns.")


@router.post("/v1/files", status_code=202, openapi_extra=FILES_BODY)
async def post_files(
    request: Request,
    caller: Asking,
    query: Annotated[SectorFileQuery, Query()],
) -> Response:
    """上传表格 · Send a file of events (CSV, XLSX, XML) to the subsystem of `sector` or your home.

    202 with a job, whose address is in `Location`; see the subsystem's own `POST /v1/files`. A file
    goes to one subsystem whole: what its rows say of sectors moves none of them.
    """
    require_reporting(caller)
    members: Members = request.app.state.members
    target = _target(query.sector, caller, members.registry)
    # The sector has done its work; a subsystem knows no such parameter.
    asked = [(k, v) for k, v in request.query_params.multi_items() if k != "sector"]
    return await relay(request, target, caller, FILES_PATH, query=urlencode(asked).encode())


@router.get("/v1/jobs/{job_id}")
async def get_job(request: Request, job_id: str, caller: Asking) -> Response:
    """任务进度 · How far a file is, from whichever subsystem takes it in."""
    return await _from_whoever_knows(request, caller, _path(job_id))


@router.delete("/v1/jobs/{job_id}")
async def cancel_job(request: Request, job_id: str, caller: Asking) -> Response:
    """取消任务 · Stop taking a file in. Rows that are stored stay."""
    return await _from_whoever_knows(request, caller, _path(job_id))


@router.get("/v1/jobs/{job_id}/report.csv", response_class=Response, responses=answered_as(CSV))
async def get_report(request: Request, job_id: str, caller: Asking) -> Response:
    """逐行报告 · The rows of a file that were refused, with the reasons."""
    return await _from_whoever_knows(request, caller, f"{_path(job_id)}/report.csv")


@router.get("/v1/jobs/{job_id}/result", response_class=Response, responses=RESULTS)
async def get_result(request: Request, job_id: str, caller: Asking) -> Response:
    """任务结果 · What a job made: the file of its labels."""
    return await _from_whoever_knows(request, caller, f"{_path(job_id)}/result")


def _path(job_id: str) -> str:
    return f"/v1/jobs/{quote(job_id, safe='')}"


def _target(sector: str | None, caller: Caller, registry: Registry) -> Subsystem:
    if sector:
        member = registry.for_sector(sector)
        if member is None:
            known = sorted(s for m in registry for s in m.sectors)
            params = {"sector": sector, "allowed": known}
            raise ReportRefused(faults=[Fault("sector_not_federated", "/query/sector", params)])
        return member
    member = registry.get(caller.home) if caller.home is not None else None
    if member is None:
        raise ReportRefused(faults=[Fault("sector_missing", "/query/sector")])
    return member


async def _from_whoever_knows(request: Request, caller: Caller, path: str) -> Response:
    """The first answer that is not 404: the sender's home is asked first, then the others.

    Raises Unavailable where nobody knows the job and somebody is silent, who might.
    """
    members: Members = request.app.state.members
    silent: Unavailable | None = None
    for member in sorted(members.registry.ours, key=lambda each: each.id != caller.home):
        try:
            answer = await relay(request, member, caller, path, with_body=False)
        except Unavailable as error:
            silent = error
            continue
        if answer.status_code != 404:
            return answer
        if answer.background is not None:
            await answer.background()
    if silent is not None:
        raise silent
    raise NotKnown("job_unknown", id=request.path_params["job_id"])
