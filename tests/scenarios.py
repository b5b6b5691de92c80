"""The scenarios of the tracing semantics (``scenarios.json``), as events of one reporter."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from suyuan.domain.codes import Code, Level
from suyuan.domain.events import Action, Correction, Event, EventType, Item, StoredEvent

DAY_ZERO = datetime(2026, 1, 1, tzinfo=UTC)
PARTY = Code("urn:suyuan:cn:91350100M000100Y43", "uscc", Level.OTHER)


def day(t: float | None) -> datetime | None:
    return None if t is None else DAY_ZERO + timedelta(days=t)


@dataclass(frozen=True)
class Scenario:
    name: str
    stored: tuple[StoredEvent, ...]
    checks: tuple[dict[str, Any], ...]


FILE = Path(__file__).with_name("scenarios.json")


def load() -> list[Scenario]:
    return [
        Scenario(s["name"], tuple(_stored(e) for e in s["events"]), tuple(s["checks"]))
        for s in json.loads(FILE.read_text("utf-8"))
    ]


def thing(name: str) -> Code:
    return Code(f"urn:suyuan:91350100M000100Y43:{name}", "private", Level.OPEN, name)


def _stored(raw: dict[str, Any]) -> StoredEvent:
    return StoredEvent(
        event(raw),
        day(raw.get("rec", raw["t"])) or DAY_ZERO,
        str(sorted((k, v) for k, v in raw.items() if k not in ("rec", "sources"))).encode()[-16:],
        "test",
        subsystems=frozenset(raw.get("sources", ())),
    )


_TYPES = {
    "obj": EventType.OBJECT,
    "agg": EventType.AGGREGATION,
    "xf": EventType.TRANSFORMATION,
}


def event(raw: dict[str, Any]) -> Event:
    """A scenario's event in the domain's form."""

    def items(name: str) -> tuple[Item, ...]:
        return tuple(Item(thing(c)) for c in raw.get(name, ()))

    error = raw.get("err")
    return Event(
        id=raw["id"],
        party=PARTY,
        type=_TYPES[raw["type"]],
        time=day(raw["t"]) or DAY_ZERO,
        action=Action(raw["action"]) if "action" in raw else None,
        step=raw.get("biz"),
        items=items("epcs"),
        inputs=items("inputs"),
        outputs=items("outputs"),
        parent=thing(raw["parent"]) if "parent" in raw else None,
        children=items("children"),
        transformation=f"urn:test:{raw['xid']}" if "xid" in raw else None,
        correction=Correction(DAY_ZERO, error["reason"]) if error else None,
    )
