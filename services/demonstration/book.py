"""The book that the sectors write in: who reports what, and which codes end with a consumer.

Times are counted in days from a fixed first day, so that the same seed gives the same city on
every machine, and all of it lies in the past.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from services.demonstration.enterprises import Enterprise
from suyuan.domain.register import CITY_TIME

FIRST_DAY = date(2025, 12, 1)
DAYS = 120

Report = dict[str, Any]
Thing = dict[str, str]


def moment(day: int, clock: str) -> datetime:
    """A time in the city: ``day`` counts from the first, ``clock`` is ``HH:MM``."""
    hour, minute = map(int, clock.split(":"))
    on = FIRST_DAY + timedelta(days=day)
    return datetime.combine(on, time(hour, minute), CITY_TIME)


def dated(day: int) -> str:
    """A day as a date."""
    return str(FIRST_DAY + timedelta(days=day))


def short(day: int) -> str:
    """A day as it stands in lot numbers: YYMMDD."""
    return f"{FIRST_DAY + timedelta(days=day):%y%m%d}"


def piece(code: str) -> Thing:
    """One thing with a code of its own."""
    return {"code": code}


def part(code: str, quantity: object, unit: str = "KGM") -> Thing:
    """So much of a lot."""
    return {"code": code, "quantity": str(quantity), "unit": unit}


def paper(kind: str, number: str, issuer: Enterprise | str, on: int) -> Mapping[str, str]:
    """A document of the day ``on``; the issuer is one of the enterprises or an office.

    A test report says that the test was passed: whatever fails one is not sold.
    """
    name = issuer.name if isinstance(issuer, Enterprise) else issuer
    told = {"type": kind, "number": number, "issuer": name, "issued_on": dated(on)}
    return told | {"result": "passed"} if kind == "test_report" else told


@dataclass(frozen=True, slots=True)
class Lorry:
    """How goods go from one to another: when they leave and arrive, and as what they are taken in.

    ``receipt`` is the kind and activity of the receipt.
    """

    leaves: datetime
    arrives: datetime
    receipt: str = "wholesale entry"


@dataclass(slots=True)
class Book:
    """Reports by reporter, in the order in which they were written.

    ``named`` are the ids of sales, by their sellers, whose purchasers are registered by name.
    """

    chance: Random
    reports: dict[str, list[Report]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    named: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def number(self, name: str) -> int:
        """The next number of a row: 1, 2, 3 …"""
        self._numbers[name] += 1
        return self._numbers[name]

    def tell(self, who: Enterprise, when: datetime, what: str, **members: Any) -> str:
        """Write one report and give its id; ``what`` is its kind and activity.

        It is of the sector of the reporter's own department, whose profile it keeps.
        """
        kind, activity = what.split(" ")
        mine = self.reports[who.uscc]
        report = {"id": f"{who.id}-{len(mine) + 1:05}", "kind": kind, "activity": activity}
        report |= {"time": when.isoformat(), "place": who.place, "sector": who.home}
        mine.append(report | {name.rstrip("_"): told for name, told in members.items()})
        return str(report["id"])

    def hand_over(
        self,
        seller: Enterprise,
        buyer: Enterprise,
        things: Sequence[Thing],
        lorry: Lorry,
        **members: Any,
    ) -> None:
        """Both sides of a sale of things that keep their codes."""
        ends = _ends(seller, buyer)
        self.tell(seller, lorry.leaves, "wholesale sale", items=list(things), **ends, **members)
        self.tell(buyer, lorry.arrives, lorry.receipt, items=list(things), **ends, **members)

    def sell_part(
        self,
        seller: Enterprise,
        buyer: Enterprise,
        source: Thing,
        sold: Thing,
        lorry: Lorry,
        **more: Any,
    ) -> None:
        """Both sides of a sale that gives the goods a new code."""
        ends = _ends(seller, buyer)
        self.tell(
            seller, lorry.leaves, "wholesale sale", inputs=[source], outputs=[sold], **ends, **more
        )
        self.tell(buyer, lorry.arrives, lorry.receipt, items=[sold], **ends, **more)

    def retail(
        self, shop: Enterprise, when: datetime, code: str, *, of: str, **members: Any
    ) -> str:
        """Sell one thing, with a code of its own, to a consumer: an end of a chain of a sector."""
        sale = self.tell(shop, when, "retail sale", items=[piece(code)], **members)
        self.ends[of].append(code)
        return sale

    def spread(self, day: int, opens: int = 8, closes: int = 20) -> datetime:
        """Some time of a day while shops are open."""
        minute = self.chance.randrange(opens * 60, closes * 60)
        return moment(day, f"{minute // 60:02}:{minute % 60:02}")

    def some(self, least: float, most: float, step: str = "0.1") -> str:
        """A quantity between two, with as many decimals as ``step``."""
        decimals = len(step.partition(".")[2])
        return f"{self.chance.uniform(least, most):.{decimals}f}"


def _ends(seller: Enterprise, buyer: Enterprise) -> Mapping[str, Mapping[str, str]]:
    return {
        "from_": {"party": seller.uscc, "place": seller.place},
        "to": {"party": buyer.uscc, "place": buyer.place},
    }
