"""Events that say just what a rule asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.events import Document, Endpoint, Event, EventType, Item, Product

PARTY = recognise("91350100M000100Y43", use=Use.PARTY)
TIME = datetime.fromisoformat("2026-03-01T08:00:00+08:00")
# A code of each form that a sector's things may have.
CODES = [
    recognise(text, owner=PARTY.short)
    for text in (
        "BATCH-7",
        "(01)06901234567892(10)L1",
        "83857930000879766660",
        "10929271001123456789012345678901",
        "3502121020000001",
    )
]
_DATES = ("produced_on", "expires_on")


def event(activity: str, code: Code = CODES[0], **members: Any) -> Event:
    """One thing, to which ``kind.activity`` happened."""
    kind, _, name = activity.partition(".")
    told = {"items": (Item(code),), **members}
    return Event("e1", PARTY, EventType.OBJECT, TIME, kind=kind, activity=name, **told)


def stating(told: Event, field: str, value: Any = "x") -> Event:
    """The event with a field, as the city form calls it, stated or (``None``) not."""
    head, _, name = field.partition(".")
    match head:
        case "place":
            return replace(told, place=value and PARTY)
        case "from" | "to":
            member = "source" if head == "from" else "destination"
            end: Endpoint = getattr(told, member)
            return replace(told, **{member: replace(end, **{name: value and PARTY})})
        case "extra":
            rest = {k: v for k, v in told.extra.items() if k != name}
            return replace(told, extra=rest if value is None else {**rest, name: value})
        case "product" if name == "code":
            return told  # the code itself says so
        case "product":
            shown = value if value is None or name not in _DATES else date(2026, 2, 28)
            return replace(told, product=replace(told.product or Product(), **{name: shown}))
    amount = None if value is None else Decimal(1)
    code = CODES[1] if amount is None else told.items[0].code if told.items else CODES[1]
    return replace(told, **{head: (Item(code, amount),)})


def documented(told: Event, types: Sequence[str], number: str | None = "N1") -> Event:
    """The event with one more document of the first of some types; without a number none."""
    rest = tuple(d for d in told.documents if d.type not in types)
    more = () if number is None else (Document(types[0], number),)
    return replace(told, documents=rest + more)
