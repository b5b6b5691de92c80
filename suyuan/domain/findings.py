"""Gaps and contradictions in a chain (docs/tracing.md, "Findings"). None hides an event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from suyuan.domain.chain import ChainEvent, Finding, Link, Standing
from suyuan.domain.codes import Code
from suyuan.domain.events import END_STEPS, RECEIVING, SHIPPING, Action, Event, EventType, Item

_SOLD = frozenset({"retail_selling", "dispensing"})
_DESTROYED = END_STEPS - _SOLD

# Entries of one party that weigh the same, from so many on: nobody weighs alike by chance.
_ALIKE = 3
# Members of ``extra`` in which reports state what was paid.
_PRICES = ("price", "unit_price", "total_price")


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
    may have been shipped or received in its container, so what the containers did counts.
    """
    histories = _histories(events, codes)
    carriers = _carriers(links)
    packings = _packings(events)
    for code, history in histories.items():
        around = sorted(
            (
                *packings.get(code, ()),
                *(e for c in carriers.get(code, {code}) for e in histories.get(c, ())),
            ),
            key=_order,
        )
        earlier = _Earlier(around, code)
        for event in history:
            needed = source_needed(event, code)
            if needed is not None and not earlier.has(needed, event):
                yield Finding("gap", event.id, code, {"missing": needed})


def source_needed(event: Event, code: str) -> str | None:
    """Which step must lie before ``event`` for a thing in it to have a known source.

    ``shipment`` of what is received, ``entry`` of what is sold, ``origin`` of what is used up;
    ``None`` where nothing need be known.
    """
    if event.kind == "import":
        return None  # the border is where the city's records begin
    if event.step in RECEIVING and event.disposition != "returned":
        return "shipment"
    if any(i.code.key == code for i in event.outputs):
        return None  # a sale that gives the goods a new code makes what it sells
    if event.step in _SOLD or (event.kind, event.activity) == ("wholesale", "sale"):
        return "entry"
    return "origin" if any(i.code.key == code for i in event.inputs) else None


class _Earlier:
    """What was told around a thing before an event of it: gathered once, for thousands of events.

    ``around`` is in order, and may hold an event twice; no event comes before itself.
    """

    def __init__(self, around: Sequence[Event], code: str) -> None:
        self._around = around
        self._code = code

    @cached_property
    def _shipments(self) -> list[Event]:
        return [e for e in self._around if e.step in SHIPPING]

    @cached_property
    def _entries(self) -> list[Event]:
        return [e for e in self._around if _brings_in(e, self._code)]

    @cached_property
    def _entries_by_party(self) -> Mapping[Code, list[Event]]:
        found: dict[Code, list[Event]] = defaultdict(list)
        for entry in self._entries:
            found[entry.party].append(entry)
        return found

    def has(self, needed: str, event: Event) -> bool:
        """Whether the step that ``source_needed`` names lies before ``event``."""
        if needed == "shipment":
            told = self._shipments
        elif needed == "entry":
            told = self._entries_by_party.get(event.party, [])
        else:
            told = self._entries
        first = next((e for e in told if e is not event), None)
        return first is not None and first.time <= event.time


def _brings_in(event: Event, code: str) -> bool:
    """Whether a party has the thing after the event: it received, imported, made or packed it."""
    if event.step in RECEIVING or event.kind == "import" or _packs(event, code):
        return True
    made = event.outputs if event.type is EventType.TRANSFORMATION else ()
    if event.type is EventType.OBJECT and event.action is Action.ADD:
        made = event.items
    return any(i.code.key == code for i in made)


def _packs(event: Event, code: str) -> bool:
    """Whether an event puts something into the container ``code``."""
    packing = event.type is EventType.AGGREGATION and event.action is Action.ADD
    return packing and event.parent is not None and event.parent.key == code


def _packings(events: Sequence[ChainEvent]) -> Mapping[str, list[Event]]:
    """The packings of each container: who fills a box has it."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in (one.stored.event for one in events):
        if event.parent is not None and _packs(event, event.parent.key):
            found[event.parent.key].append(event)
    return found


def assertions(
    events: Sequence[ChainEvent], links: Iterable[Link], codes: AbstractSet[str]
) -> Iterator[Finding]:
    """Links between two parties of which one alone tells, and no document.

    ``signs`` are what invented entries have in common: they weigh the same every time, cost
    nothing, and are from the market's own district.
    """
    told = [
        e.stored.event
        for e in events
        if _is_lone_word(e) and any(i.code.key in codes for i in _moved(e.stored.event))
    ]
    if not told:
        return
    movements = _Movements(_histories(events, codes), _carriers(links))
    lone = [e for e in told if not movements.has_other_end(e)]
    weights = Counter(_weight(event) for event in lone)
    for event in lone:
        signs = list(_signs(event, alike=weights[_weight(event)]))
        yield Finding("asserted", event.id, params={"signs": signs} if signs else {})


def unanswered_shipments(
    events: Sequence[ChainEvent], links: Iterable[Link]
) -> Iterator[ChainEvent]:
    """Shipments to a named party other than their reporter of which that party told nothing."""
    sent = [one for one in events if _is_sent_to_another(one.stored.event)]
    if not sent:
        return
    codes = {item.code.key for one in events for item in named_things(one.stored.event)}
    movements = _Movements(_histories(events, codes), _carriers(links))
    for one in sent:
        if not movements.has_other_end(one.stored.event):
            yield one


def _is_sent_to_another(event: Event) -> bool:
    buyer = event.destination.party
    return event.step in SHIPPING and buyer is not None and buyer != event.party


def _moved(event: Event) -> Iterable[Item]:
    """What a movement moves: of a sale that gives the goods a new code, only that.

    A lot that was sold in parts has the sales of all parts in its history, and of the others the
    chain does not know who received them.
    """
    return event.outputs if event.type is EventType.TRANSFORMATION else named_things(event)


def _is_lone_word(one: ChainEvent) -> bool:
    event = one.stored.event
    if one.standing is Standing.EVIDENCED or event.disposition == "returned":
        return False
    if event.kind == "import":
        return False  # who sent it lies beyond the border, and reports to nobody here
    if event.step in RECEIVING:
        return event.source.party != event.party
    buyer = event.destination.party
    return event.step in SHIPPING and buyer is not None and buyer != event.party


class _Movements:
    """Shipments and receipts by the thing and whom they name: a hot lot has thousands of each."""

    def __init__(
        self, histories: Mapping[str, list[Event]], carriers: Mapping[str, set[str]]
    ) -> None:
        self._carriers = carriers
        self._to: dict[tuple[str, Code | None], list[Event]] = defaultdict(list)
        self._from: dict[tuple[str, Code, Code | None], list[Event]] = defaultdict(list)
        for code, history in histories.items():
            for event in history:
                if event.step in SHIPPING:
                    self._to[code, event.destination.party].append(event)
                elif event.step in RECEIVING:
                    self._from[code, event.party, event.source.party].append(event)

    def has_other_end(self, event: Event) -> bool:
        """Whether the other side may have told a receipt, or a shipment to a named party.

        Of the thing or of its container; the other side may name nobody.
        """
        named = dict.fromkeys(i.code.key for i in named_things(event))
        codes = [c for code in named for c in self._carriers.get(code, {code})]
        either = (None, event.party)
        if event.step in RECEIVING:
            sent = (s for c in codes for to in either for s in self._to.get((c, to), ()))
            return any(_may_be_one_movement(shipment, event) for shipment in sent)
        buyer = event.destination.party
        assert buyer is not None, "a shipment to nobody waits for nobody's word"
        came = (r for c in codes for by in either for r in self._from.get((c, buyer, by), ()))
        return any(_may_be_one_movement(event, receipt) for receipt in came)


def _may_be_one_movement(shipment: Event, receipt: Event) -> bool:
    return (
        shipment.party != receipt.party
        and shipment.time <= receipt.time
        and shipment.destination.party in (None, receipt.party)
        and receipt.source.party in (None, shipment.party)
    )


def _weight(event: Event) -> tuple[object, ...]:
    return (event.party.key, event.step, *((i.quantity, i.unit) for i in event.items))


def _signs(event: Event, *, alike: int) -> Iterator[str]:
    if alike >= _ALIKE and any(i.quantity is not None for i in event.items):
        yield "constant_weight"
    if any(_is_nothing(event.extra[name]) for name in _PRICES if name in event.extra):
        yield "zero_price"
    origin = event.product.origin if event.product is not None else None
    here = event.place.short[:6] if event.place is not None else ""
    if origin and len(here) == 6 and here.isdigit() and origin[:6] == here:
        yield "own_district"


def _is_nothing(price: Any) -> bool:
    try:
        return Decimal(str(price)) == 0
    except InvalidOperation:
        return False


def _conflicts(events: Sequence[ChainEvent]) -> Iterator[Finding]:
    versions: dict[bytes, list[ChainEvent]] = defaultdict(list)
    for one in events:
        versions[one.stored.event.key].append(one)
    for same_id in versions.values():
        if len(same_id) > 1:
            reporters = [e.stored.event.party.short for e in same_id]
            yield Finding("conflict", same_id[0].stored.event.id, params={"reporters": reporters})


def _chronology(code: str, history: Sequence[Event]) -> Iterator[Finding]:
    """Received after it was consumed by the same holder.

    More of a lot may come after some was consumed; a serial comes back only if it was made anew.
    """
    is_lot = any(_is_lot_of(event, code) for event in history)
    consumed: dict[str, Event] = {}
    received: set[str] = set()
    for event in history:
        holder = event.party.key
        if any(i.code.key == code for i in event.outputs):
            consumed.clear()
        elif any(i.code.key == code for i in event.inputs):
            consumed.setdefault(holder, event)
        elif event.step in RECEIVING and event.disposition != "returned":
            if holder in consumed and not (is_lot and holder in received):
                yield Finding(
                    "chronology_conflict", event.id, code, {"consumed": consumed[holder].id}
                )
            received.add(holder)


def _ends(code: str, history: Sequence[Event]) -> Iterator[Finding]:
    """A second sale or dispensing without a return; anything after destruction. Serials only.

    An opened package (拆零, ``extra.split``) is dispensed from as often as there is something in
    it; sold whole before or after, it was sold twice.
    """
    if any(_is_lot_of(event, code) for event in history):
        return
    sold: Event | None = None
    gone: Event | None = None
    for event in history:
        if gone is not None and event.time > gone.time:
            yield Finding("event_after_end", event.id, code, {"end": gone.id})
        if event.step in _SOLD:
            if sold is not None and not _may_go_on(sold, event):
                yield Finding("sold_twice", event.id, code, {"first": sold.id})
            sold = event
        elif event.disposition == "returned":
            sold = None
        elif _destroys(event):
            gone = gone or event


def _may_go_on(first: Event, then: Event) -> bool:
    """Whether one pharmacy may have dispensed from a package twice: both are flagged (trdn_flag).

    Where no flag is stated, or the reader may not see it, nobody is blamed.
    """
    if not first.step == then.step == "dispensing" or first.party != then.party:
        return False
    flags = [event.extra.get("split") for event in (first, then)]
    return None in flags or all(flag in (True, 1, "1", "true") for flag in flags)


def _destroys(event: Event) -> bool:
    """Whether a thing is no more. EPCIS 2.0, 7.4.2.2: so says DELETE, but of a sale."""
    deleted = event.type is EventType.OBJECT and event.action is Action.DELETE
    return event.step in _DESTROYED or (deleted and event.step not in _SOLD)


def _is_lot_of(event: Event, code: str) -> bool:
    return any(i.is_lot for i in named_things(event) if i.code.key == code)


def _histories(events: Sequence[ChainEvent], codes: AbstractSet[str]) -> Mapping[str, list[Event]]:
    """The events that name each of ``codes``, in order; what else was in the box is not asked."""
    found: dict[str, list[Event]] = defaultdict(list)
    for one in events:
        event = one.stored.event
        for code in dict.fromkeys(i.code.key for i in named_things(event)):
            if code in codes:
                found[code].append(event)
    return found


def named_things(event: Event) -> Iterator[Item]:
    """What an event says something about: a pack says nothing new of the other children."""
    yield from event.children if event.type is EventType.AGGREGATION else event.things()


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
