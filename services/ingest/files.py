"""``POST /v1/files``: spreadsheets in. A file becomes a job that any process may do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.ingest.capture import require_reporter
from services.ingest.job_runner import JobRunner
from services.ingest.jobs import job_answer
from suyuan.domain.caller import Caller
from suyuan.domain.errors import ReportRefused
from suyuan.storage import jobs
from suyuan.storage.engine import Database
from suyuan.storage.jobs import Submitted
from suyuan.web.auth import caller as authenticated
from suyuan.web.files import FILES_BODY, FileQuery
from suyuan.web.state import OwnDatabase, Settings
from suyuan.wire.sheets.opening import format_of

PART_BYTES = 1024 * 1024
_NAME_CHARACTERS = 200
_FOLDERS = re.compile(r".*[/\\]", re.DOTALL)

router = APIRouter(tags=["files"])


@router.post("/v1/files", status_code=202, openapi_extra=FILES_BODY)
async def post_files(
    request: Request,
    caller: Annotated[Caller, Depends(authenticated)],
    database: OwnDatabase,
    settings: Settings,
    query: Annotated[FileQuery, Query()],
) -> Response:
    """上传表格 · Send a CSV or XLSX file of events, a row each, in the columns of the template.

    With `kind` its rows are parties, places or products for the register instead, or whole
    `filings`: an enterprise files itself, and whom a department sends, it has reviewed already, so
    they are filed and approved at once. XML is that of the ministry's platform for meat and
    vegetable markets, and always events.

    202 with a job, whose address is in `Location`; what is right is stored, what is wrong is
    listed in the job's report. The same file sent again changes nothing. `dry_run=true` checks the
    rows, and stores none.
    """
    require_reporter(caller, settings.name)
    form = format_of(request.headers.get("content-type", ""))
    submitted = Submitted(
        caller.owner,
        None if caller.party is None else caller.party.key,
        _plain(query.name),
        form.value,
        query.dry_run,
        query.kind.value,
    )
    job = await _receive(database, submitted, request.stream())
    runner: JobRunner = request.app.state.job_runner
    runner.wake()
    return await job_answer(request, database, job, status=202)


async def _receive(database: Database, submitted: Submitted, stream: AsyncIterator[bytes]) -> UUID:
    """Keep a file part by part, each in a transaction of its own: a slow sender holds none open.

    What came of a file that never came whole is taken away again.
    """
    async with database.writing() as connection:
        await jobs.sweep(connection)
        job = await jobs.open_job(connection, submitted)
    try:
        size = await _keep(database, job, stream)
        async with database.writing() as connection:
            await jobs.submit(connection, job, size)
    except BaseException:
        async with database.writing() as connection:
            await jobs.forget(connection, job)
        raise
    return job


async def _keep(database: Database, job: UUID, stream: AsyncIterator[bytes]) -> int:
    size = part = 0
    pending = bytearray()
    async for chunk in stream:
        pending += chunk
        size += len(chunk)
        while len(pending) >= PART_BYTES:
            await _add(database, job, part, bytes(pending[:PART_BYTES]))
            del pending[:PART_BYTES]
            part += 1
    if pending:
        await _add(database, job, part, bytes(pending))
    if size == 0:
        raise ReportRefused("file_empty")
    return size


async def _add(database: Database, job: UUID, part: int, data: bytes) -> None:
    async with database.writing() as connection:
        await jobs.add_part(connection, job, part, data)


def _plain(name: str) -> str:
    """The name of a file without its folders, in characters that can be shown and stored."""
    last = _FOLDERS.sub("", name)
    return "".join(c for c in last if c.isprintable())[:_NAME_CHARACTERS]
