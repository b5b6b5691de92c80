"""Lists of events: what is asked, in which order they come, and how pages of several are joined.

The order is event time, newest first; at one instant record time, then the event's key, then its
party, all descending: values that an event keeps for ever, so a page's end is a place that no later
arrival moves. Record time alone would not do: it is when a transaction began, and one that began
before a page was read may commit after it; here it only settles ties, which it does more cheaply
than a key, since a batch lands together. What follows for who reads page after page while events
arrive:

* an event that was stored when the first page was read comes exactly once;
* one that arrives meanwhile comes once if its place lies ahead, and not at all if it lies behind;
* so a list is complete for what was known when it began, and is no feed of what is new.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code
from suyuan.domain.errors import NotAllowed, NotAuthenticated

T = TypeVar("T")

# Who may list events at all; anybody else is refused.
LISTING_ROLES = (
    CallerRole.ENTERPRISE,
    CallerRole.DEPARTMENT,
    CallerRole.INSPECTOR,
    CallerRole.CITY,
)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an event stands in a list: event and record time (aware), 16-byte key, party's key."""

    time: datetime
    record_time: datetime
    key: bytes
    party: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Which events: every filter that is not ``None`` must hold. Bounds are inclusive instants.

    ``code`` is the canonical key of a thing; ``party`` that of the enterprise they are about.
    """

    party: str | None = None
    code: str | None = None
    kind: str | None = None
    activity: str | None = None
    sector: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Entries in the order of a list, each with its place; ``more`` if others follow the last."""

    entries: Sequence[tuple[Place, T]] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Joined(Generic[T]):
    """One page out of those of several members.

    ``entries``  each with the members that gave it, in their order
    ``places``   how far each member has been read; it is absent where nothing was taken yet
    """

    entries: list[tuple[T, tuple[str, ...]]] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    more: bool = False


def party_to_list(caller: Caller, asked: Code | None) -> Code | None:
    """The party whose events this caller's list is about; ``None`` is everybody's.

    An enterprise lists its own events alone. Raises NotAuthenticated without a key, and NotAllowed
    for another's events or a role that lists none.
    """
    if caller.role is CallerRole.CONSUMER:
        raise NotAuthenticated("key_required", roles=[role.value for role in LISTING_ROLES])
    if caller.role is not CallerRole.ENTERPRISE:
        return asked
    if caller.party is None or asked not in (None, caller.party):
        raise NotAllowed("list_not_yours", party=asked.short if asked else "")
    return caller.party


def join(
    pages: Mapping[str, Page[T]], *, limit: int, after: Mapping[str, Place] | None = None
) -> Joined[T]:
    """The first ``limit`` entries of several members' pages, by the order of each of them.

    The same event from two members, told alike, is one entry with both; told differently it is two.
    ``after`` is how far each had been read before, and stays for whoever gave nothing now.
    """
    joined: Joined[T] = Joined(places=dict(after or {}))
    seen: dict[tuple[bytes, str], int] = {}
    streams = [_named(name, page.entries) for name, page in pages.items()]
    for place, name, body in heapq.merge(*streams, key=lambda e: e[0], reverse=True):
        identity = (place.key, place.party)
        index = seen.get(identity)
        if index is not None and joined.entries[index][0] == body:
            joined.entries[index] = (body, (*joined.entries[index][1], name))
        elif len(joined.entries) == limit:
            return Joined(joined.entries, joined.places, more=True)
        else:
            seen.setdefault(identity, len(joined.entries))
            joined.entries.append((body, (name,)))
        joined.places[name] = place
    more = any(page.more for page in pages.values())
    return Joined(joined.entries, joined.places, more)


def _named(name: str, entries: Iterable[tuple[Place, T]]) -> Iterable[tuple[Place, str, T]]:
    return ((place, name, body) for place, body in entries)
