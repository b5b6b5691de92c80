"""Lists of events on the wire: ``GET /v1/events``, at a subsystem and at the gateway.

An entry is an event as a chain shows it, with ``correction`` and ``voided``, the ``subsystem`` that
holds it and the names of what was ``redacted``; a subsystem adds the ``cursor`` of the entry, after
which a list may go on. The gateway reads pages as hostile input, like any answer of another system.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec

from suyuan.domain.chain import SourceReport
from suyuan.domain.events import Correction, StoredEvent
from suyuan.domain.listing import Page, Place
from suyuan.wire.chains import write_stored
from suyuan.wire.cursors import read_place, write_place
from suyuan.wire.source_reports import write_sources

Json = dict[str, Any]

# What differs between two subsystems that hold one event.
_OF_MEMBER = ("cursor", "record_time", "subsystem")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as a member told it. Two are equal if they say the same of the event."""

    body: Json
    record_time: Any = field(default=None, compare=False)


class _MemberPage(msgspec.Struct):
    events: list[Json]
    next: str | None = None


_decoder = msgspec.json.Decoder(_MemberPage, float_hook=Decimal)


def write_listed(stored: StoredEvent, place: Place) -> Json:
    """One entry of a subsystem's list; ``stored`` carries the correction that voids it, if any."""
    return {
        **write_stored(stored),
        "correction": _correction(stored.event.correction),
        "voided": stored.event.correction is not None,
        "subsystem": sorted(stored.subsystems),
        "redacted": list(stored.redacted),
        "cursor": write_place(place),
    }


def write_joined(entry: Entry, subsystems: Iterable[str]) -> Json:
    """One entry of the gateway's list, with the members that gave it."""
    return {**entry.body, "record_time": entry.record_time, "subsystem": sorted(subsystems)}


def write_page(
    entries: Sequence[Json],
    *,
    following: str | None,
    sources: Sequence[SourceReport],
    now: datetime,
) -> Json:
    """A page: ``next`` is the cursor of the following one, ``None`` where the list ends."""
    return {
        "events": entries,
        "next": following,
        **write_sources(sources),
        "generated_at": now,
    }


def read_page(body: bytes, *, limit: int) -> Page[Entry]:
    """The page that a subsystem answered. Raises ValueError when it is none, or not in order."""
    try:
        page = _decoder.decode(body)
        entries = [_read_entry(event) for event in page.events]
    except (msgspec.MsgspecError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"not a page of events: {error}") from error
    places = [place for place, _ in entries]
    if len(places) > limit or any(a <= b for a, b in pairwise(places)):
        raise ValueError("a page that is too long, or not in the order of a list")
    return Page(entries, more=page.next is not None)


def _read_entry(event: Json) -> tuple[Place, Entry]:
    body = {name: value for name, value in event.items() if name not in _OF_MEMBER}
    return read_place(event["cursor"]), Entry(body, event["record_time"])


def _correction(correction: Correction | None) -> Json | None:
    if correction is None:
        return None
    return {
        "declared_at": correction.declared_at,
        "reason": correction.reason,
        "replaced_by": list(correction.replaced_by),
    }
