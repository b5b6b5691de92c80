"""The movements of one lot, found by their ends: a hot lot has thousands of them."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from suyuan.domain.sites import Site, Sites

ZERO = Decimal(0)

Reporter = tuple[str | None, str]  # kind and party


@dataclass(slots=True)
class Transfer:
    """One movement of a lot: a shipment with all receipts of it, or a receipt alone."""

    code: str
    source: Site
    target: Site
    unit: str
    shipped: Decimal
    event: str
    reporter: Reporter
    received: Decimal = ZERO
    receipts: list[tuple[Decimal, Reporter]] = field(default_factory=list)

    @property
    def outstanding(self) -> Decimal:
        return self.shipped - self.received

    @property
    def unaccounted(self) -> Decimal:
        """What did not arrive with the rest; of a shipment nobody received yet, nothing."""
        return max(self.outstanding, ZERO) if self.receipts else ZERO

    @property
    def in_transit(self) -> Decimal:
        return ZERO if self.receipts else self.outstanding


class Leg(NamedTuple):
    """Between which sites something moves, and in which unit; the sites may be known in part."""

    source: Site
    target: Site
    unit: str


class Transfers:
    """The shipments of one lot in order, each with what was received of it."""

    def __init__(self) -> None:
        self.shipped: list[Transfer] = []
        self._sources = Sites()
        self._targets = Sites()
        # By leg: the places in ``shipped`` of those that are not received whole yet.
        self._open: dict[Leg, deque[int]] = defaultdict(deque)
        # By leg and quantity: who reported shipments that nobody received yet, and receipts.
        self._shippers: dict[tuple[Leg, Decimal], Counter[Reporter]] = defaultdict(Counter)
        self._receivers: dict[tuple[Leg, Decimal], set[Reporter]] = defaultdict(set)

    def ship(self, transfer: Transfer) -> None:
        """Take a shipment in."""
        leg = Leg(transfer.source, transfer.target, transfer.unit)
        self._sources.add(leg.source)
        self._targets.add(leg.target)
        if transfer.outstanding > 0:
            self._open[leg].append(len(self.shipped))
        self._shippers[leg, transfer.shipped][transfer.reporter] += 1
        self.shipped.append(transfer)

    def receive(self, leg: Leg, quantity: Decimal, by: Reporter) -> bool:
        """Count a receipt to the oldest shipment that it may be (a part of), if there is one."""
        waiting = (near for near in self._near(leg) if self._open.get(near))
        oldest = min(waiting, key=lambda near: self._open[near][0], default=None)
        if oldest is None:
            return False
        told = self.shipped[self._open[oldest][0]]
        if not told.receipts:
            self._shippers[oldest, told.shipped][told.reporter] -= 1
        told.received += quantity
        told.receipts.append((quantity, by))
        self._receivers[oldest, quantity].add(by)
        if told.outstanding <= 0:
            self._open[oldest].popleft()
        return True

    def is_shipped(self, leg: Leg, quantity: Decimal, by: Reporter) -> bool:
        """Whether somebody else told of such a shipment, and nobody received it yet."""
        told = (self._shippers.get((near, quantity), Counter()) for near in self._near(leg))
        return any(count > 0 and who != by for each in told for who, count in each.items())

    def is_received(self, leg: Leg, quantity: Decimal, by: Reporter) -> bool:
        """Whether somebody else told of such a receipt of a shipment."""
        told = (self._receivers.get((near, quantity), ()) for near in self._near(leg))
        return any(who != by for each in told for who in each)

    def _near(self, leg: Leg) -> Iterator[Leg]:
        """The legs that may be the same, as far as their sites are known."""
        for source in self._sources.near(leg.source):
            for target in self._targets.near(leg.target):
                yield Leg(source, target, leg.unit)
