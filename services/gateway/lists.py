"""Lists of events over all subsystems: each gives its page, and the pages are joined in order.

A page's cursor holds how far each subsystem has been read. One that is silent stays where it was:
its events are missing from the page, which says so, and come when it answers again, after their
place rather than never.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.gateway.members import Members
from services.gateway.pages import pages_of
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller
from suyuan.domain.chain import SourceReport
from suyuan.domain.listing import Listing, Page, Place, join
from suyuan.sources.remote_list import ask_page
from suyuan.wire.cursors import write_joint
from suyuan.wire.lists import Entry, write_joined


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

    def ask(member: Subsystem) -> Awaitable[Page[Entry]]:
        return ask_page(
            members.client,
            member.query_url,
            listing,
            after=after.get(member.id),
            limit=limit,
            headers=members.headers(caller, member.id),
        )

    pages, reports = await pages_of(members, members.registry, ask)
    joined = join(pages, limit=limit, after=after)
    return Listed(
        [write_joined(entry, names) for entry, names in joined.entries],
        write_joint(joined.places) if joined.more else None,
        reports,
    )
