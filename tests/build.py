"""The smallest events that a test can be about."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from suyuan.domain.codes import Code, Level
from suyuan.domain.events import Action, Correction, Event, EventType, Item, StoredEvent
from tests.scenarios import DAY_ZERO, PARTY, thing

__all__ = ["at", "lot", "made", "moved", "packed", "party", "stored", "thing", "unpacked", "void"]


def at(day: float) -> datetime:
    return DAY_ZERO + timedelta(days=day)


def party(name: str) -> Code:
    return Code(f"urn:suyuan:cn:{name}", "uscc", Level.OTHER, name)


def lot(name: str, quantity: str = "1") -> Item:
    return Item(thing(name), Decimal(quantity), "KGM")


def _items(names: Sequence[str | Item]) -> tuple[Item, ...]:
    return tuple(n if isinstance(n, Item) else Item(thing(n)) for n in names)


def moved(
    event_id: str,
    day: float,
    *names: str | Item,
    step: str | None = "shipping",
    action: Action = Action.OBSERVE,
    **more: Any,
) -> Event:
    """An object event of the named things."""
    more.setdefault("party", PARTY)
    return Event(
        event_id,
        type=EventType.OBJECT,
        time=at(day),
        action=action,
        step=step,
        items=_items(names),
        **more,
    )


def packed(event_id: str, day: float, parent: str, *children: str | Item, **more: Any) -> Event:
    return _packing(event_id, day, Action.ADD, parent, children, more)


def unpacked(event_id: str, day: float, parent: str, *children: str | Item, **more: Any) -> Event:
    """Without children it unpacks everything."""
    return _packing(event_id, day, Action.DELETE, parent, children, more)


def _packing(
    event_id: str,
    day: float,
    action: Action,
    parent: str,
    children: Sequence[str | Item],
    more: dict[str, Any],
) -> Event:
    more.setdefault("party", PARTY)
    return Event(
        event_id,
        type=EventType.AGGREGATION,
        time=at(day),
        action=action,
        parent=thing(parent),
        children=_items(children),
        **more,
    )


def made(
    event_id: str,
    day: float,
    inputs: Sequence[str | Item] = (),
    outputs: Sequence[str | Item] = (),
    **more: Any,
) -> Event:
    """A transformation, or with ``transformation`` a half of one."""
    more.setdefault("party", PARTY)
    return Event(
        event_id,
        type=EventType.TRANSFORMATION,
        time=at(day),
        inputs=_items(inputs),
        outputs=_items(outputs),
        **more,
    )


def void(event: Event, day: float = 100, **more: Any) -> StoredEvent:
    """The declaration that an event is in error, recorded on a day."""
    declared = replace(event, correction=Correction(at(day), "did_not_occur"), **more)
    return stored(declared, day)


def stored(
    event: Event, recorded: float = 0, *, reporter: str = "test", authority: bool = False
) -> StoredEvent:
    content = hashlib.blake2b(repr((event.time, event.items, event.step)).encode(), digest_size=16)
    return StoredEvent(event, at(recorded), content.digest(), reporter, authority)
