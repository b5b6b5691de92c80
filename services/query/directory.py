"""The directory of one subsystem, as JSON and as a page."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.domain.directory import Listed, is_code, listed, plain
from suyuan.domain.licensing import Licensing
from suyuan.domain.register import Party, today
from suyuan.sources.certificates import find_adopted
from suyuan.sources.names import find_licensing
from suyuan.storage.directory import Search, find_listed
from suyuan.storage.engine import Database
from suyuan.storage.register import StoredVersion
from suyuan.web.auth import Asking
from suyuan.web.directory import (
    DIRECTORY_TEXT,
    PAGE_TEXT,
    DirectoryPageQuery,
    DirectoryQuery,
    directory_page,
)
from suyuan.web.openapi import PAGE_OR_PROBLEM
from suyuan.web.pages.directory import ListedPage
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, Settings
from suyuan.wire.directory import write_page, write_row
from suyuan.wire.register_cards import read_entry

router = APIRouter(tags=["register"])

_NATIONAL = "urn:suyuan:cn:"


@router.get("/v1/directory", description=DIRECTORY_TEXT)
async def get_directory(
    caller: Asking,
    database: OwnDatabase,
    settings: Settings,
    query: Annotated[DirectoryQuery, Query()],
) -> Response:
    del caller  # what is answered is public
    found = await list_parties(database, query, settings.name)
    body = write_page(
        found.rows, following=found.following, sources=found.sources, now=datetime.now(UTC)
    )
    return json_response(body)


@router.get(
    "/directory",
    tags=["pages"],
    response_class=HTMLResponse,
    responses=PAGE_OR_PROBLEM,
    description=PAGE_TEXT,
)
async def get_directory_page(
    request: Request,
    caller: Asking,
    database: OwnDatabase,
    settings: Settings,
    query: Annotated[DirectoryPageQuery, Query()],
) -> Response:
    del caller
    return await directory_page(
        request, query, lambda asked: list_parties(database, asked, settings.name)
    )


async def list_parties(database: Database, query: DirectoryQuery, subsystem: str) -> ListedPage:
    """A page of a subsystem's directory."""
    began, on = time.monotonic(), today(datetime.now(UTC))
    async with database.reading() as connection:
        found = await find_listed(
            connection, _search(query), on=on, after=query.after, limit=query.limit + 1
        )
        page = found[: query.limit]
        codes = [one.code for one in page]
        licensing = await find_licensing(connection, codes, on)
        certificates = await find_adopted(connection, codes, on, subsystem)
    rows = [
        write_row(one, subsystem, certificates.get(one.code.key, ()))
        for one in _listed(page, licensing, on)
    ]
    following = page[-1].code if len(found) > len(page) else None
    ms = round((time.monotonic() - began) * 1000)
    return ListedPage(rows, following, [SourceReport(subsystem, SourceStatus.ANSWERED, ms)])


def _listed(
    page: Sequence[StoredVersion], licensing: dict[str, Licensing], on: date
) -> list[Listed]:
    shown = []
    for stored in page:
        entry = read_entry(stored.kind, stored.document)
        assert isinstance(entry, Party), "the index has parties alone"
        one = listed(entry, licensing[stored.code], on)
        if one is not None:
            shown.append(one)
    return shown


def _search(query: DirectoryQuery) -> Search:
    if query.q is None:
        return Search(category=query.category)
    text = query.q.strip()
    if is_code(text):
        return Search(code=_NATIONAL + text.upper(), category=query.category)
    return Search(name=plain(text), category=query.category)
