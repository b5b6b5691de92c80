"""Reading the shapes of EPCIS 2.0 JSON: objects, arrays, and members of other namespaces.

A reader takes the reading, the object, the member's name and the object's pointer, gives the
checked value, or ``None`` with a fault noted. Tables of readers say what an object may hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any, TypeAlias

from suyuan.wire.epcis_context import SCHEMES, SUYUAN_NAMESPACE
from suyuan.wire.reading import NAME_LIMIT, Reading, pointer

# An event names the things of a truck, a train at most.
LIST_LIMIT = 100_000
TEXT_LIMIT = 10_000
# Foreign members are kept and not understood. The deepest example of the standard has 8 levels.
DEPTH_LIMIT = 32
VALUES_LIMIT = 5_000
# Python writes out integers of at most 4,300 digits, and nobody measures with more than these.
NUMBER_LIMIT = 400

_MALIGN = re.compile("[\x00\ud800-\udfff]")


class EventReading(Reading):
    """One event being read.

    ``names``      prefix to namespace, of the event's context
    ``closed``     whether those are all prefixes; a context that is not pinned may have more
    ``owner``      short form of the reporter, whose private codes a party may be named by
    ``spelled``    URIs that stand for texts which are no URIs (``epcis_own``)
    ``values``     how many values foreign members have held so far
    ``respelled``  whether a standard word was sent in another spelling than the bare one
    """

    __slots__ = ("closed", "names", "owner", "respelled", "spelled", "values")

    def __init__(
        self, index: int, now: datetime | None, names: Mapping[str, str], *, closed: bool
    ) -> None:
        super().__init__(index, now)
        self.names = names
        self.closed = closed
        self.owner: str | None = None
        self.spelled: Mapping[str, str] = {}
        self.respelled = False
        self.values = 0


Reader: TypeAlias = Callable[[EventReading, Mapping[str, Any], str, str], Any]
Readers: TypeAlias = Mapping[str, Reader]

_NOTHING: Readers = {}


def read_members(
    reading: EventReading,
    raw: Mapping[str, Any],
    at: str,
    readers: Readers,
    own: Readers = _NOTHING,
) -> dict[str, Any]:
    """The checked values of an object's members, by name; those of other namespaces are bounded.

    ``own`` reads members of Suyuan's namespace, which are found under ``suyuan:`` and their local
    name whatever their prefix is.
    """
    found: dict[str, Any] = {}
    for name, value in raw.items():
        reader = readers.get(name)
        if reader is not None:
            if value is None:
                reading.fault("null_member", pointer(at, name))
            else:
                found[name] = reader(reading, raw, name, at)
            continue
        prefix, colon, local = name.partition(":")
        namespace = reading.names.get(prefix)
        if colon and namespace == SUYUAN_NAMESPACE and local in own:
            found["suyuan:" + local] = own[local](reading, raw, name, at)
        elif not colon or namespace == SUYUAN_NAMESPACE:
            reading.fault("unknown_member", pointer(at, name), field=name[:NAME_LIMIT])
        elif namespace is None and reading.closed and prefix not in SCHEMES:
            reading.fault("prefix_unknown", pointer(at, name), prefix=prefix[:NAME_LIMIT])
        else:
            foreign(reading, raw, name, at)
    return found


def require(reading: EventReading, raw: Mapping[str, Any], at: str, *names: str) -> None:
    """Notes a fault for each of the names that the object has no member of."""
    for name in names:
        if name not in raw:
            reading.fault("missing", pointer(at, name), field=name)


def an_object(readers: Readers, *required: str) -> Reader:
    """A member that is an object: its members' checked values by name."""

    def read(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> Any:
        value, here = raw[name], pointer(at, name)
        if not isinstance(value, dict):
            reading.fault("not_object", here)
            return None
        require(reading, value, here, *required)
        return read_members(reading, value, here, readers)

    return read


def an_array(read_entry: Callable[[EventReading, Any, str], Any], *, least: int = 0) -> Reader:
    """A member that is an array: the checked values of its entries, faulty ones left out."""

    def read(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> list[Any]:
        values = reading.array(raw, name, at, LIST_LIMIT)
        if least and not values and raw[name] == []:
            reading.fault("array_empty", pointer(at, name))
        found = [
            read_entry(reading, value, f"{at}/{name}/{place}") for place, value in enumerate(values)
        ]
        return [entry for entry in found if entry is not None]

    return read


def entry(
    readers: Readers, *required: str, sealed: bool = False
) -> Callable[[EventReading, Any, str], Any]:
    """An entry of an array that is an object: its members' checked values by name.

    ``sealed``: the schema lets it have no members of other namespaces either.
    """

    def read(reading: EventReading, value: Any, at: str) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            reading.fault("not_object", at)
            return None
        require(reading, value, at, *required)
        if sealed and not value.keys() <= readers.keys():
            refuse_unknown(reading, value, at, readers)
        return read_members(reading, value, at, readers)

    return read


def refuse_unknown(
    reading: EventReading, value: Mapping[str, Any], at: str, readers: Readers
) -> None:
    """Notes a fault for each member of another namespace."""
    for name in value:
        if name not in readers and ":" in name:
            reading.fault("unknown_member", pointer(at, name), field=name[:NAME_LIMIT])


# --- Members of other namespaces ----------------------------------------------------------------


def foreign(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> Any:
    """A member of a namespace that is not read here: kept as it is, if it is bounded."""
    value, start = raw[name], pointer(at, name)
    if isinstance(value, str) and len(value) <= TEXT_LIMIT and value.isprintable():
        return value
    stack: list[tuple[Any, str, int]] = [(value, start, 0)]
    while stack:
        container, here, depth = stack.pop()
        if not isinstance(container, dict | list):
            is_bounded(reading, container, here)
            continue
        reading.values += len(container)
        if reading.values > VALUES_LIMIT:
            reading.fault("object_too_large", start, limit=VALUES_LIMIT)
            return None
        if depth >= DEPTH_LIMIT:
            reading.fault("object_too_deep", here, limit=DEPTH_LIMIT)
            return None
        for key, member in _entries(container):
            if isinstance(key, str):
                is_bounded(reading, key, here)
            stack.append((member, pointer(here, key), depth + 1))
    return value


def _entries(container: Any) -> Iterator[tuple[str | int, Any]]:
    return iter(container.items()) if isinstance(container, dict) else enumerate(container)


def is_bounded(reading: EventReading, value: Any, at: str) -> bool:
    """Whether a text or number can be stored and written; notes a fault if not."""
    if isinstance(value, str):
        malign = _MALIGN.search(value)
        if malign is not None:
            reading.fault("text_control", at, position=malign.start() + 1)
        elif len(value) > TEXT_LIMIT:
            reading.fault("text_too_long", at, limit=TEXT_LIMIT, length=len(value))
        else:
            return True
        return False
    if _is_plain(value):
        return True
    reading.fault("number_out_of_range", at, limit=NUMBER_LIMIT)
    return False


def _is_plain(value: Any) -> bool:
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return isinstance(exponent, int) and max(-exponent, value.adjusted()) < NUMBER_LIMIT
    if isinstance(value, float):
        return isfinite(value)
    return not isinstance(value, int) or value.bit_length() < 3 * NUMBER_LIMIT
