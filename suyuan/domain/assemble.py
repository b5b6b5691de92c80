"""From a walk's trail to the chain that people read: order, sources, standing, findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from suyuan.domain import findings
from suyuan.domain.chain import (
    Certainty,
    Chain,
    ChainEvent,
    Finding,
    SourceReport,
    Standing,
    Thing,
)
from suyuan.domain.codes import Code, Level
from suyuan.domain.containment import Oddity
from suyuan.domain.events import RECEIVING, Event, StoredEvent
from suyuan.domain.lookup import Ask, Effect
from suyuan.domain.trail import Direction, Question, Reason, Trail


def assemble(question: Question, trail: Trail, sources: Sequence[SourceReport] = ()) -> Chain:
    """The chain of a finished trail, in the order of TRACING.md, rule 2."""
    events = _with_standing(_certain_or_not(_merged(trail), trail))
    return Chain(
        code=question.code,
        direction=question.direction,
        events=tuple(events),
        things=_things(question, trail, events),
        links=tuple(trail.links),
        findings=_findings(question, trail, events),
        holes=trail.holes,
        sources=tuple(sources),
        limits_hit=trail.limits_hit,
        next=trail.next,
        as_of=question.as_of,
        known_at=question.known_at,
        since=question.since,
    )


def _merged(trail: Trail) -> list[ChainEvent]:
    """One entry for each event: the same content from two reporters is one event (rule 10)."""
    groups: dict[tuple[bytes, bytes], list[StoredEvent]] = defaultdict(list)
    for stored in trail.events:
        groups[stored.event.key, stored.content].append(stored)
    merged = [_one(same, trail) for same in groups.values()]
    return sorted(merged, key=lambda e: _order(e, trail))


def _one(same: list[StoredEvent], trail: Trail) -> ChainEvent:
    first = min(same, key=lambda s: (s.record_time, s.event.party.key))
    reason = min((_reason(s, trail) for s in same), key=lambda r: r.rank)
    subsystems = frozenset().union(*(s.subsystems for s in same))
    parties = {s.event.party.key for s in same}
    said_by = "enterprise"
    if any(s.authority for s in same):
        said_by = "department"
    elif len(parties) > 1:
        said_by = "both"
    return ChainEvent(
        replace(first, subsystems=subsystems),
        reason.via,
        reason.hop,
        reason.window,
        said_by=said_by,
    )


def _reason(stored: StoredEvent, trail: Trail) -> Reason:
    return trail.reasons[stored.event.key, stored.event.party.key]


def _order(event: ChainEvent, trail: Trail) -> tuple[object, ...]:
    return _reason(event.stored, trail).edge.order


def _certain_or_not(events: Iterable[ChainEvent], trail: Trail) -> list[ChainEvent]:
    """Mark what a silent subsystem may have made wrong: a partial answer is not a subset."""
    unchecked = {h.key.key for h in trail.holes if h.effect is Effect.MAY_BE_SUPERSEDED}
    silent = {h.key.key for h in trail.holes if h.key.ask in (Ask.CODE, Ask.CONTAINER)}
    marked = []
    for one in events:
        reason = _reason(one.stored, trail)
        certainty = Certainty.CERTAIN
        if reason.open_ended and reason.stay_of and silent.intersection(reason.stay_of):
            certainty = Certainty.UNCERTAIN_END
        elif one.stored.event.key.hex() in unchecked:
            certainty = Certainty.MAY_BE_SUPERSEDED
        marked.append(replace(one, certainty=certainty))
    return marked


def _with_standing(events: list[ChainEvent]) -> list[ChainEvent]:
    """Evidenced: both ends of a movement reported it, a department vouches, a document is there."""
    return [_stand(one, events) for one in events]


def _stand(one: ChainEvent, events: Sequence[ChainEvent]) -> ChainEvent:
    said_by = one.said_by
    if said_by == "enterprise" and _other_end(one.stored.event, events):
        said_by = "both"
    supported = said_by != "enterprise" or bool(one.stored.event.documents)
    standing = Standing.EVIDENCED if supported else Standing.ASSERTED
    return replace(one, said_by=said_by, standing=standing)


def _other_end(event: Event, events: Sequence[ChainEvent]) -> bool:
    """Whether the other party of a movement reported its own end of it."""
    if event.step == "shipping":
        return any(_is_movement(event, e.stored.event) for e in events)
    if event.step in RECEIVING:
        return any(_is_movement(e.stored.event, event) for e in events)
    return False


def _is_movement(shipment: Event, receipt: Event) -> bool:
    """One movement: the same thing, and one end names the other (a buyer may be hidden here)."""
    ends = shipment.step == "shipping" and receipt.step in RECEIVING
    named = shipment.destination.party == receipt.party or receipt.source.party == shipment.party
    if not ends or not named or shipment.party == receipt.party:
        return False
    codes = {i.code.key for i in shipment.things()}
    return not codes.isdisjoint(i.code.key for i in receipt.things())


def _things(question: Question, trail: Trail, events: Sequence[ChainEvent]) -> tuple[Thing, ...]:
    """Every thing on the trail and every container around one, with the name that was reported."""
    codes = {question.code.key: question.code}
    names: dict[str, str] = {}
    for event in (one.stored.event for one in events):
        for item in event.things():
            codes.setdefault(item.code.key, item.code)
        if event.product is not None and event.product.name:
            for item in event.outputs or event.items:
                names.setdefault(item.code.key, event.product.name)
    linked = (end for link in trail.links for end in (link.from_, link.to))
    shown = dict.fromkeys((question.code.key, *trail.things, *linked))
    return tuple(
        Thing(code, _level(code, is_lot=trail.things.get(code.key, False)), names.get(code.key))
        for code in (codes.get(key, Code(key, text=key)) for key in shown)
    )


def _level(code: Code, *, is_lot: bool) -> str:
    if code.level in (Level.CLASS, Level.LOT, Level.SERIAL):
        return code.level.value
    return Level.LOT.value if is_lot else Level.SERIAL.value


def _findings(
    question: Question, trail: Trail, events: Sequence[ChainEvent]
) -> tuple[Finding, ...]:
    code = question.code
    if code.level is Level.CLASS:
        return (Finding("class_level", code=code.key),)
    if not events:
        windowed = question.as_of or question.since or question.known_at
        known = trail.reasons or trail.holes or windowed
        return () if known else (Finding("unknown_code", code=code.key),)
    found = [_oddity(o) for o in trail.oddities]
    on_trail = {*trail.things, *(end for k in trail.links for end in (k.from_, k.to))}
    found += findings.contradictions(events, on_trail)
    found += [
        Finding("conflict", trail.reasons[ref].edge.id, params={"reporters": [ref[1]]})
        for ref in sorted(trail.disputed)
    ]
    # A chain that was cut, or that looks down only, lacks what came before by its own question.
    if question.direction is not Direction.DOWN and question.since is None:
        found += findings.gaps(events, trail.links, on_trail)
    return tuple(_unique(found))


def _oddity(oddity: Oddity) -> Finding:
    """What the walk itself found odd; how a lot came to where it was used is a gap."""
    edge = oddity.edge
    if oddity.type == "gap":
        return Finding("gap", edge.id, edge.code, {"missing": "movement"})
    return Finding(oddity.type, edge.id, edge.code, {"container": oddity.container})


def _unique(found: Iterable[Finding]) -> Iterable[Finding]:
    seen: dict[tuple[str, str | None, str | None], Finding] = {}
    for one in found:
        seen.setdefault((one.type, one.event, one.code), one)
    return seen.values()
