"""The meal of one walk: greens from a farm, fried with rice in a supermarket's kitchen.

Its lots are new each time and made of nothing that others use, so that the walk may be taken over
and over and leaves every other chain as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from services.demonstration import codes
from services.demonstration.book import Report, part
from services.demonstration.enterprises import Enterprise, named

# The README's supermarket, its shop with the kitchen, and its product.
COOK = "91350203MADEMA050R"
_KITCHEN = "9521234900054"
_RICE = "(01)09521234000044"


@dataclass(frozen=True, slots=True)
class Meal:
    """One portion by its ``code``, the lot of ``greens`` in it, what farm and kitchen report."""

    code: str
    greens: str
    farm: Enterprise
    farms: list[Report]
    kitchens: list[Report]

    @classmethod
    def cooked(cls, now: datetime) -> Self:
        """One that was harvested, sold, received and cooked in the three hours before ``now``."""
        (farm,) = named("farm_jimei")
        lot = f"T{now:%y%m%d%H%M%S%f}"
        code = f"{_RICE}(10){lot}"
        picked = codes.own(farm.uscc, lot)
        greens = [part(picked, "0.2")]
        way = {
            "from": {"party": farm.uscc, "place": farm.place},
            "to": {"party": COOK, "place": _KITCHEN},
        }
        rice = [{"code": code, "quantity": "1"}]

        def told(hours: int, what: str, place: str, **members: Any) -> Report:
            kind, activity = what.split(" ")
            time = (now - timedelta(hours=hours)).isoformat(timespec="seconds")
            report = {"id": f"tour-{lot}-{activity}", "kind": kind, "activity": activity}
            return {**report, "time": time, "place": place, **members}

        facts = {"name": "青菜 Greens", "origin": farm.zh}
        promise = {"type": "commitment_certificate", "number": f"DEMO-{lot}", "issuer": farm.name}
        dish = {"name": "青菜炒饭 Fried rice with greens"}
        return cls(
            code,
            picked,
            farm,
            [
                told(3, "production harvest", farm.place, items=greens, product=facts),
                told(2, "wholesale sale", farm.place, items=greens, documents=[promise], **way),
            ],
            [
                told(1, "logistics receive", _KITCHEN, items=greens, **way),
                told(0, "production process", _KITCHEN, inputs=greens, outputs=rice, product=dish),
            ],
        )
