"""Accesses on the wire: ``GET /v1/accesses``, at a subsystem and at the gateway.

A subsystem's entry has the ``cursor`` after which the list may go on. The gateway reads pages as
hostile input and gives each entry the name of the subsystem that it asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec

from suyuan.domain.accesses import MOST_ASKED, Access, AccessFilter, Reason
from suyuan.domain.caller import CallerRole
from suyuan.domain.chain import SourceReport
from suyuan.domain.listing import Page, Place
from suyuan.wire.cursors import read_place, write_place
from suyuan.wire.reading import FIRST_YEAR, LAST_YEAR
from suyuan.wire.source_reports import write_sources

Json = dict[str, Any]


class AccessEntry(msgspec.Struct, frozen=True):
    """One access as it is shown; see ``suyuan.domain.accesses.Access``."""

    at: datetime
    request: UUID
    trace: str | None
    role: CallerRole
    owner: str
    key: str | None
    through: str | None
    route: str
    asked: list[str]
    asked_count: int
    events: int | None
    edges: int
    calls: int
    reason: Reason | None
    reference: str | None


class _Listed(AccessEntry, frozen=True):
    cursor: str


class _MemberPage(msgspec.Struct):
    accesses: list[_Listed]
    next: str | None = None


_PARAMETERS = {"since": "from", "until": "to"}
_decoder = msgspec.json.Decoder(_MemberPage)


def place_of(access: Access) -> Place:
    """Where an access stands in the list: the newest first, at one instant by id."""
    return Place(access.at, access.at, access.id.bytes, "")


def write_access(access: Access, subsystem: str) -> Json:
    """One entry of a subsystem's list."""
    purpose = access.purpose
    entry = AccessEntry(
        access.at,
        access.request,
        access.trace,
        access.role,
        access.owner,
        access.key,
        access.through,
        access.route,
        list(access.asked),
        access.asked_count,
        access.events,
        access.edges,
        access.calls,
        purpose.reason if purpose else None,
        purpose.reference if purpose else None,
    )
    return {**write_entry(entry, subsystem), "cursor": write_place(place_of(access))}


def write_entry(entry: AccessEntry, subsystem: str) -> Json:
    """An entry with the subsystem whose data were looked at."""
    shown = {name: getattr(entry, name) for name in AccessEntry.__struct_fields__}
    return {"subsystem": subsystem, **shown}


def write_page(
    entries: Sequence[Json], *, following: str | None, sources: Sequence[SourceReport]
) -> Json:
    """A page: ``next`` is the cursor of the following one, ``None`` where the list ends."""
    return {
        "accesses": entries,
        "next": following,
        **write_sources(sources),
    }


def read_page(body: bytes, *, limit: int) -> Page[AccessEntry]:
    """The page that a subsystem answered. Raises ValueError when it is none, or not in order."""
    try:
        page = _decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not a page of accesses: {error}") from error
    entries = [(read_place(listed.cursor), listed) for listed in page.accesses]
    places = [place for place, _ in entries]
    if len(places) > limit or any(a <= b for a, b in pairwise(places)):
        raise ValueError("a page that is too long, or not in the order of a list")
    if not all(_is_sound(listed) for listed in page.accesses):
        raise ValueError("an access at a time that cannot be, or of more than is ever written down")
    return Page(entries, more=page.next is not None)


def write_filter(wanted: AccessFilter) -> dict[str, str]:
    """A filter as parameters of a query."""
    given = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    return {
        _PARAMETERS.get(name, name): value.isoformat()
        if isinstance(value, datetime)
        else str(value)
        for name, value in given.items()
        if value is not None
    }


def _is_sound(listed: AccessEntry) -> bool:
    dated = listed.at.tzinfo is not None and FIRST_YEAR <= listed.at.year <= LAST_YEAR
    return dated and len(listed.asked) <= MOST_ASKED
