"""A second way to count coverage, for tests: plain loops over all events, and no table.

It follows docs/coverage.md and shares no code with the platform but the events' own shape.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from suyuan.domain.events import Action, Event, EventType, StoredEvent

# party -> [(since, until, district)]
Files = dict[str, list[tuple[date, date | None, str | None]]]
Key = tuple[date, str, str]  # day, sector, district

_RECEIVING = {"receiving", "arriving", "accepting"}
_SHIPPING = {"shipping", "departing", "transporting", "consigning"}
_SOLD = {"retail_selling", "dispensing"}


def count(stored: Sequence[StoredEvent], files: Files, *, own: str) -> dict[Key, Counter[str]]:
    """The sums of each day, sector and district in which anything was reported."""
    events = list(_in_force(stored))
    found: dict[Key, Counter[str]] = defaultdict(Counter)
    seen: dict[tuple[str, date], set[Key]] = defaultdict(set)
    for one in events:
        event, party = one.event, one.event.party.key
        day = (event.time + (timedelta(hours=8) - (event.time.utcoffset() or timedelta()))).date()
        filed = [f for f in files.get(party, ()) if f[0] <= day and (f[1] is None or day < f[1])]
        sector = event.sector or own
        key = (day, sector, (filed[0][2] or "") if filed else "")
        into = found[key]
        kind = "active" if filed else "unfiled"
        into[kind] += key not in seen[party, day]
        seen[party, day].add(key)
        if not filed:
            continue
        into["reports"] += 1
        into["in_time"] += one.record_time <= event.time + timedelta(hours=36)
        into["evidenced"] += _is_evidenced(one, events)
        for code in _codes(event):
            known = _is_known(event, code, events)
            into["links"] += known is not None
            into["broken"] += known is False
    for keys in seen.values():  # once in all, whatever the number of sectors
        first = found[min(keys)]
        first["active_any" if first["active"] else "unfiled_any"] += 1
    return {key: +sums for key, sums in found.items()}


def _in_force(stored: Iterable[StoredEvent]) -> Iterable[StoredEvent]:
    first: dict[tuple[bytes, str, bool], StoredEvent] = {}
    for one in stored:  # what comes again is the first that was stored
        event = one.event
        first.setdefault((event.key, event.party.key, event.correction is not None), one)
    told = list(first.values())
    for one in told:
        if one.event.correction is None and not any(
            d.event.correction is not None
            and d.event.key == one.event.key
            and (d.authority or d.event.party.key == one.event.party.key)
            for d in told
        ):
            yield one


def _codes(event: Event) -> list[str]:
    if event.type is EventType.AGGREGATION:
        return list(dict.fromkeys(i.code.key for i in event.children))
    return list(dict.fromkeys(i.code.key for i in event.things()))


def _is_evidenced(one: StoredEvent, events: Sequence[StoredEvent]) -> bool:
    event = one.event
    if one.authority or event.documents:
        return True
    received = event.step in _RECEIVING
    if event.step != "shipping" and not received:
        return any(_same(one, o) for o in events)
    return any(_same(one, o) or _is_other_end(event, o.event, received) for o in events)


def _same(one: StoredEvent, other: StoredEvent) -> bool:
    return (
        other.event.key == one.event.key
        and other.event.party != one.event.party
        and other.content == one.content
    )


def _is_other_end(event: Event, other: Event, received: bool) -> bool:
    if other.party == event.party or not set(_codes(event)) & set(_codes(other)):
        return False
    if received:
        fits, far, there = other.step in _SHIPPING, event.source.party, other.destination.party
    else:
        fits, far, there = other.step in _RECEIVING, event.destination.party, other.source.party
    return fits and (far == other.party or there == event.party)


def _is_known(event: Event, code: str, events: Sequence[StoredEvent]) -> bool | None:
    """Whether a thing's source is known; ``None`` where it need not be."""
    if event.kind == "import":
        return None
    around = list(_around(code, event, events))
    if event.step in _RECEIVING and event.disposition != "returned":
        return any(e.step in _SHIPPING for e, _ in around)
    if code in {i.code.key for i in event.outputs}:
        return None
    if event.step in _SOLD or (event.kind, event.activity) == ("wholesale", "sale"):
        return any(_has(e, c) and e.party == event.party for e, c in around)
    if code in {i.code.key for i in event.inputs}:
        return any(_has(e, c) for e, c in around)
    return None


def _has(event: Event, code: str) -> bool:
    """Whether whoever tells an event has the thing after it."""
    if event.type is EventType.AGGREGATION:
        packs = event.action is Action.ADD and event.parent is not None
        return packs and event.parent.key == code  # type: ignore[union-attr]
    if event.step in _RECEIVING or event.kind == "import":
        return True
    if event.type is EventType.TRANSFORMATION:
        return code in {i.code.key for i in event.outputs}
    return event.action is Action.ADD


_Window = tuple[str, datetime | None, datetime | None]  # a code, since when, until when


def _around(code: str, event: Event, events: Sequence[StoredEvent]) -> Iterable[tuple[Event, str]]:
    """What happened to a thing, up to an event: to itself, and to what it was inside of."""
    windows: list[_Window] = [(code, None, None)]
    for window in windows:
        root, since, until = window
        latest = min(event.time, until) if until else event.time
        for e in (o.event for o in events):
            if e.time <= latest and not (since and e.time < since) and _names(e, root):
                yield e, root
        windows += [w for w in _stays(window, events) if w not in windows]


def _stays(inner: _Window, events: Sequence[StoredEvent]) -> Iterable[_Window]:
    """The containers that a thing was in within a window, each with how long."""
    code, since, until = inner
    for packing in (o.event for o in events):
        if packing.parent is None or code not in _codes(packing):
            continue
        if packing.action is Action.ADD:
            begins, ends = packing.time, _ends(code, packing, events)
        elif packing.action is Action.DELETE and not _was_packed(code, packing, events):
            begins, ends = None, packing.time  # packed where nobody here saw it
        else:
            continue
        if (until and begins and begins > until) or (ends and since and ends < since):
            continue
        first = max(begins, since) if begins and since else begins or since
        yield packing.parent.key, first, min(ends, until) if ends and until else ends or until


def _was_packed(code: str, taken: Event, events: Sequence[StoredEvent]) -> bool:
    return any(
        e.type is EventType.AGGREGATION
        and e.action is Action.ADD
        and e.parent == taken.parent
        and code in _codes(e)
        and e.time <= taken.time
        for e in (o.event for o in events)
    )


def _names(event: Event, code: str) -> bool:
    return code in {i.code.key for i in event.things()}


def _ends(code: str, packing: Event, events: Sequence[StoredEvent]) -> datetime | None:
    is_lot = any(i.is_lot for i in packing.children if i.code.key == code)
    found = [
        e.time
        for e in (o.event for o in events)
        if e.type is EventType.AGGREGATION
        and e.action is Action.DELETE
        and e.parent == packing.parent
        and e.time >= packing.time
        and (not e.children or (code in _codes(e) and not is_lot))
    ]
    return min(found, default=None)
