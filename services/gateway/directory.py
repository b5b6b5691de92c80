"""The directory over all departments: each gives its page, and they are joined in order."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.gateway.certificates import adopted_by_city
from services.gateway.members import Members
from services.gateway.pages import pages_of
from services.gateway.registry import Subsystem
from suyuan.domain.caller import CONSUMER
from suyuan.sources.asking import ask
from suyuan.storage.engine import Database
from suyuan.web.auth import Asking
from suyuan.web.directory import (
    DIRECTORY_TEXT,
    EVERYWHERE_TEXT,
    PAGE_TEXT,
    DirectoryPageQuery,
    DirectoryQuery,
    directory_page,
)
from suyuan.web.openapi import PAGE_OR_PROBLEM
from suyuan.web.pages.directory import ListedPage
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase
from suyuan.wire.directory import (
    DirectoryRow,
    MemberPage,
    read_page,
    with_certificates,
    write_page,
)

router = APIRouter(tags=["register"])

SECONDS = 3.0
# A hundred parties with fifty licences and brands each are a third of this.
_MOST_BYTES = 16 * 1024 * 1024


@router.get("/v1/directory", description=DIRECTORY_TEXT + EVERYWHERE_TEXT)
async def get_directory(
    request: Request,
    caller: Asking,
    database: OwnDatabase,
    query: Annotated[DirectoryQuery, Query()],
) -> Response:
    del caller  # what is answered is public
    found = await list_everywhere(request.app.state.members, database, query)
    body = write_page(
        found.rows, following=found.following, sources=found.sources, now=datetime.now(UTC)
    )
    return json_response(body)


@router.get(
    "/directory",
    tags=["pages"],
    response_class=HTMLResponse,
    responses=PAGE_OR_PROBLEM,
    description=PAGE_TEXT + EVERYWHERE_TEXT,
)
async def get_directory_page(
    request: Request,
    caller: Asking,
    database: OwnDatabase,
    query: Annotated[DirectoryPageQuery, Query()],
) -> Response:
    del caller
    members: Members = request.app.state.members
    return await directory_page(
        request, query, lambda asked: list_everywhere(members, database, asked)
    )


async def list_everywhere(
    members: Members, database: Database, query: DirectoryQuery
) -> ListedPage:
    """A page of all directories, with the certificates that the city has adopted besides."""
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
    adopted = await adopted_by_city(database, [row.code for row in rows])
    certified = [with_certificates(row, adopted.get(row.code, ())) for row in rows]
    return ListedPage(certified, following, reports)


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
