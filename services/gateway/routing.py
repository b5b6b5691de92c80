"""Where a report goes: to the subsystem of its sector, else to its reporter's home."""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from services.gateway.registry import Registry
from suyuan.domain.caller import Caller
from suyuan.domain.errors import Fault, TooLarge
from suyuan.wire.bodies import Body, encode

_EVENT_LISTS = (
    ("epcisBody", "eventList"),
    ("epcisBody", "queryResults", "resultsBody", "eventList"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """The reports that go to one subsystem; ``indexes`` are their places in the whole batch."""

    body: bytes
    media_type: str
    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Routes:
    """A batch by subsystem. ``whole`` is set when all of it goes to one, as it was sent."""

    parts: dict[str, Part]
    faults: tuple[Fault, ...]


def route(
    body: bytes, media_type: str, caller: Caller, registry: Registry, *, max_events: int
) -> Routes:
    """Sort the reports of a body.

    Raises what ``Body`` raises for one that holds none, and TooLarge past ``max_events``.
    """
    units = [unit for value in _values(body, media_type) for unit in _units(value)]
    if len(units) > max_events:
        raise TooLarge("batch_too_large", limit=max_events, count=len(units))
    faults: list[Fault] = []
    malformed = 0
    found: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for index, (sector, unit) in enumerate(units):
        malformed += isinstance(unit, Fault)
        target = unit if isinstance(unit, Fault) else _target(sector, caller, registry)
        if isinstance(target, Fault):
            faults.append(Fault(target.code, target.pointer, target.params, index))
        else:
            found[target].append((index, unit))
    # A line that is no JSON concerns nobody: whoever gets the rest tells of all its faults at once.
    if len(found) == 1 and len(faults) == malformed:
        (only,) = found
        return Routes({only: Part(body, media_type, tuple(range(len(units))))}, ())
    parts = {
        name: Part(
            encode([unit for _, unit in chosen]).encode(),
            "application/json",
            tuple(index for index, _ in chosen),
        )
        for name, chosen in found.items()
    }
    return Routes(parts, tuple(faults))


def _values(body: bytes, media_type: str) -> list[Any]:
    """The values of a body as the subsystem will read them; a ``Fault`` for a line that is none."""
    # How many there may be is for the subsystem to say, which counts what is in documents too.
    texts = Body(body, media_type, sys.maxsize)
    return [texts.value(place) for place in range(len(texts.texts))]


def _units(value: Any) -> list[tuple[Any, Any]]:
    """Each report in a value with its sector; the events of an EPCIS document one by one."""
    if not isinstance(value, dict):
        return [(None, value)]
    if "@context" not in value:
        return [(value.get("sector"), value)]
    events = _event_list(value)
    if events is None:
        return [(value.get("suyuan:sector"), value)]
    return [(_epcis_sector(event), _standing_alone(event, value)) for event in events]


def _event_list(document: dict[str, Any]) -> list[Any] | None:
    for path in _EVENT_LISTS:
        found: Any = document
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, list):
            return found
    return None


def _epcis_sector(event: Any) -> Any:
    return event.get("suyuan:sector") if isinstance(event, dict) else None


def _standing_alone(event: Any, document: dict[str, Any]) -> Any:
    """The document around one event of it: it keeps the context that gives its members meaning."""
    frame = {k: v for k, v in document.items() if k not in ("epcisBody", "id")}
    return {**frame, "type": "EPCISDocument", "epcisBody": {"eventList": [event]}}


def _target(sector: Any, caller: Caller, registry: Registry) -> str | Fault:
    if isinstance(sector, str) and sector:
        member = registry.for_sector(sector)
        if member is not None:
            return member.id
        known = sorted(s for m in registry for s in m.sectors)
        return Fault("sector_not_federated", "/sector", {"sector": sector, "allowed": known})
    if caller.home is not None and registry.get(caller.home) is not None:
        return caller.home
    return Fault("sector_missing", "/sector")
