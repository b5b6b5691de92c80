"""What a recall reaches: things, who has them, what could not be found out, who was told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from suyuan.domain.lookup import Hole
from suyuan.domain.reach import Reached
from suyuan.domain.shares import Affected


@dataclass(frozen=True, slots=True)
class ScopeThing:
    """A thing that a recall reaches.

    ``state`` to ``last_time`` are of its last event, ``None`` where nothing is known of it. The
    quantities are of lots whose quantities were told: all of it at worst, and its share.
    """

    code: str
    is_lot: bool
    state: str | None = None
    holder: str | None = None
    place: str | None = None
    last_time: datetime | None = None
    worst_case: Decimal | None = None
    pro_rata: Decimal | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class ScopeBalance:
    """How much of a recalled lot is where, as far as quantities are told; keys as in a chain."""

    code: str
    place: str | None
    party: str | None
    unit: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Handler:
    """A party (its key) that had to do with so many of the recalled things, whoever has them now.

    Of a lot a part may lie with everybody who ever had some of it.
    """

    party: str
    things: int


@dataclass(frozen=True, slots=True)
class Quantities:
    """What is told of quantities: of each lot downstream, and where the recalled lots are.

    ``handlers`` are all who had to do with any of it. ``whole`` is false where the walk that counts
    was cut: then nothing is counted.
    """

    whole: bool = True
    affected: tuple[Affected, ...] = ()
    balances: tuple[ScopeBalance, ...] = ()
    handlers: tuple[Handler, ...] = ()


@dataclass(frozen=True, slots=True)
class ScopeHole:
    """Questions that one subsystem left open for one reason; who answers for them, if anybody."""

    number: int
    subsystem: str
    reason: str
    questions: int
    signed_off_by: str | None = None


@dataclass(frozen=True, slots=True)
class ScopeHolder:
    """Somebody who has things that are recalled; ``None`` is for those whose holder nobody says."""

    party: str | None
    things: int
    places: int


@dataclass(frozen=True, slots=True)
class RecallNotice:
    """What one party was told of one recall, and how its webhook fared."""

    recall: UUID
    party: str
    things: int
    told_at: datetime
    acknowledged_at: datetime | None
    delivered_at: datetime | None
    attempts: int
    problem: str | None


def scope_thing(reached: Reached, quantity: Affected | None) -> ScopeThing:
    """A thing as a recall keeps it."""
    last = reached.last
    return ScopeThing(
        reached.code,
        reached.is_lot,
        last.state(is_lot=reached.is_lot).value if last else None,
        last.holder if last else None,
        last.where if last else None,
        last.time if last else None,
        quantity.worst_case if quantity else None,
        quantity.pro_rata if quantity else None,
        quantity.unit if quantity else None,
    )


def scope_holes(holes: Iterable[Hole]) -> list[ScopeHole]:
    """Open questions counted by subsystem and reason: whom to ask again, and about how much."""
    counted: dict[tuple[str, str], int] = {}
    for hole in holes:
        key = (hole.subsystem, hole.reason.value)
        counted[key] = counted.get(key, 0) + 1
    return [
        ScopeHole(number, subsystem, reason, count)
        for number, ((subsystem, reason), count) in enumerate(sorted(counted.items()), 1)
    ]
