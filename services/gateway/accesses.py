"""``GET /v1/accesses`` over all subsystems: each wrote down who looked at its own data."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.gateway.members import Members
from services.gateway.pages import pages_of
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.listing import Page, join
from suyuan.sources.remote_accesses import ask_accesses
from suyuan.web.access_list import AccessesQuery, Reader, filter_of, link_to
from suyuan.web.lists import cursor_refused
from suyuan.web.responses import json_response
from suyuan.wire.accesses import AccessEntry, write_entry, write_page
from suyuan.wire.cursors import read_joint, write_joint

router = APIRouter(tags=["federation"])


@router.get("/v1/accesses")
async def get_accesses(
    request: Request, caller: Reader, query: Annotated[AccessesQuery, Query()]
) -> Response:
    """访问记录 · Who of the authorities looked at what, in every subsystem; see a subsystem's own.

    The newest first, in pages. With `request`, one question of an inspector is followed over all
    departments: it is the `X-Request-Id` of the gateway's answer. `sources` says who was asked for
    the list and how it fared; one that was silent comes late rather than never. The city reads all
    of it, a department what was looked at in its own subsystem.
    """
    members: Members = request.app.state.members
    wanted = filter_of(query)
    try:
        after = read_joint(query.after) if query.after is not None else {}
    except ValueError:
        raise cursor_refused() from None

    def ask(member: Subsystem) -> Awaitable[Page[AccessEntry]]:
        return ask_accesses(
            members.client,
            member.query_url,
            wanted,
            after=after.get(member.id),
            limit=query.limit,
            headers=members.headers(caller, member.id),
        )

    pages, reports = await pages_of(members, _readable(members, caller), ask)
    joined = join(pages, limit=query.limit, after=after)
    following = write_joint(joined.places) if joined.more else None
    entries = [write_entry(entry, name) for entry, (name, *_) in joined.entries]
    body = write_page(entries, following=following, sources=reports)
    return json_response(body, headers=link_to(request, following) if following else None)


def _readable(members: Members, caller: Caller) -> list[Subsystem]:
    """Whose accesses the caller may read."""
    is_city = caller.role is CallerRole.CITY
    return [m for m in members.registry.ours if is_city or m.id == caller.home]
