"""``GET /v1/directory`` over all departments: each gives its page, and they are joined in order."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.gateway.members import Members
from services.gateway.pages import pages_of
from services.gateway.registry import Subsystem
from suyuan.domain.caller import CONSUMER
from suyuan.sources.asking import ask
from suyuan.web.auth import Asking
from suyuan.web.directory import DIRECTORY_TEXT, EVERYWHERE_TEXT, DirectoryQuery
from suyuan.web.responses import json_response
from suyuan.wire.directory import DirectoryRow, MemberPage, read_page, write_page

router = APIRouter(tags=["register"])

SECONDS = 3.0
# A hundred parties with fifty licences and brands each are a third of this.
_MOST_BYTES = 16 * 1024 * 1024


@router.get("/v1/directory", description=DIRECTORY_TEXT + EVERYWHERE_TEXT)
async def get_directory(
    request: Request, caller: Asking, query: Annotated[DirectoryQuery, Query()]
) -> Response:
    del caller  # what is answered is public
    members: Members = request.app.state.members
    asked = query.model_dump(exclude_none=True)

    def page(member: Subsystem) -> Awaitable[MemberPage]:
        request = members.client.build_request(
            "GET",
            f"{member.query_url}/v1/directory",
            params=asked,
            headers=members.headers(CONSUMER, member.id),
        )
        return ask(
            members.client, request, lambda body: read_page(body, member.id), most=_MOST_BYTES
        )

    pages, reports = await pages_of(members, members.registry.ours, page, seconds=SECONDS)
    rows, following = joined(list(pages.values()), query.limit)
    body = write_page(
        rows,
        following=following,
        sources=reports,
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
