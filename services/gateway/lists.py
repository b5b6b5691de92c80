"""Lists of events over all subsystems: each gives its page, and the pages are joined in order.

A page's cursor holds how far each subsystem has been read. One that is silent stays where it was:
its events are missing from the page, which says so, and come when it answers again, after their
place rather than never.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller
from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.domain.listing import Listing, Page, Place, join
from suyuan.sources.asking import Silent
from suyuan.sources.remote_list import ask_page
from suyuan.wire.cursors import write_joint
from suyuan.wire.lists import Entry, write_joined

# Seconds for a whole page, however long a member's own limit is.
LIST_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Listed:
    """A joined page, the cursor of the following one, and how each subsystem fared."""

    entries: Sequence[dict[str, Any]]
    following: str | None
    sources: Sequence[SourceReport]


async def list_everywhere(
    members: Members,
    caller: Caller,
    listing: Listing,
    *,
    after: Mapping[str, Place],
    limit: int,
) -> Listed:
    """One page over every expected subsystem, newest first; who was silent is named in it."""

    async def ask(member: Subsystem) -> tuple[Page[Entry] | None, SourceReport]:
        if not member.is_ours:  # the standard knows no such list
            return None, SourceReport(member.id, SourceStatus.REFUSED, 0)
        began = time.monotonic()
        page: Page[Entry] | None = None
        status = SourceStatus.ANSWERED
        try:
            async with asyncio.timeout(min(member.timeout, LIST_SECONDS)):
                page = await ask_page(
                    members.client,
                    member.query_url,
                    listing,
                    after=after.get(member.id),
                    limit=limit,
                    headers=members.headers(caller, member.id),
                )
            members.answered(member.id)
        except Silent as silence:
            status = silence.status
        except TimeoutError:
            status = SourceStatus.TIMED_OUT
        ms = round((time.monotonic() - began) * 1000)
        return page, SourceReport(member.id, status, ms)

    told = await asyncio.gather(*(ask(member) for member in members.registry))
    pages = {report.subsystem: page for page, report in told if page is not None}
    joined = join(pages, limit=limit, after=after)
    return Listed(
        [write_joined(entry, names) for entry, names in joined.entries],
        write_joint(joined.places) if joined.more else None,
        [report for _, report in told],
    )
