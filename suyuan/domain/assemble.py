"""From a walk's trail to the chain that people read: order, sources, standing, findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from suyuan.domain import findings
from suyuan.domain.balances import Ledger, MassBalance, ledger, mass_balances, with_edges
from suyuan.domain.chain import (
    PROFILE_BREACH,
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
from suyuan.domain.lookup import Ask, Effect, Hole
from suyuan.domain.shares import affected
from suyuan.domain.trail import Direction, Question, Reason, Trail


def assemble(question: Question, trail: Trail, sources: Sequence[SourceReport] = ()) -> Chain:
    """The chain of a finished trail, in the order of docs/tracing.md, "Order"."""
    events = _events(trail)
    told = with_edges(one.stored.event for one in events)
    accounts = ledger(told, [question.code.key])
    masses = tuple(mass_balances(told))
    down = question.direction in (Direction.DOWN, Direction.BOTH)
    return Chain(
        code=question.code,
        direction=question.direction,
        events=tuple(events),
        things=_things(question, trail, events),
        links=tuple(trail.links),
        findings=tuple(
            _unique(
                (
                    *_findings(question, trail, events),
                    *_quantity_findings(question, trail, accounts, masses),
                    *_breaches(events),
                )
            )
        ),
        holes=trail.holes,
        sources=tuple(sources),
        limits_hit=trail.limits_hit,
        next=trail.next,
        as_of=question.as_of,
        known_at=question.known_at,
        since=question.since,
        ledger=accounts,
        masses=masses,
        affected=tuple(affected(told, question.code)) if down else (),
    )


def _events(trail: Trail) -> list[ChainEvent]:
    """One entry for each event: the same content from two reporters is one event."""
    groups = list(_versions(trail.events))
    doubts = _Doubts(trail.holes)
    ends = _OtherEnds(same[0].event for same in groups)
    told = [_one(same, trail, doubts, ends) for same in groups]
    told.sort(key=lambda one: one[0].edge.order)
    return [event for _, event in told]


def _versions(events: Iterable[StoredEvent]) -> Iterator[list[StoredEvent]]:
    """The reports of each event, those with the same content together."""
    of_key: dict[bytes, list[list[StoredEvent]]] = defaultdict(list)
    for stored in events:
        versions = of_key[stored.event.key]
        same = next((v for v in versions if _say_the_same(v[0], stored)), None)
        if same is None:
            versions.append([stored])
        else:
            same.append(stored)
    return chain.from_iterable(of_key.values())


def _say_the_same(one: StoredEvent, other: StoredEvent) -> bool:
    """Whether two reports differ in nothing but who reports: the city form names the reporter."""
    return (
        one.content == other.content or replace(one.event, party=other.event.party) == other.event
    )


def _one(
    same: list[StoredEvent], trail: Trail, doubts: _Doubts, ends: _OtherEnds
) -> tuple[Reason, ChainEvent]:
    first = min(same, key=lambda s: (s.record_time, s.event.party.key))
    reasons = [(trail.reasons[s.event.key, s.event.party.key], s) for s in same]
    reason = min((r for r, _ in reasons), key=lambda r: r.rank)
    own = next(r for r, s in reasons if s is first)
    if len(same) > 1:
        subsystems = frozenset().union(*(s.subsystems for s in same))
        breaches = tuple(dict.fromkeys(b for s in same for b in s.breaches))
        first = replace(first, subsystems=subsystems, breaches=breaches)
    said_by = _said_by(same, ends)
    supported = said_by != "enterprise" or bool(first.event.documents)
    return own, ChainEvent(
        first,
        reason.via,
        reason.hop,
        reason.window,
        doubts.about(own, first.event),
        Standing.EVIDENCED if supported else Standing.ASSERTED,
        said_by,
    )


def _said_by(same: list[StoredEvent], ends: _OtherEnds) -> str:
    if any(s.authority for s in same):
        return "department"
    several = len({s.event.party.key for s in same}) > 1
    return "both" if several or ends.reported(same[0].event) else "enterprise"


class _Doubts:
    """What a silent subsystem may have made wrong: a partial answer is not a subset."""

    def __init__(self, holes: Iterable[Hole]) -> None:
        told = list(holes)
        self._unchecked = {h.key.key for h in told if h.effect is Effect.MAY_BE_SUPERSEDED}
        self._silent = {h.key.key for h in told if h.key.ask in (Ask.CODE, Ask.CONTAINER)}

    def about(self, reason: Reason, event: Event) -> Certainty:
        if reason.open_ended and reason.stay_of and self._silent.intersection(reason.stay_of):
            return Certainty.UNCERTAIN_END
        if self._unchecked and event.key.hex() in self._unchecked:
            return Certainty.MAY_BE_SUPERSEDED
        return Certainty.CERTAIN


class _Ends:
    """One end of movements: of each thing who told of it, and who told of it naming whom."""

    def __init__(self) -> None:
        self.tellers: set[tuple[str, Code]] = set()
        self.naming: dict[tuple[str, Code | None], set[Code]] = defaultdict(set)

    def add(self, event: Event, named: Code | None) -> None:
        for item in event.things():
            self.tellers.add((item.code.key, event.party))
            self.naming[item.code.key, named].add(event.party)

    def have(self, event: Event, named: Code | None) -> bool:
        """Whether another party told of this end of the movement of which ``event`` tells one.

        It is the one that the event names, or one that names the event's party.
        """
        return any(
            (named != event.party and named is not None and (item.code.key, named) in self.tellers)
            or self.naming.get((item.code.key, event.party), set()) - {event.party}
            for item in event.things()
        )


class _OtherEnds:
    """Whether the other party of a movement reported its own end of it."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._shipments = _Ends()
        self._receipts = _Ends()
        for event in events:
            if event.step == "shipping":
                self._shipments.add(event, event.destination.party)
            elif event.step in RECEIVING:
                self._receipts.add(event, event.source.party)

    def reported(self, event: Event) -> bool:
        """One movement: the same thing, and one end names the other (a buyer may be hidden)."""
        if event.step == "shipping":
            return self._receipts.have(event, event.destination.party)
        return event.step in RECEIVING and self._shipments.have(event, event.source.party)


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
    if not events and trail.voided:
        return (Finding("voided_code", code=code.key),)
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
    # A chain that was cut, that goes on behind an earlier part, or that looks down only, lacks what
    # came before by its own question.
    if question.direction is not Direction.DOWN and question.since is None and not question.after:
        found += findings.gaps(events, trail.links, on_trail)
        if not trail.holes and not trail.limits_hit:  # else who is silent may have told
            found += findings.assertions(events, trail.links, on_trail)
    return tuple(found)


def _quantity_findings(
    question: Question, trail: Trail, accounts: Ledger, masses: Iterable[MassBalance]
) -> Iterator[Finding]:
    """Of what is told whole alone: from a part of the events nothing follows."""
    if trail.holes or trail.limits_hit or question.since is not None or question.after:
        return
    for transfer in accounts.transfers:
        if transfer.unaccounted:
            missing = {"quantity": f"{transfer.unaccounted:f}", "unit": transfer.unit}
            yield Finding("unaccounted", transfer.event, transfer.code, missing)
    for over in accounts.over_issues:
        more = {"quantity": f"{over.quantity:f}", "unit": over.unit}
        yield Finding("over_issue", over.event, over.code, more)
    for mass in masses:
        if mass.known and mass.gain > 0:
            gained = {"quantity": f"{mass.gain:f}", "unit": mass.unit}
            yield Finding("mass_gain", mass.event, None, gained)


def _breaches(events: Iterable[ChainEvent]) -> Iterator[Finding]:
    """What events did not keep of their sector's profile when they came in."""
    for stored in (one.stored for one in events):
        for breach in stored.breaches:
            told = {"zh": breach.zh, "en": breach.en}
            params = {"rule": breach.rule, "profile": breach.profile, "told": told}
            yield Finding(PROFILE_BREACH, stored.event.id, None, params)


def _oddity(oddity: Oddity) -> Finding:
    """What the walk itself found odd; how a lot came to where it was used is a gap."""
    edge = oddity.edge
    if oddity.type == "gap":
        return Finding("gap", edge.id, edge.code, {"missing": "movement"})
    return Finding(oddity.type, edge.id, edge.code, {"container": oddity.container})


def _unique(found: Iterable[Finding]) -> Iterable[Finding]:
    seen: dict[tuple[str, str | None, str | None, Any], Finding] = {}
    for one in found:
        seen.setdefault((one.type, one.event, one.code, one.params.get("rule")), one)
    return seen.values()
