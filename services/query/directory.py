"""``GET /v1/directory`` of one subsystem."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.domain.directory import Listed, is_code, listed, plain
from suyuan.domain.licensing import Licensing
from suyuan.domain.register import Party, today
from suyuan.sources.names import find_licensing
from suyuan.storage.directory import Search, find_listed
from suyuan.storage.engine import Database
from suyuan.storage.register import StoredVersion
from suyuan.web.auth import Asking
from suyuan.web.directory import DIRECTORY_TEXT, DirectoryQuery
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
    began, now = time.monotonic(), datetime.now(UTC)
    found, following = await list_parties(database, query, today(now))
    ms = round((time.monotonic() - began) * 1000)
    body = write_page(
        [write_row(one, settings.name) for one in found],
        following=following,
        sources=[SourceReport(settings.name, SourceStatus.ANSWERED, ms)],
        now=now,
    )
    return json_response(body)


async def list_parties(
    database: Database, query: DirectoryQuery, on: date
) -> tuple[list[Listed], str | None]:
    """A page of the directory, and the code behind which the following one begins."""
    async with database.reading() as connection:
        found = await find_listed(
            connection, _search(query.q), on=on, after=query.after, limit=query.limit + 1
        )
        page = found[: query.limit]
        licensing = await find_licensing(connection, [one.code for one in page], on)
    following = page[-1].code if len(found) > len(page) else None
    return list(_listed(page, licensing, on)), following


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


def _search(text: str | None) -> Search:
    if text is None:
        return Search()
    text = text.strip()
    if is_code(text):
        return Search(code=_NATIONAL + text.upper())
    return Search(name=plain(text))
