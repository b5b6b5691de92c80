"""``/v1/code-ranges``: codes asked for, told of, downloaded and printed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, cast

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import iterate_in_threadpool

from services.ingest.coding import Coding, require_coding
from services.ingest.job_runner import JobRunner
from services.ingest.jobs import job_answer
from services.ingest.label_job import KIND, LabelOrder
from suyuan.domain.caller import Caller
from suyuan.domain.coding.ranges import CodeRange
from suyuan.domain.errors import Unavailable
from suyuan.storage import jobs
from suyuan.storage.jobs import Submitted
from suyuan.web.accept import CSV
from suyuan.web.auth import Asking, require_reporting
from suyuan.web.code_ranges import LABELS_BODY, NOTICE_BODY, ORDER_BODY, PATH, RangeListQuery
from suyuan.web.downloads import Download, Downloads
from suyuan.web.openapi import answered_as
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, Settings
from suyuan.wire.coding import (
    read_labels,
    read_order,
    read_told,
    write_notices,
    write_range,
)
from suyuan.wire.labels.files import lines_of
from suyuan.wire.labels.label import labels

router = APIRouter(tags=["code service"])

# Finished files of labels that are kept for one owner: each may be some fifty megabytes, and who
# printed them has no more use for them.
LABEL_FILES_KEPT = 20


async def _ready(request: Request, caller: Asking, settings: Settings) -> Coding:
    """The code service, for callers that report; raises before a byte of a body is read."""
    require_reporting(caller, "may_not_report")
    require_coding(caller, settings.name)
    service = cast(Coding, request.app.state.coding)
    if not service.keys:
        raise Unavailable("coding_not_ready")
    return service


Service = Annotated[Coding, Depends(_ready)]


@router.post(PATH, status_code=201, openapi_extra=ORDER_BODY)
async def post_range(request: Request, caller: Asking, service: Service) -> Response:
    """申领编码 · Ask for codes: the next `count` behind a stem, of a product its GTIN.

    Serials of products (`sgtin`) have 13 characters that nobody guesses and that prove themselves.
    A GTIN must be registered as the enterprise's product; any other stem becomes the enterprise's
    that first asks for codes under it. A department names the enterprise in `party`. 201 with the
    range; its codes are at `…/codes.csv`.
    """
    given = await service.give(read_order(await request.body()), caller)
    location = {"Location": f"{PATH}/{given.id}"}
    return json_response(_shown(service, given), 201, headers=location)


@router.get(PATH)
async def get_ranges(
    caller: Asking, service: Service, query: Annotated[RangeListQuery, Query()]
) -> Response:
    """号段列表 · The caller's ranges, the newest first; of a department those of its subsystem."""
    found = await service.given_to(caller, query.before, query.limit)
    return json_response({"ranges": [_shown(service, given) for given in found]})


@router.get(PATH + "/{range_id}")
async def get_range(caller: Asking, service: Service, range_id: str) -> Response:
    """号段 · A range, and what was told of its codes since."""
    given = await service.find(range_id, caller)
    notices = write_notices(given, await service.notices(given))
    return json_response({**_shown(service, given), "notices": notices})


@router.get(PATH + "/{range_id}/codes.csv", response_class=Response, responses=answered_as(CSV))
async def get_codes(
    request: Request, caller: Asking, service: Service, settings: Settings, range_id: str
) -> Response:
    """下载编码 · Every code of a range with the address that its symbol carries, as CSV.

    Two such files at once for one owner; 429 for more.
    """
    given = await service.find(range_id, caller)
    made = lines_of(labels(settings.public_url, given, given.run, service.keys))
    downloads: Downloads = request.app.state.downloads
    response = Download(downloads, caller.owner, _aside(iter(made)), "text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{given.id}.csv"'
    return response


@router.post(PATH + "/{range_id}/notices", openapi_extra=NOTICE_BODY)
async def post_notice(
    request: Request, caller: Asking, service: Service, range_id: str
) -> Response:
    """编码状态 · Tell that codes of a range are in use, lost or void, or of which lot they are.

    Of the whole range, of `count` codes from its `first` (counted from 0), or of the `codes` that
    are named. What is void stays so.
    """
    given = await service.find(range_id, caller)
    await service.tell(given, read_told(await request.body(), given), caller)
    notices = write_notices(given, await service.notices(given))
    return json_response({**_shown(service, given), "notices": notices})


@router.post(PATH + "/{range_id}/labels", status_code=202, openapi_extra=LABELS_BODY)
async def post_labels(
    request: Request, caller: Asking, service: Service, database: OwnDatabase, range_id: str
) -> Response:
    """打印标签 · Labels of a range: sheets as PDF, or SVG, PNG or CSV for a printer's own program.

    202 with a job; when it is done the file is at its `result`: fetch it before twenty more are
    made for you, or thirty days are over.
    """
    given = await service.find(range_id, caller)
    wanted = read_labels(await request.body(), given)
    lot = f"批号 Lot {given.lot}" if given.lot else ""
    order = LabelOrder(
        given.id, wanted.run.first, wanted.run.count, wanted.format, wanted.layout,
        [line for line in (wanted.title, lot) if line],
    )  # fmt: skip
    submitted = Submitted(
        caller.owner, _party(caller), str(given.id), wanted.format.value, dry_run=False, kind=KIND
    )
    data = msgspec.json.encode(order)
    async with database.writing() as connection:
        await jobs.sweep(connection)
        await jobs.forget_oldest(connection, caller.owner, KIND, LABEL_FILES_KEPT)
        job = await jobs.open_job(connection, submitted)
        await jobs.add_part(connection, job, 0, data)
        await jobs.submit(connection, job, len(data))
    runner: JobRunner = request.app.state.job_runner
    runner.wake()
    return await job_answer(request, database, job, status=202)


def _party(caller: Caller) -> str | None:
    return None if caller.party is None else caller.party.key


def _shown(service: Coding, given: CodeRange) -> dict[str, Any]:
    return {
        **write_range(given, *service.ends(given)),
        "codes": f"{PATH}/{given.id}/codes.csv",
    }


async def _aside(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Chunks made in a thread, one when the one before is sent."""
    async for chunk in iterate_in_threadpool(chunks):
        yield chunk
