"""The fields of an event that a profile may speak of, by their names in the city form.

``items.quantity`` and the like are asked of every thing in the list that is a lot by its code.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from suyuan.domain.codes import Code, Level
from suyuan.domain.events import Event, Item
from suyuan.domain.register import CITY_TIME

Getter = Callable[[Event], Any]

EXTRA = re.compile(r"extra\.[A-Za-z][A-Za-z0-9_]{0,63}")
RECORD_TIME = "record_time"

_LOTS = frozenset({"meat_batch", "meat_trace"})  # codes of an amount, in whatever place
# Codes by which a register, or what was packed into the container, says which product it is.
_PRODUCTS = frozenset(
    {
        *("gtin", "gtin_lot", "sgtin", "upui", "itip", "sscc", "grai"),
        *("drug_code", "drug_standard_code", "udi_ma", "pesticide", "veterinary", "seed"),
    }
)


def _short(code: Any) -> str | None:
    return None if code is None else code.short


def _of_product(name: str) -> Getter:
    def get(event: Event) -> Any:
        return None if event.product is None else getattr(event.product, name)

    return get


def _lot(event: Event) -> str | None:
    """The lot as it is stated, or a code that names it: a GTIN with a lot is read as one code."""
    if event.product is not None and event.product.lot is not None:
        return event.product.lot
    return next(
        (i.code.key for i in event.things() if _names_lot(i.code)),
        None,
    )


def _names_lot(code: Code) -> bool:
    return code.level is Level.LOT or code.lot is not None or code.scheme in _LOTS


def _product_code(event: Event) -> str | None:
    """A code that names the product, so that it need not be named again."""
    return next((i.code.key for i in event.things() if i.code.scheme in _PRODUCTS), None)


def _amounts(name: str) -> Getter:
    def get(event: Event) -> Any:
        items: tuple[Item, ...] = getattr(event, name)
        return None if any(map(_lacks_amount, items)) else True

    return get


def _lacks_amount(item: Item) -> bool:
    amount = item.code.level is Level.LOT or item.code.scheme in _LOTS
    return amount and item.quantity is None


GETTERS: dict[str, Getter] = {
    "place": lambda event: _short(event.place),
    "from.party": lambda event: _short(event.source.party),
    "from.place": lambda event: _short(event.source.place),
    "to.party": lambda event: _short(event.destination.party),
    "to.place": lambda event: _short(event.destination.place),
    **{
        f"product.{name}": _of_product(name)
        for name in ("name", "produced_on", "expires_on", "origin", "spec")
    },
    "product.lot": _lot,
    "product.code": _product_code,
    **{f"{name}.quantity": _amounts(name) for name in ("items", "inputs", "outputs")},
}
# What a shopper may be shown at all (suyuan/domain/policy.py, _PUBLIC).
PUBLIC = frozenset(
    ["time", "kind", "activity", "party", "place", "from.party", "documents"]
    + [name for name in GETTERS if name.startswith("product.")]
)
MOMENTS = ("time", RECORD_TIME, "product.produced_on", "product.expires_on")


def getter(field: str) -> Getter:
    """What reads a field of an event; ``None``, or a text that is empty, is not stated."""
    if field not in GETTERS:
        name = field.removeprefix("extra.")
        return lambda event: event.extra.get(name)
    return GETTERS[field]


def pointer(field: str) -> str:
    """The place of a field in the city form (RFC 6901)."""
    return "/" + field.replace(".", "/")


def moment(field: str) -> Callable[[Event], datetime | None]:
    """What reads a moment; a date is its last one in the city.

    Raises ValueError, while reading, for a text in ``extra`` that is no time with an offset.
    """
    if field == "time":
        return lambda event: event.time
    read = getter(field)
    return lambda event: _as_moment(read(event))


def _as_moment(value: Any) -> datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return datetime.combine(value, time.max, CITY_TIME)
    read = datetime.fromisoformat(str(value))
    if read.tzinfo is None:
        raise ValueError("a time needs an offset")
    return read
