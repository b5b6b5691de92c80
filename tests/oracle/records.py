"""The oracle's own event, and what it is in the product's words.

The oracle itself imports nothing of the product; this file alone knows both.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from suyuan.domain.codes import Code, Level
from suyuan.domain.events import (
    Action,
    Correction,
    Endpoint,
    Event,
    EventType,
    Item,
    Product,
    StoredEvent,
)
from tests.build import at

GTIN = "https://id.gs1.org/01/06901234567892"


@dataclass(frozen=True)
class Record:
    """One report. Times are days; codes, places and parties are single names.

    Codes that begin with L are lots, with S serials that may be of one, with P pallets that bear
    an SSCC. ``lot`` is the lot that a making or a commissioning names. With ``error`` the record
    declares the event of its id in error. ``source`` and ``target`` are (place, party).
    """

    id: str
    type: str  # "obj", "agg", "xf"
    t: int
    party: str
    action: str = "OBSERVE"
    rec: int = 0
    place: str | None = None
    step: str | None = None
    returned: bool = False
    items: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    parent: str | None = None
    children: tuple[str, ...] = ()
    xid: str | None = None
    source: tuple[str | None, str | None] = (None, None)  # place, party
    target: tuple[str | None, str | None] = (None, None)
    lot: str | None = None
    error: bool = False
    authority: bool = False


def code(name: str) -> Code:
    if name.startswith("L"):
        return Code(f"{GTIN}/10/{name}", "gtin_lot", Level.LOT, name)
    if name.startswith("S"):
        return Code(f"{GTIN}/21/{name}", "sgtin", Level.SERIAL, name)
    if name.startswith("P"):
        return Code(f"https://id.gs1.org/00/{name}", "sscc", Level.SERIAL, name)
    return Code(f"urn:test:{name}", "uri", Level.OPEN, name)


def name_of(key: str) -> str:
    return key.replace(":", "/").rpartition("/")[2]


def _place(name: str | None) -> Code | None:
    return None if name is None else Code(f"urn:place:{name}", "uri", Level.OTHER, name)


def _party(name: str | None) -> Code | None:
    return None if name is None else Code(f"urn:party:{name}", "uri", Level.OTHER, name)


def _items(names: tuple[str, ...]) -> tuple[Item, ...]:
    return tuple(Item(code(n), Decimal(1) if n.startswith("L") else None) for n in names)


_TYPES = {
    "obj": EventType.OBJECT,
    "agg": EventType.AGGREGATION,
    "xf": EventType.TRANSFORMATION,
}


def stored(record: Record) -> StoredEvent:
    """The record as a store holds it. Ids are URIs, and so global."""
    r = record
    event = Event(
        id=f"urn:test:{r.id}",
        party=_party(r.party) or Code(""),
        type=_TYPES[r.type],
        time=at(r.t),
        action=None if r.type == "xf" else Action(r.action),
        step=r.step,
        disposition="returned" if r.returned else None,
        place=_place(r.place),
        items=_items(r.items),
        inputs=_items(r.inputs),
        outputs=_items(r.outputs),
        parent=None if r.parent is None else code(r.parent),
        children=_items(r.children),
        source=Endpoint(_party(r.source[1]), _place(r.source[0])),
        destination=Endpoint(_party(r.target[1]), _place(r.target[0])),
        product=None if r.lot is None else Product(lot=r.lot),
        transformation=None if r.xid is None else f"urn:test:{r.xid}",
        correction=Correction(at(r.rec), "did_not_occur") if r.error else None,
    )
    content = repr((r.id, r.t, r.type, r.items, r.inputs, r.outputs, r.parent, r.children))
    return StoredEvent(event, at(r.rec), content.encode()[-16:], r.party, r.authority)
