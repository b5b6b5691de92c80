"""Lists of this subsystem's events, as the caller may see them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from suyuan.domain import policy
from suyuan.domain.caller import Caller
from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.domain.codes import Use, recognise
from suyuan.domain.events import StoredEvent
from suyuan.domain.listing import Listing, Place
from suyuan.domain.profiles.showing import Showing
from suyuan.sources.postgres import stored_event
from suyuan.storage import lists
from suyuan.storage.engine import Database
from suyuan.storage.lists import ListedRow
from suyuan.wire.cursors import write_place
from suyuan.wire.lists import write_listed
from suyuan.wire.reports import read_stored


@dataclass(frozen=True, slots=True)
class Listed:
    """A page, the cursor of the following one, and how long it took."""

    entries: Sequence[dict[str, Any]]
    following: str | None
    source: SourceReport


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list: ``limit`` entries behind ``after``."""

    listing: Listing
    after: Place | None
    limit: int


async def list_events(
    database: Database, request: PageRequest, caller: Caller, *, subsystem: str, showing: Showing
) -> Listed:
    """One page of events, newest first; rights are decided here, where the data are."""
    began = time.monotonic()
    async with database.reading() as connection:
        rows = await lists.list_events(
            connection, request.listing, after=request.after, most=request.limit + 1
        )
    shown = rows[: request.limit]
    marked = (showing.marked(_with_correction(row, subsystem)) for row in shown)
    entries = [
        write_listed(policy.listed_view(stored, caller), row.place)
        for stored, row in zip(marked, shown, strict=True)
    ]
    following = write_place(shown[-1].place) if len(rows) > len(shown) else None
    ms = round((time.monotonic() - began) * 1000)
    return Listed(entries, following, SourceReport(subsystem, SourceStatus.ANSWERED, ms))


def _with_correction(listed: ListedRow, subsystem: str) -> StoredEvent:
    """The event as it was reported, with the correction that voids it."""
    stored = stored_event(listed.row, subsystem)
    if listed.void is None:
        return stored
    form, document = listed.void
    party = recognise(listed.row.party, use=Use.PARTY)
    declaration = read_stored(form, document, party, listed.row.id)
    return replace(stored, event=replace(stored.event, correction=declaration.correction))
