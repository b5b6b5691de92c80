"""Gaps and contradictions in a chain (TRACING.md, rule 13). A finding never hides an event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from suyuan.domain.chain import ChainEvent, Finding, Link
from suyuan.domain.events import RECEIVING, SHIPPING, Action, Event, EventType, Item

DESTROYED = frozenset({"destroying", "decommissioning"})


def contradictions(events: Sequence[ChainEvent], codes: AbstractSet[str]) -> Iterator[Finding]:
    """Conflicts over one id; of ``codes``, impossible chronology and life after the end."""
    yield from _conflicts(events)
    for code, history in _histories(events, codes).items():
        yield from _chronology(code, history)
        yield from _ends(code, history)


def gaps(
    events: Sequence[ChainEvent], links: Iterable[Link], codes: AbstractSet[str]
) -> Iterator[Finding]:
    """What must have happened to ``codes`` before and nobody reported.

    Received without a shipment, sold without an entry, an input never made or received. A thing
    may have been shipped in its container, so what the containers did counts.
    """
    histories = _histories(events, codes)
    carriers = _carriers(links)
    for code, history in histories.items():
        around = sorted(
            (e for c in carriers.get(code, {code}) for e in histories.get(c, ())), key=_order
        )
        for event in history:
            earlier = [e for e in around if e.time <= event.time and e is not event]
            missing = _missing_before(event, earlier, code)
            if missing:
                yield Finding("gap", event.id, code, {"missing": missing})


def _missing_before(event: Event, earlier: Sequence[Event], code: str) -> str | None:
    """Which step is missing before ``event``: shipment, entry, origin; ``None`` if none is."""
    if event.kind == "import":
        return None  # the border is where the city's records begin
    if event.step in RECEIVING and event.disposition != "returned":
        shipped = any(e.step in SHIPPING for e in earlier)
        return None if shipped else "shipment"
    if event.step in ("retail_selling", "dispensing"):
        entered = any(_brings_in(e, code) and e.party == event.party for e in earlier)
        return None if entered else "entry"
    if any(i.code.key == code for i in event.inputs):
        return None if earlier else "origin"
    return None


def _brings_in(event: Event, code: str) -> bool:
    """Whether a party has the thing after the event: it received it or made it."""
    made = any(i.code.key == code for i in event.outputs)
    return made or event.step in RECEIVING or event.action is Action.ADD


def _conflicts(events: Sequence[ChainEvent]) -> Iterator[Finding]:
    versions: dict[bytes, list[ChainEvent]] = defaultdict(list)
    for one in events:
        versions[one.stored.event.key].append(one)
    for same_id in versions.values():
        if len(same_id) > 1:
            reporters = [e.stored.event.party.short for e in same_id]
            yield Finding("conflict", same_id[0].stored.event.id, params={"reporters": reporters})


def _chronology(code: str, history: Sequence[Event]) -> Iterator[Finding]:
    """Received after it was consumed by the same holder, and never received before."""
    consumed: dict[str, Event] = {}
    received: set[str] = set()
    for event in history:
        holder = event.party.key
        if any(i.code.key == code for i in event.inputs):
            consumed.setdefault(holder, event)
        elif event.step in RECEIVING and event.disposition != "returned":
            if holder in consumed and holder not in received:
                yield Finding(
                    "chronology_conflict", event.id, code, {"consumed": consumed[holder].id}
                )
            received.add(holder)


def _ends(code: str, history: Sequence[Event]) -> Iterator[Finding]:
    """A second retail sale without a return; anything after destruction. Serials only."""
    if any(_is_lot_of(event, code) for event in history):
        return
    sold: Event | None = None
    gone: Event | None = None
    for event in history:
        if gone is not None and event.time > gone.time:
            yield Finding("event_after_end", event.id, code, {"end": gone.id})
        if event.step == "retail_selling":
            if sold is not None:
                yield Finding("sold_twice", event.id, code, {"first": sold.id})
            sold = event
        elif event.disposition == "returned":
            sold = None
        elif event.step in DESTROYED:
            gone = gone or event


def _is_lot_of(event: Event, code: str) -> bool:
    return any(i.is_lot for i in _named(event) if i.code.key == code)


def _histories(events: Sequence[ChainEvent], codes: AbstractSet[str]) -> Mapping[str, list[Event]]:
    """The events that name each of ``codes``, in order; what else was in the box is not asked."""
    found: dict[str, list[Event]] = defaultdict(list)
    for one in events:
        event = one.stored.event
        for code in dict.fromkeys(i.code.key for i in _named(event)):
            if code in codes:
                found[code].append(event)
    return found


def _named(event: Event) -> Iterator[Item]:
    """What an event says something about: a pack says nothing new of the other children."""
    if event.type is EventType.AGGREGATION:
        yield from event.children
        return
    yield from event.things()


def _carriers(links: Iterable[Link]) -> dict[str, set[str]]:
    """Each code with every container that it was ever in, nested."""
    direct: dict[str, set[str]] = defaultdict(set)
    for link in links:
        if link.kind == "contained":
            direct[link.from_].add(link.to)
    found: dict[str, set[str]] = {}
    for code in direct:
        around, pending = {code}, [code]
        while pending:
            for outer in direct.get(pending.pop(), ()):
                if outer not in around:
                    around.add(outer)
                    pending.append(outer)
        found[code] = around
    return found


def _order(event: Event) -> tuple[object, ...]:
    return (event.time, event.id)
