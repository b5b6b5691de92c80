"""What an event of the city form says beyond EPCIS 2.0: members of ``urn:suyuan:epcis:``.

=================  ===============================================================================
suyuan:kind        the words of the city form, and of its ``activity`` and ``sector``
suyuan:party       the enterprise that the event is about
suyuan:product     its facts, as in the city form; likewise ``suyuan:documents``, ``suyuan:extra``
suyuan:order       the places of items in their list where EPCIS parts it in two
suyuan:spelled     URIs of the event that stand for texts which are no URIs: ``{URI: text}``
=================  ===============================================================================

The last two are about spelling: they take no part in the event hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from suyuan.domain.activities import KINDS, SECTORS
from suyuan.domain.codes import Use
from suyuan.domain.events import Item
from suyuan.wire import city_parts
from suyuan.wire.epcis_context import SUYUAN_NAMESPACE
from suyuan.wire.epcis_shapes import LIST_LIMIT, EventReading, Readers
from suyuan.wire.epcis_values import is_uri
from suyuan.wire.extra import read_extra
from suyuan.wire.reading import pointer

LISTS = ("items", "inputs", "outputs", "children")

# What may stand in the path of a URI; "%" is encoded, so that the way back is unambiguous.
_PATH = "!$&'()*+,-./:;=@_~"


def uri_of(text: str) -> str:
    """A text with a scheme as a URI: itself, or percent-encoded where it does not fit."""
    if is_uri(text) and "[" not in text:
        return text
    scheme, _, rest = text.partition(":")
    uri = f"{scheme}:{quote(rest, safe=_PATH)}"
    return uri if is_uri(uri) else f"{scheme}:{quote(rest, safe='')}"


def read_spelled(reading: EventReading, raw: Mapping[str, Any], at: str) -> Mapping[str, str]:
    """``suyuan:spelled``. It cannot make a URI stand for anything but its own spelling."""
    for prefix, namespace in reading.names.items():
        name = prefix + ":spelled"
        value = raw.get(name) if namespace == SUYUAN_NAMESPACE else None
        if value is None:
            continue
        if isinstance(value, dict) and all(map(_is_spelling, value, value.values())):
            return dict(value)
        reading.fault("spelling_wrong", pointer(at, name))
    return {}


def _is_spelling(uri: str, text: Any) -> bool:
    return isinstance(text, str) and text.isprintable() and uri_of(text) == uri


def ordered(
    reading: EventReading, items: tuple[Item, ...], order: Mapping[str, Any], name: str, at: str
) -> tuple[Item, ...]:
    """The items of a list in the places that ``suyuan:order`` gives them."""
    places = order.get(name)
    if places is None:
        return items
    if sorted(places) != list(range(len(items))):
        reading.fault("order_wrong", at + "/suyuan:order", count=len(items))
        return items
    return tuple(items[place] for place in places)


def _order(
    reading: EventReading, raw: Mapping[str, Any], name: str, at: str
) -> Mapping[str, list[int]]:
    found = reading.object(raw, name, at, frozenset(LISTS)) or {}
    here = pointer(at, name)
    for member in found:
        places = reading.array(found, member, here, LIST_LIMIT)
        if not all(type(place) is int for place in places):
            reading.fault("order_wrong", pointer(here, member), count=len(places))
            return {}
    return found


def _activity(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
    return reading.text(raw, name, at)


def _sector(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
    return reading.one_of(raw, name, at, SECTORS)


def _kind(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
    return reading.one_of(raw, name, at, KINDS)


def _party(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> Any:
    return reading.code(raw, name, at, owner=reading.owner, use=Use.PARTY)


def _skip(*_: Any) -> None:
    """A member that ``read_spelled`` has read."""


OWN: Readers = {
    "kind": _kind,
    "activity": _activity,
    "party": _party,
    "product": city_parts.read_product,
    "documents": city_parts.read_documents,
    "sector": _sector,
    "extra": read_extra,
    "order": _order,
    "spelled": _skip,
}
