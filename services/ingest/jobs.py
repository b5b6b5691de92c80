"""``/v1/jobs``: how far a file is, what was wrong with it, and an end to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from services.ingest.label_job import KIND as LABELS
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Fault, NotAllowed, NotKnown
from suyuan.domain.sentences import sentence
from suyuan.storage import job_results, jobs
from suyuan.storage.engine import Database
from suyuan.storage.jobs import Job, Rejection, State
from suyuan.web.accept import CSV
from suyuan.web.auth import caller as authenticated
from suyuan.web.files import RESULTS, FileKind
from suyuan.web.language import Language, negotiate, vary_on_language
from suyuan.web.openapi import answered_as
from suyuan.web.problems import fault_entry
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, settings_of
from suyuan.wire.breaches import read_kept, write_advice
from suyuan.wire.labels.files import ENDINGS, MEDIA_TYPES
from suyuan.wire.labels.layouts import LabelFormat
from suyuan.wire.sheets import refusals
from suyuan.wire.sheets.reading import RowFault
from suyuan.wire.sheets.refusals import Refusal

# Files whose refused rows have names and telephones of people, as they were sent.
_OF_PEOPLE = (FileKind.PARTIES, FileKind.FILINGS)
# Refused rows that are read from the database at once while a report goes out.
_PAGE = 1_000

router = APIRouter(tags=["files"])

Reporter = Annotated[Caller, Depends(authenticated)]


@router.get("/v1/jobs/{job_id}")
async def get_job(
    request: Request, job_id: str, caller: Reporter, database: OwnDatabase
) -> Response:
    """任务进度 · How far a file is: its state, the rows read, accepted, repeated and rejected.

    `advised` rows were taken in and lack something by their sector's profile; `advice` says what
    the first hundred lack (docs/profiles.md).
    `state` is `waiting`, `running`, `done`, `failed` (`problem` says why) or `cancelled`. Only its
    sender, the subsystem's department and the city see a job.
    """
    job = await _visible(request, database, caller, job_id)
    return await job_answer(request, database, job.id)


@router.delete("/v1/jobs/{job_id}")
async def cancel_job(
    request: Request, job_id: str, caller: Reporter, database: OwnDatabase
) -> Response:
    """取消任务 · Stop taking a file in. Rows that are stored stay; what has ended stays ended."""
    job = await _visible(request, database, caller, job_id)
    async with database.writing() as connection:
        await jobs.end(connection, job.id, State.CANCELLED)
    return await job_answer(request, database, job.id)


@router.get("/v1/jobs/{job_id}/report.csv", response_class=Response, responses=answered_as(CSV))
async def get_report(
    request: Request, job_id: str, caller: Reporter, database: OwnDatabase
) -> Response:
    """逐行报告 · The rows that were refused, with the columns as they were sent and the reasons.

    The file can be corrected and sent again as it is: its own columns are ignored then. Rows of
    parties and filings name people: their reports are for the sender and the department alone.
    """
    job = await _visible(request, database, caller, job_id)
    if job.kind in _OF_PEOPLE and caller.role is CallerRole.CITY:
        raise NotAllowed("report_of_people", kind=job.kind)
    language = negotiate(request.headers.get("accept-language"))
    response = StreamingResponse(_report(database, job, language), media_type="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{job.id}.csv"'
    vary_on_language(response.headers, language)
    return response


@router.get("/v1/jobs/{job_id}/result", response_class=Response, responses=RESULTS)
async def get_result(
    request: Request, job_id: str, caller: Reporter, database: OwnDatabase
) -> Response:
    """任务结果 · What a job made: the file of its labels. 404 before it is done."""
    job = await _visible(request, database, caller, job_id)
    if job.kind != LABELS or job.state != State.DONE:
        raise NotKnown("job_not_done", state=job.state.value)
    form = LabelFormat(job.format)
    async with database.writing() as connection:
        parts, size = await job_results.size(connection, job.id)
    response = StreamingResponse(_result(database, job, parts), media_type=MEDIA_TYPES[form])
    response.headers["Content-Length"] = str(size)
    name = f"{job.id}.{ENDINGS[form]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def job_answer(
    request: Request, database: Database, job_id: UUID, *, status: int = 200
) -> Response:
    """A job as JSON; ``Location`` is where to ask again."""
    async with database.writing() as connection:
        job = await jobs.find(connection, job_id)
    if job is None:  # it was swept away in this very moment
        raise NotKnown("job_unknown", id=str(job_id))
    language = negotiate(request.headers.get("accept-language"))
    headers = {"Location": f"/v1/jobs/{job.id}", "Cache-Control": "no-store"}
    response = json_response(_shown(job, language), status, headers=headers)
    vary_on_language(response.headers, language)
    return response


async def _visible(request: Request, database: Database, caller: Caller, job_id: str) -> Job:
    """The job of an id, if the caller may see it; for everybody else there is none."""
    own = (await settings_of(request)).name
    try:
        async with database.writing() as connection:
            job = await jobs.find(connection, UUID(job_id))
    except ValueError:
        job = None
    if job is None or not _may_see(caller, job, own):
        raise NotKnown("job_unknown", id=job_id)
    return job


def _may_see(caller: Caller, job: Job, subsystem: str) -> bool:
    match caller.role:
        case CallerRole.CITY:
            return True
        case CallerRole.DEPARTMENT:
            return caller.home == subsystem or caller.owner == job.owner
        case CallerRole.ENTERPRISE:
            return caller.owner == job.owner
    return False


def _shown(job: Job, language: Language) -> dict[str, Any]:
    return {
        "id": str(job.id),
        "state": job.state,
        "name": job.name,
        "format": job.format,
        "kind": job.kind,
        "dry_run": job.dry_run,
        "size": job.size,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "rows_total": job.rows_total,
        "rows_read": job.rows_read,
        "rows_per_s": round(job.rows_read / job.seconds) if job.seconds > 0 else 0,
        "accepted": job.accepted,
        "repeated": job.repeated,
        "rejected": job.rejected,
        "advised": job.advised,
        "advice": _advice(job.advice, language),
        "problem": _problem(job.problem, language),
        "report": f"/v1/jobs/{job.id}/report.csv",
        "result": f"/v1/jobs/{job.id}/result" if job.kind == LABELS else None,
    }


def _advice(kept: str | None, language: Language) -> list[dict[str, object]]:
    return [write_advice(told, language, row=row) for row, told in read_kept(kept)]


def _problem(kept: str | None, language: Language) -> dict[str, Any] | None:
    if kept is None:
        return None
    told = msgspec.json.decode(kept)
    faults = msgspec.convert(told["faults"], list[Fault])
    return {
        "code": told["code"],
        "detail": sentence(told["code"], told["params"], language),
        "errors": [fault_entry(fault, language) for fault in faults],
    }


async def _report(database: Database, job: Job, language: Language) -> AsyncIterator[bytes]:
    header = msgspec.json.decode(job.header or "[]", type=list[str])
    yield refusals.header_line(header, language)
    after = -1
    while True:
        async with database.writing() as connection:
            page = await jobs.rejections(connection, job.id, after, _PAGE)
        if not page:
            return
        yield refusals.lines(header, map(_refusal, page), language)
        after = page[-1].line


async def _result(database: Database, job: Job, parts: int) -> AsyncIterator[bytes]:
    for part in range(parts):
        async with database.writing() as connection:
            data = await job_results.part(connection, job.id, part)
        if data is None:  # forgotten meanwhile: half a file must not look like a whole one
            raise NotKnown("job_unknown", id=str(job.id))
        yield data


def _refusal(rejection: Rejection) -> Refusal:
    return Refusal(
        rejection.line,
        msgspec.json.decode(rejection.cells, type=list[str]),
        msgspec.json.decode(rejection.faults, type=list[RowFault]),
    )
