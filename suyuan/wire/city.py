"""The city form of an event: what an ERP programmer understands in ten minutes.

Every member is explained in its JSON Schema, ``schemas/city.schema.json``. Reading lists all the
faults of an event in one go; writing gives back what reading took.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from suyuan.domain.activities import KINDS, PACK, Activity, Shape
from suyuan.domain.codes import Code, Level, Use, private
from suyuan.domain.errors import Fault, NotSayable
from suyuan.domain.events import Action, Event, EventType, Item, transformation_urn
from suyuan.domain.units import UNITS
from suyuan.wire import city_parts as parts
from suyuan.wire.city_writing import write_members
from suyuan.wire.extra import read_extra
from suyuan.wire.identity import identify_city
from suyuan.wire.reading import Reading
from suyuan.wire.temperatures import of_extra

# Owns the private codes of an event whose party cannot be read, while the rest is checked.
_NOBODY = "nobody"
_SHAPES = {
    ("items",): Shape.ITEMS,
    ("inputs",): Shape.TRANSFORMATION,
    ("outputs",): Shape.TRANSFORMATION,
    ("inputs", "outputs"): Shape.TRANSFORMATION,
    ("parent",): Shape.PACKING,
    ("children",): Shape.PACKING,
    ("parent", "children"): Shape.PACKING,
}
_SHAPE_MEMBERS = ("items", "inputs", "outputs", "parent", "children")
_SHAPE_WORDS = {
    Shape.ITEMS: "items",
    Shape.TRANSFORMATION: "inputs/outputs",
    Shape.PACKING: "parent/children",
}
_TYPES = {
    Shape.ITEMS: EventType.OBJECT,
    Shape.TRANSFORMATION: EventType.TRANSFORMATION,
    Shape.PACKING: EventType.AGGREGATION,
}


def read_event(
    raw: Any, *, index: int = 0, reporter: Code | None = None, now: datetime | None = None
) -> tuple[Event | None, list[Fault]]:
    """The event that decoded JSON tells, or every fault in it.

    ``index`` is its place in the batch, ``reporter`` the enterprise whose key posted it (``None``
    for a department, whose reports name their party), ``now`` the latest time but for a clock's
    error. An event without an id gets its CBV 2.0 event hash.
    """
    reading = Reading(index, now)
    event = read_city(reading, raw, reporter)
    if event is not None and not event.id:
        event, _ = identify_city(event)
    return event, reading.faults


def write_event(event: Event) -> dict[str, Any]:
    """The event as the city form's JSON object; members that say nothing are left out.

    Codes are spelled as they were reported where that is enough, the party short; times have the
    reported offset, quantities are strings. Reading it gives an equal event: one of which the city
    form cannot say everything (no kind, a business step that its activity does not have) raises
    ``NotSayable``.
    """
    if any(item.unit is not None and item.unit not in UNITS for item in event.things()):
        raise NotSayable
    written = write_members(event)
    if read_city(Reading(), written, event.party, event.party) != _unclassed(event):
        raise NotSayable
    return written


def read_city(
    reading: Reading, raw: Any, reporter: Code | None, party: Code | None = None
) -> Event | None:
    """As ``read_event``, the faults into ``reading`` and the id empty where none was given.

    The event is its reporter's unless it names another party; whether the caller may report for
    that one is not asked here. ``party`` overrides both for what is stored already.
    """
    fields = reading.members(raw, "", MEMBERS)
    if fields is None:
        return None
    party = party or _party(reading, fields, reporter)
    activity = _activity(reading, fields)
    shape = _shape(reading, fields, activity)
    time = reading.time(fields, "time", "", required=True)
    values = _values(reading, fields, _NOBODY if party is None else party.short)
    _check_things(reading, values, shape)
    if reading.faults or party is None or time is None or activity is None or shape is None:
        return None
    if "transformation" in values:
        values["transformation"] = transformation_urn(values["transformation"], party)
    return Event(
        party=party,
        type=_TYPES[shape],
        time=time,
        action=action_of(activity, shape, values.get("items", ())),
        kind=fields["kind"],
        activity=fields["activity"],
        step=activity.step,
        disposition=activity.disposition,
        temperature=of_extra(values.get("extra", {})),
        **values,
    )


def _party(reading: Reading, fields: Mapping[str, Any], reporter: Code | None) -> Code | None:
    if fields.get("party") is None:
        if reporter is None:
            reading.fault("party_missing", "/party")
        return reporter
    owner = None if reporter is None else reporter.short
    party = reading.code(fields, "party", "", owner=owner, use=Use.PARTY)
    if party is not None and party.key.startswith(private.NOBODYS):
        reading.fault("party_unowned", "/party", text=party.text)
    return party


def _activity(reading: Reading, fields: Mapping[str, Any]) -> Activity | None:
    kind = reading.one_of(fields, "kind", "", KINDS, required=True)
    word = reading.text(fields, "activity", "", required=True)
    if kind is None or word is None:
        return None
    activity = KINDS[kind].get(word)
    if activity is None:
        known = tuple(KINDS[kind])
        reading.fault("activity_unknown", "/activity", kind=kind, value=word, allowed=known)
    return activity


def _shape(reading: Reading, fields: Mapping[str, Any], activity: Activity | None) -> Shape | None:
    """The one shape of the report, if it has one and its activity can be told with it."""
    named = tuple([name for name in _SHAPE_MEMBERS if fields.get(name)])
    shape = _SHAPES.get(named)
    if shape is None:
        reading.fault("shape_conflict" if named else "no_code", "", found=named)
        return None
    if shape is Shape.PACKING and "parent" not in named:
        reading.fault("parent_missing", "/parent")
    if activity is not None and shape not in activity.shapes:
        allowed = tuple(_SHAPE_WORDS[each] for each in Shape if each in activity.shapes)
        word, found = fields["activity"], _SHAPE_WORDS[shape]
        reading.fault(
            "shape_not_allowed", f"/{named[0]}", activity=word, found=found, allowed=allowed
        )
    elif activity is PACK and "children" not in named:
        reading.fault("pack_without_children", "/children")
    return shape


# What reads each member, and the name of its value in an event; the first need to know whose
# private codes these may be.
_OWNED = {
    "place": ("place", parts.read_place),
    "parent": ("parent", parts.read_thing),
    "from": ("source", parts.read_endpoint),
    "to": ("destination", parts.read_endpoint),
}
_PLAIN: dict[str, tuple[str, Callable[[Reading, Mapping[str, Any], str, str], Any]]] = {
    "id": ("id", parts.read_id),
    "product": ("product", parts.read_product),
    "documents": ("documents", parts.read_documents),
    "transformation": ("transformation", Reading.text),
    "correction": ("correction", parts.read_correction),
    "sector": ("sector", parts.read_sector),
    "extra": ("extra", read_extra),
}
_LISTS = ("items", "inputs", "outputs", "children")
MEMBERS = frozenset({"kind", "activity", "time", "party", *_LISTS, *_OWNED, *_PLAIN})


def _values(reading: Reading, fields: Mapping[str, Any], owner: str) -> dict[str, Any]:
    """The event's values by their names in ``Event``, for the members that are present."""
    values: dict[str, Any] = {"id": "", "source": parts.NOWHERE, "destination": parts.NOWHERE}
    lots = _lots(fields)
    for name, value in fields.items():
        if value is None:
            continue
        if name in _LISTS:
            values[name] = parts.read_items(reading, fields, name, "", owner, lots.get(name))
        elif name in _OWNED:
            attribute, read_owned = _OWNED[name]
            values[attribute] = read_owned(reading, fields, name, "", owner)
        elif name in _PLAIN:
            attribute, read = _PLAIN[name]
            values[attribute] = read(reading, fields, name, "")
    return values


def _lots(fields: Mapping[str, Any]) -> dict[str, str]:
    """``product.lot``, by the list that it applies to: items, else outputs."""
    product = fields.get("product")
    lot = product.get("lot") if isinstance(product, dict) else None
    about = "items" if fields.get("items") else "outputs"
    return {about: lot} if isinstance(lot, str) else {}


def _check_things(reading: Reading, values: dict[str, Any], shape: Shape | None) -> None:
    """What one member says of another."""
    parent = values.get("parent")
    if parent is not None and any(child.code == parent for child in values.get("children", ())):
        reading.fault("parent_within_itself", "/children", text=parent.text)
    if "transformation" in values and shape is not Shape.TRANSFORMATION:
        reading.fault("transformation_without_change", "/transformation")


def action_of(activity: Activity, shape: Shape, items: tuple[Item, ...]) -> Action | None:
    """EPCIS 2.0, 7.3.2: a transformation has none; what ends whole things deletes them."""
    if shape is Shape.TRANSFORMATION:
        return None
    if activity.ends and shape is Shape.ITEMS and all(map(_is_whole, items)):
        return Action.DELETE
    return activity.action


def _is_whole(item: Item) -> bool:
    return not item.is_lot and item.code.level is not Level.CLASS


def _unclassed(event: Event) -> Event:
    """The event without the marks of an EPCIS quantityList, where they make no difference."""
    return replace(
        event,
        items=tuple(map(_plain, event.items)),
        inputs=tuple(map(_plain, event.inputs)),
        outputs=tuple(map(_plain, event.outputs)),
        children=tuple(map(_plain, event.children)),
    )


def _plain(item: Item) -> Item:
    plain = Item(item.code, item.quantity, item.unit)
    return plain if plain.is_lot is item.is_lot else item
