"""``GET /v1/directory`` over all departments: each gives its page, and they are joined in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import CONSUMER
from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.sources.asking import Silent, ask
from suyuan.web.auth import Asking
from suyuan.web.directory import DIRECTORY_TEXT, EVERYWHERE_TEXT, DirectoryQuery
from suyuan.web.responses import json_response
from suyuan.wire.directory import DirectoryRow, MemberPage, read_page, write_page

router = APIRouter(tags=["register"])

SECONDS = 3.0
# A hundred parties with fifty licences and brands each are a third of this.
_MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Told:
    """How one subsystem fared, and the page that it gave."""

    report: SourceReport
    page: MemberPage | None


@router.get("/v1/directory", description=DIRECTORY_TEXT + EVERYWHERE_TEXT)
async def get_directory(
    request: Request, caller: Asking, query: Annotated[DirectoryQuery, Query()]
) -> Response:
    del caller  # what is answered is public
    members: Members = request.app.state.members
    told = await asyncio.gather(*(_ask(members, m, query) for m in members.registry.ours))
    pages = [one.page for one in told if one.page is not None]
    rows, following = joined(pages, query.limit)
    body = write_page(
        rows,
        following=following,
        sources=[one.report for one in told],
        now=datetime.now(UTC),
    )
    return json_response(body)


def joined(pages: Sequence[MemberPage], limit: int) -> tuple[list[DirectoryRow], str | None]:
    """The first rows of all pages in order of code, and the code behind which they go on.

    Rows of one code stay together: a page is a few longer than its limit rather than cut there.
    """
    rows = sorted(_rows(pages), key=lambda row: row.code)  # of one code in the members' order
    taken = rows[:limit]
    taken += [row for row in rows[limit:] if row.code == taken[-1].code]
    more = len(rows) > len(taken) or any(page.next is not None for page in pages)
    return taken, taken[-1].code if taken and more else None


def _rows(pages: Iterable[MemberPage]) -> Iterable[DirectoryRow]:
    return (row for page in pages for row in page.parties)


async def _ask(members: Members, member: Subsystem, query: DirectoryQuery) -> _Told:
    began = time.monotonic()
    page, status = None, SourceStatus.ANSWERED
    asked = query.model_dump(exclude_none=True)
    request = members.client.build_request(
        "GET",
        f"{member.query_url}/v1/directory",
        params=asked,
        headers=members.headers(CONSUMER, member.id),
    )
    try:
        page = await ask(
            members.client,
            request,
            lambda body: read_page(body, member.id),
            most=_MOST_BYTES,
            seconds=min(member.timeout, SECONDS),
        )
        members.answered(member.id)
    except Silent as silence:
        status = silence.status
    ms = round((time.monotonic() - began) * 1000)
    return _Told(SourceReport(member.id, status, ms), page)
