"""How much of a lot is where: balances, movements on their way, and what transformations lost.

From the events of one lot, voids left out, in the order of docs/tracing.md ("Order", "Quantities"):

    made, or put out             the place has more
    consumed, sold, destroyed    the place has less
    shipped                      the place has less, and the rest is on its way
    received                     the place has more; the shipment before it is the same movement,
                                 and without one the place that it came from has less
    returned                     received, from the other side
    seen with a quantity         the first thing known of a place is what it had; later, nothing

Nothing is clamped and nothing invented: a balance may be negative, an event without a quantity
counts for nothing, and units that do not convert are separate accounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from suyuan.domain.events import Action, Event, EventType, Item
from suyuan.domain.lookup import Edge, Movement, Role, edges_of
from suyuan.domain.sites import Site, Sites
from suyuan.domain.transfers import ZERO, Leg, Reporter, Transfer, Transfers
from suyuan.domain.units import convert

# UN/CEFACT Recommendation 20: one, which a quantity without a unit counts.
PIECES = "C62"


@dataclass(slots=True)
class Balance:
    """What one place has of a lot."""

    code: str
    place: str | None
    party: str | None
    unit: str
    quantity: Decimal = ZERO
    known: bool = False  # something came in, so that what goes out can be held against it


@dataclass(frozen=True, slots=True)
class OverIssue:
    """More went out of a place than it had, as far as anybody told."""

    code: str
    event: str
    site: Site
    quantity: Decimal
    unit: str


@dataclass(slots=True)
class Ledger:
    """The accounts of some lots."""

    balances: list[Balance] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    over_issues: list[OverIssue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MassBalance:
    """Inputs and outputs of one transformation in one unit; ``known`` if all have a quantity."""

    transformation: str
    event: str
    unit: str
    inputs: Decimal
    outputs: Decimal
    known: bool

    @property
    def gain(self) -> Decimal:
        """What came out beyond what went in; negative is loss."""
        return self.outputs - self.inputs


Told = Sequence[tuple[Event, Sequence[Edge]]]


def with_edges(events: Iterable[Event]) -> Told:
    """Events, each with its edges: what all that is counted here is counted from."""
    return [(event, tuple(edges_of(event))) for event in events]


def ledger(told: Told, codes: Iterable[str]) -> Ledger:
    """The accounts of the lots ``codes``; ``told`` in order, each event once, no void one."""
    wanted = frozenset(codes)
    books: dict[str, _Book] = {}
    contents = _Contents()
    for event, edges in told:
        for edge in edges:
            for code, part in contents.moved(edge):
                if code in wanted:
                    books.setdefault(code, _Book(code)).enter(part, event)
        contents.note(event)
    whole = Ledger()
    for book in books.values():
        whole.balances += [b for b in book.balances.values() if b.known or b.quantity]
        whole.transfers += book.transfers.shipped
        whole.over_issues += book.over_issues
    return whole


class _Contents:
    """What is packed where, with its quantity: a pallet that moves, moves what is on it."""

    def __init__(self) -> None:
        self._inside: dict[str, dict[str, Item]] = defaultdict(dict)

    def moved(self, edge: Edge) -> Iterator[tuple[str, Edge]]:
        """The edge itself, and as it is for everything inside its code if that moved."""
        yield edge.code, edge
        if edge.role is Role.ITEM and edge.moves is not Movement.NONE:
            for code, item in self._within(edge.code, set()):
                yield code, _as_if(edge, code, item)

    def _within(self, container: str, seen: set[str]) -> Iterator[tuple[str, Item]]:
        if container in seen:
            return
        seen.add(container)
        for code, item in self._inside.get(container, {}).items():
            yield code, item
            yield from self._within(code, seen)

    def note(self, event: Event) -> None:
        if event.type is not EventType.AGGREGATION or event.parent is None:
            return
        inside = self._inside[event.parent.key]
        if event.action is Action.ADD:
            inside.update({item.code.key: item for item in event.children})
        elif event.action is Action.DELETE:
            for code in [i.code.key for i in event.children] or list(inside):
                inside.pop(code, None)


def _as_if(edge: Edge, code: str, item: Item) -> Edge:
    return Edge(
        *(code, edge.role, edge.rank, edge.time, edge.id, edge.event, edge.party, None, edge.ends),
        *(True, edge.place, edge.moves, edge.far_place, edge.far_party),
        *(item.quantity, item.unit),
    )


class _Book:
    """The accounts of one lot, entered in order."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._units: list[str] = []
        self.balances: dict[tuple[str, str], Balance] = {}
        self.transfers = Transfers()
        self._sites = Sites()
        # Which account was opened for a site in a unit, and as how manieth.
        self._by_site: dict[tuple[Site, str], tuple[int, tuple[str, str]]] = {}
        self.over_issues: list[OverIssue] = []

    def enter(self, edge: Edge, event: Event) -> None:
        if edge.quantity is None:
            return
        unit, quantity = self._in_account(edge.quantity, edge.unit or PIECES)
        site = Site(edge.place, edge.party)
        reporter = (event.kind, event.party.key)
        match edge.role:
            case Role.OUTPUT:
                self._add(site, unit, quantity)
                if edge.moves is Movement.OUT:
                    self._ship(site, edge, unit, quantity, reporter)
            case Role.INPUT:
                self._take(site, unit, quantity, edge.id)
            case Role.CHILD if event.action is Action.DELETE:
                self._arrive(site, edge, unit, quantity, reporter)
            case Role.ITEM:
                self._enter_item(site, edge, event, unit, quantity)

    def _enter_item(
        self, site: Site, edge: Edge, event: Event, unit: str, quantity: Decimal
    ) -> None:
        reporter = (event.kind, event.party.key)
        if event.action is Action.ADD:
            self._add(site, unit, quantity)
        elif edge.ends:
            self._take(site, unit, quantity, edge.id)
        elif edge.moves is Movement.OUT:
            self._ship(site, edge, unit, quantity, reporter)
        elif edge.moves is not Movement.NONE:
            self._receive(site, edge, unit, quantity, reporter)
        elif not self._account(site, unit).known and not self._account(site, unit).quantity:
            self._add(site, unit, quantity)

    def _in_account(self, quantity: Decimal, unit: str) -> tuple[str, Decimal]:
        """The unit that this lot is kept in, and the quantity in it."""
        for known in self._units:
            if known == unit:
                return known, quantity
            converted = convert(quantity, unit, known)
            if converted is not None:
                return known, converted
        self._units.append(unit)
        return unit, quantity

    def _account(self, site: Site, unit: str) -> Balance:
        where = site.place or site.party or ""
        account = self.balances.get((where, unit))
        if account is None:
            account = Balance(self._code, site.place, site.party, unit)
            self._sites.add(site)
            self._by_site[site, unit] = (len(self.balances), (where, unit))
            self.balances[where, unit] = account
        return account

    def _add(self, site: Site, unit: str, quantity: Decimal) -> None:
        account = self._account(site, unit)
        account.quantity += quantity
        account.known = True

    def _take(self, site: Site, unit: str, quantity: Decimal, event: str) -> None:
        account = self._account(site, unit)
        account.quantity -= quantity
        if account.known and account.quantity < 0:
            over = min(quantity, -account.quantity)
            self.over_issues.append(OverIssue(self._code, event, site, over, unit))

    def _ship(self, site: Site, edge: Edge, unit: str, quantity: Decimal, by: Reporter) -> None:
        """A seller and a carrier may both report one shipment."""
        target = Site(edge.far_place, edge.far_party)
        if self.transfers.is_shipped(Leg(site, target, unit), quantity, by):
            return
        self._take(site, unit, quantity, edge.id)
        self.transfers.ship(Transfer(self._code, site, target, unit, quantity, edge.id, by))

    def _receive(self, site: Site, edge: Edge, unit: str, quantity: Decimal, by: Reporter) -> None:
        """A buyer and a carrier may both report one receipt."""
        if self._arrive(site, edge, unit, quantity, by):
            return
        source = Site(edge.far_place, edge.far_party)
        if self.transfers.is_received(Leg(source, site, unit), quantity, by):
            return
        self._add(site, unit, quantity)
        if source != Site(None, None):
            self._account_at(source, unit).quantity -= quantity

    def _arrive(self, site: Site, edge: Edge, unit: str, quantity: Decimal, by: Reporter) -> bool:
        """Whether this is (a part of) what was shipped there; the oldest shipment first."""
        source = Site(edge.far_place, edge.far_party)
        arrives = self.transfers.receive(Leg(source, site, unit), quantity, by)
        if arrives:
            self._add(site, unit, quantity)
        return arrives

    def _account_at(self, site: Site, unit: str) -> Balance:
        """The account that is kept for a site, under whichever of its names; the oldest first."""
        kept = (self._by_site.get((near, unit)) for near in self._sites.near(site))
        found = min((one for one in kept if one is not None), default=None)
        return self._account(site, unit) if found is None else self.balances[found[1]]


def mass_balances(told: Told) -> list[MassBalance]:
    """What went into each transformation and what came out, by unit; halves are one."""
    nodes: dict[str, list[tuple[Event, Edge]]] = defaultdict(list)
    for event, edges in told:
        if event.type is EventType.TRANSFORMATION:
            for edge in edges:
                if edge.role in (Role.INPUT, Role.OUTPUT) and edge.other is not None:
                    nodes[edge.other].append((event, edge))
    return [b for node, parts in nodes.items() for b in _mass(node, parts)]


def _mass(node: str, parts: list[tuple[Event, Edge]]) -> Iterator[MassBalance]:
    known = all(edge.quantity is not None for _, edge in parts)
    sums: dict[str, dict[Role, Decimal]] = {}
    for _, edge in parts:
        if edge.quantity is None:
            continue
        unit, quantity = edge.unit or PIECES, edge.quantity
        for kept in sums:
            converted = convert(quantity, unit, kept)
            if converted is not None:
                unit, quantity = kept, converted
                break
        both = sums.setdefault(unit, {Role.INPUT: ZERO, Role.OUTPUT: ZERO})
        both[edge.role] += quantity
    event = parts[0][0].id
    for unit, both in sums.items():
        comparable = known and len(sums) == 1 and all(both.values())
        yield MassBalance(node, event, unit, both[Role.INPUT], both[Role.OUTPUT], comparable)
