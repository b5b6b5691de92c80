"""Where a report goes: to the subsystem of its sector, else to its reporter's home."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.gateway.registry import Registry
from suyuan.domain.caller import Caller
from suyuan.domain.errors import Fault, TooLarge
from suyuan.wire.bodies import Body, encode
from suyuan.wire.epcis_context import SUYUAN_NAMESPACE, SUYUAN_PREFIX, entries, namespaces
from suyuan.wire.reading import pointer

_EVENT_LISTS = (
    ("epcisBody", "eventList"),
    ("epcisBody", "queryResults", "resultsBody", "eventList"),
)
# Where an event lies in the document that is made around it alone.
_ALONE = "/epcisBody/eventList/0"


@dataclass(frozen=True, slots=True)
class _Unit:
    """One report of a batch. ``value`` is what to send on, or the fault of a line that is no JSON.

    ``at`` is the pointer of an event in the document it was sent in, empty for any other report;
    ``sector_at`` that of its sector.
    """

    value: Any
    sector: Any = None
    sector_at: str = "/sector"
    at: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The reports that go to one subsystem; ``indexes`` are their places in the whole batch.

    ``ats`` are the places in their documents of events that were taken out of them.
    """

    body: bytes
    media_type: str
    indexes: tuple[int, ...]
    ats: tuple[str, ...]

    def sent(self, fault: Mapping[str, Any]) -> dict[str, Any]:
        """A fault of this part, as JSON, with its place in what was sent to the gateway."""
        place = fault["index"]
        found = {**fault, "index": self.indexes[place]}
        if self.ats[place] and fault["pointer"].startswith(_ALONE):
            found["pointer"] = self.ats[place] + fault["pointer"].removeprefix(_ALONE)
        return found

    def told(self, advice: Mapping[str, Any]) -> dict[str, Any]:
        """Advice about this part with its index in the whole; it points into the event itself."""
        return {**advice, "index": self.indexes[advice["index"]]}


@dataclass(frozen=True, slots=True)
class Routes:
    """A batch by subsystem. ``only`` is the one that all of it goes to, as it was sent."""

    parts: dict[str, Part]
    faults: tuple[Fault, ...] = ()
    only: str | None = None


def route(
    body: bytes, media_type: str, caller: Caller, registry: Registry, *, max_events: int
) -> Routes:
    """Sort the reports of a body.

    Raises what ``Body`` raises for one that holds none, and TooLarge past ``max_events``.
    """
    values = _values(body, media_type)
    units = [unit for value in values for unit in _units(value)]
    if len(units) > max_events:
        raise TooLarge("batch_too_large", limit=max_events, count=len(units))
    if values and not units:  # documents without any event: what is wrong with them is told at home
        units = [_Unit(value) for value in values]
    faults: list[Fault] = []
    malformed = 0
    found: dict[str, list[int]] = defaultdict(list)
    for index, unit in enumerate(units):
        malformed += isinstance(unit.value, Fault)
        target = unit.value if isinstance(unit.value, Fault) else _target(unit, caller, registry)
        if isinstance(target, Fault):
            faults.append(Fault(target.code, target.pointer, target.params, index))
        else:
            found[target].append(index)
    # A line that is no JSON concerns nobody: whoever gets the rest tells of all its faults at once.
    if len(found) == 1 and len(faults) == malformed:
        (only,) = found
        ats = ("",) * len(units)
        return Routes({only: Part(body, media_type, tuple(range(len(units))), ats)}, (), only)
    return Routes({name: _part(units, places) for name, places in found.items()}, tuple(faults))


def _part(units: Sequence[_Unit], places: Sequence[int]) -> Part:
    chosen = [units[place] for place in places]
    body = encode([unit.value for unit in chosen]).encode()
    return Part(body, "application/json", tuple(places), tuple(unit.at for unit in chosen))


def _values(body: bytes, media_type: str) -> list[Any]:
    """The values of a body as the subsystem will read them; a ``Fault`` for a line that is none."""
    # How many there may be is for the subsystem to say, which counts what is in documents too.
    texts = Body(body, media_type, sys.maxsize)
    return [texts.value(place) for place in range(len(texts.texts))]


def _units(value: Any) -> Iterable[_Unit]:
    """Each report in a value with its sector; the events of an EPCIS document one by one."""
    if not isinstance(value, dict):
        return [_Unit(value)]
    if "@context" not in value:
        return [_Unit(value, value.get("sector"))]
    found = _event_list(value)
    if found is None:
        return [_Unit(value, *_own_sector(value, _prefixes(value["@context"]), ""))]
    return _events(value, *found)


def _events(document: dict[str, Any], at: str, events: list[Any]) -> Iterator[_Unit]:
    frame = {k: v for k, v in document.items() if k not in ("epcisBody", "id")}
    frame["type"] = "EPCISDocument"
    known = _prefixes(document["@context"])
    for place, event in enumerate(events):
        here = f"{at}/{place}"
        # The document around one event of it keeps the context that gives its members meaning.
        alone = {**frame, "epcisBody": {"eventList": [event]}}
        if not isinstance(event, dict):
            yield _Unit(alone, None, here, here)
            continue
        own = event.get("@context")
        prefixes = known if own is None else _prefixes([*entries(document["@context"]), own])
        yield _Unit(alone, *_own_sector(event, prefixes, here), here)


def _event_list(document: dict[str, Any]) -> tuple[str, list[Any]] | None:
    """The events of a document, and where in it they are."""
    for path in _EVENT_LISTS:
        found: Any = document
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, list):
            return "/" + "/".join(path), found
    return None


def _prefixes(context: Any) -> tuple[str, ...]:
    """The prefixes that a context gives our namespace."""
    flat = [each for entry in entries(context) for each in entries(entry)]
    return tuple(p for p, name in namespaces(flat).items() if name == SUYUAN_NAMESPACE)


def _own_sector(event: dict[str, Any], prefixes: Sequence[str], at: str) -> tuple[Any, str]:
    """The sector that an EPCIS event states, and where it does or might."""
    members = [f"{prefix}:sector" for prefix in prefixes]
    for name in members:
        if name in event:
            return event[name], pointer(at, name)
    return None, pointer(at, members[0] if members else f"{SUYUAN_PREFIX}:sector")


def _target(unit: _Unit, caller: Caller, registry: Registry) -> str | Fault:
    sector = unit.sector
    if isinstance(sector, str) and sector:
        member = registry.for_sector(sector)
        if member is not None:
            return member.id
        known = sorted(s for m in registry for s in m.sectors)
        return Fault("sector_not_federated", unit.sector_at, {"sector": sector, "allowed": known})
    if caller.home is not None and registry.get(caller.home) is not None:
        return caller.home
    return Fault("sector_missing", unit.sector_at)
