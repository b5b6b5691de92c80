"""``GET /v1/changes``: what this subsystem has stored, for the gateway to follow."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.changes import BEGINNING, Changed, ChangesPage, Position, codes_of
from suyuan.domain.errors import Fault, NotAllowed, QuestionRefused
from suyuan.sources.postgres import stored_event
from suyuan.storage.changes import Change, find_changes, find_server
from suyuan.storage.engine import Database
from suyuan.web.auth import CHANGES_KEY_HEADER, CLAIMS_HEADER, Asking
from suyuan.web.lists import cursor_refused
from suyuan.web.state import OwnDatabase
from suyuan.wire import changes as wire

DEFAULT_CHANGES = 1_000

router = APIRouter()


class ChangesQuery(BaseModel):
    """Where in the feed, and how much of it."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=wire.MOST_CHANGES)] = DEFAULT_CHANGES


@router.get("/v1/changes", tags=["federation"])
async def get_changes(
    request: Request,
    caller: Asking,
    database: OwnDatabase,
    query: Annotated[ChangesQuery, Query()],
    suyuan_changes_key: Annotated[str | None, Header()] = None,
) -> Response:
    """变更流 · What was stored, each report once, in the order of the feed. For the gateway only.

    Each change has a sequence number, its codes as hashes under the key that the gateway sends in
    `Suyuan-Changes-Key` (32 bytes, base64url), and the times of event and record. Go on with
    `after` the `next` of the page before, also when nothing `more` was there. `anew` says that the
    page begins at the beginning, because there was no cursor or it no longer holds.
    """
    del caller
    if CLAIMS_HEADER not in request.headers:
        raise NotAllowed("gateway_only")
    key = _key(suyuan_changes_key)
    page = await read_changes(database, key, after=_after(query.after), most=query.limit)
    return Response(wire.write_page(page), media_type="application/json")


async def read_changes(
    database: Database, key: bytes, *, after: tuple[bytes, Position] | None, most: int
) -> ChangesPage:
    """The page behind a cursor; from the beginning where the cursor is of another feed."""
    now = datetime.now(UTC)
    async with database.reading() as connection:
        feed = wire.name_feed(await find_server(connection), key)
        anew = after is None or after[0] != feed
        begin = BEGINNING if after is None or anew else after[1]
        found = await find_changes(connection, begin, most)
    end = found[-1].position if found else begin
    changes = await asyncio.to_thread(_told, found, key)
    return ChangesPage(anew, changes, wire.write_cursor(feed, end), len(found) == most, now)


def _told(found: Sequence[Change], key: bytes) -> tuple[Changed, ...]:
    return tuple(_changed(change, key) for change in found)


def _changed(change: Change, key: bytes) -> Changed:
    stored = stored_event(change.row, "")
    codes = tuple(wire.hash_code(code, key) for code in codes_of(stored.event))
    return Changed(change.position.xact, codes, stored.event.time, stored.record_time)


def _key(text: str | None) -> bytes:
    try:
        return wire.read_key(text or "")
    except ValueError:
        fault = Fault("changes_key_malformed", f"/header/{CHANGES_KEY_HEADER}")
        raise QuestionRefused("parameters_refused", faults=[fault]) from None


def _after(cursor: str | None) -> tuple[bytes, Position] | None:
    try:
        return wire.read_cursor(cursor) if cursor is not None else None
    except ValueError:
        raise cursor_refused() from None
