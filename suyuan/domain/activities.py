"""The words of the city form: kinds, their activities, and what each is in EPCIS 2.0 and CBV 2.0.

The shape of a report decides its event type (items: Object; inputs or outputs: Transformation;
parent: Aggregation); the activity decides the action, the business step and the disposition.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from suyuan.domain.events import Action


class Shape(Enum):
    """Which members of a report name its things; a report has exactly one shape."""

    ITEMS = "items"
    TRANSFORMATION = "transformation"
    PACKING = "packing"


@dataclass(frozen=True, slots=True)
class Activity:
    """What one activity of a kind means in CBV 2.0.

    ``ends``: a serial (never a part of a lot) is gone afterwards, so its action is DELETE.
    """

    step: str
    disposition: str | None = None
    action: Action = Action.OBSERVE
    ends: bool = False
    shapes: frozenset[Shape] = frozenset({Shape.ITEMS})


_MAKING = frozenset({Shape.ITEMS, Shape.TRANSFORMATION})
_CHANGING = frozenset({Shape.TRANSFORMATION})

PACK = Activity("packing", "in_progress", Action.ADD, shapes=frozenset({Shape.PACKING}))
UNPACK = Activity("unpacking", "in_progress", Action.DELETE, shapes=frozenset({Shape.PACKING}))

_COMMISSION = Activity("commissioning", "active", Action.ADD, shapes=_MAKING)
_RECEIVE = Activity("receiving", "in_progress")

KINDS: dict[str, dict[str, Activity]] = {
    "production": {
        "harvest": _COMMISSION,
        "slaughter": _COMMISSION,
        "process": _COMMISSION,
        "commission": _COMMISSION,
        "release": Activity("inspecting", "sellable_accessible"),
    },
    "wholesale": {
        "entry": _RECEIVE,
        "sale": Activity("shipping", "in_transit", shapes=_MAKING),
        "split": Activity("repackaging", "in_progress", shapes=_CHANGING),
        "merge": Activity("repackaging", "in_progress", shapes=_CHANGING),
    },
    "retail": {
        "receive": Activity("receiving", "sellable_accessible"),
        "sale": Activity("retail_selling", "retail_sold", ends=True),
        "return": Activity("receiving", "returned"),
        "dispense": Activity("dispensing", "dispensed", ends=True),
    },
    "import": {
        "declare": Activity("arriving", "in_progress"),
        "inspect": Activity("inspecting", "in_progress"),
        "clear": Activity("accepting", "sellable_not_accessible"),
        "release": Activity("departing", "in_transit"),
    },
    "logistics": {
        "ship": Activity("shipping", "in_transit"),
        "receive": _RECEIVE,
        "store": Activity("storing", "sellable_not_accessible"),
        "transport": Activity("transporting", "in_transit"),
    },
    "inspection": {
        "test": Activity("inspecting", "conformant"),
        "check": Activity("inspecting", "conformant"),
        "recall": Activity("holding", "recalled"),
        "destroy": Activity("destroying", "destroyed", ends=True),
    },
}
for _activities in KINDS.values():
    _activities.update(pack=PACK, unpack=UNPACK)

SECTORS = ("food", "drugs", "liquor", "produce", "inputs", "imports", "meat")
