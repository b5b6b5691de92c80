"""A report of the city form that is plainly right, read at speed: bulk loads are made of them.

``suyuan.wire.city`` takes thirty careful looks at a report, to list all that is wrong with it. A
report that fits the types below has passed most of those looks in C, and what comes again in other
events is looked at once. Whatever does not fit is left to the careful reader:
``PlainReader.read`` gives either the event that ``read_city`` would give, or ``None``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from suyuan.domain.activities import KINDS, PACK, SECTORS, Activity, Shape
from suyuan.domain.codes import Code, private
from suyuan.domain.errors import Refused
from suyuan.domain.events import (
    Document,
    Endpoint,
    Event,
    EventType,
    Item,
    Product,
    transformation_urn,
)
from suyuan.domain.making import maker_of
from suyuan.domain.units import UNITS
from suyuan.wire import city_parts as parts
from suyuan.wire.city import action_of
from suyuan.wire.extra import read_extra
from suyuan.wire.reading import (
    DECIMAL,
    Reading,
    recognised_party,
    recognised_place,
    recognised_thing,
)
from suyuan.wire.temperatures import of_extra

_T = TypeVar("_T")
_Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=256)] | None
_LongText: TypeAlias = Annotated[str, Meta(min_length=1, max_length=parts.TEXT_LIMIT)] | None


class _Thing(Struct, forbid_unknown_fields=True):
    code: str
    quantity: Any = None
    unit: str | None = None


class _End(Struct, forbid_unknown_fields=True):
    party: str | None = None
    place: str | None = None


class _Facts(Struct, forbid_unknown_fields=True):
    name: _LongText = None
    lot: _Text = None
    produced_on: date | None = None
    expires_on: date | None = None
    origin: _LongText = None
    spec: _LongText = None


class _Paper(Struct, forbid_unknown_fields=True):
    type: Annotated[str, Meta(min_length=1, max_length=256)]
    number: _Text = None
    issuer: _LongText = None
    issued_on: date | None = None
    url: Annotated[str, Meta(min_length=1, max_length=parts.URL_LIMIT)] | None = None
    result: Literal["passed", "failed"] | None = None


_Papers: TypeAlias = Annotated[list[_Paper], Meta(max_length=parts.DOCUMENTS_LIMIT)] | None
_Things: TypeAlias = Annotated[list[_Thing], Meta(max_length=parts.ITEMS_LIMIT)] | None


_NOTHING = Raw(b"null")


class _Report(Struct, forbid_unknown_fields=True, rename={"source": "from", "destination": "to"}):
    """The members of ``city.MEMBERS`` but corrections, which are few.

    What comes again word for word in other events of a batch, the facts and papers of a lot and the
    ends of a movement, stays the text that it is: it is looked up by that.
    """

    kind: str
    activity: str
    time: str
    id: _Text = None
    party: str | None = None
    place: str | None = None
    items: _Things = None
    inputs: _Things = None
    outputs: _Things = None
    parent: str | None = None
    children: _Things = None
    source: Raw = _NOTHING
    destination: Raw = _NOTHING
    product: Raw = _NOTHING
    documents: Raw = _NOTHING
    transformation: _Text = None
    sector: str | None = None
    extra: dict[str, Any] | None = None


# So many lots, papers, amounts and ends are remembered, those with short texts; some 10 MB in all.
_REMEMBERED = 4_096
_SHORT = 1_024

_decode = msgspec.json.Decoder(_Report, float_hook=Decimal).decode
_decode_end = msgspec.json.Decoder(_End | None).decode
_decode_facts = msgspec.json.Decoder(_Facts | None).decode
_decode_papers = msgspec.json.Decoder(_Papers).decode
_make_event, _make_item = maker_of(Event), maker_of(Item)
_make_product, _make_document = maker_of(Product), maker_of(Document)

_NO_FACTS = _Facts()
_SHAPE_OF = {
    EventType.OBJECT: Shape.ITEMS,
    EventType.TRANSFORMATION: Shape.TRANSFORMATION,
    EventType.AGGREGATION: Shape.PACKING,
}
_OBJECT, _TRANSFORMATION, _AGGREGATION = _SHAPE_OF


class _NotPlain(Exception):
    """The careful reader shall look at this report."""


class PlainReader:
    """Reads the reports of one batch; ``reporter`` and ``now`` as for ``city.read_event``.

    With no ``now`` no time is too late.
    """

    __slots__ = ("_owner", "_reading", "_reporter")

    def __init__(self, reporter: Code | None, now: datetime | None) -> None:
        self._reporter = reporter
        self._owner = None if reporter is None else reporter.short
        self._reading = Reading(0, now, 1)

    def read(self, raw: bytes) -> Event | None:
        """The event of a JSON text, its id empty where none was given; ``None`` if not plain."""
        try:
            event = self._event(_decode(raw))
        except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError):
            return None
        except (Refused, _NotPlain):
            return None
        if self._reading.faults:
            self._reading.faults.clear()
            return None
        return event

    def _event(self, told: _Report) -> Event:
        if not (_is_plain(told.id) and _is_plain(told.transformation)):
            raise _NotPlain
        party = self._reporter if told.party is None else _party(told.party, self._owner)
        time = self._reading.moment(told.time)
        if party is None or time is None or not (told.sector is None or told.sector in SECTORS):
            raise _NotPlain
        packs, changes = told.parent is not None, bool(told.inputs or told.outputs)
        shape = (bool(told.items), changes, packs, bool(told.children))
        kind, activity = _meaning(told.kind, told.activity, *shape)
        if told.transformation is not None and not changes:
            raise _NotPlain
        owner = party.short
        product = _read_product(bytes(told.product))
        lot = None if product is None else product.lot
        items = self._items(told.items, owner, lot) if told.items else ()
        parent, children = self._packed(told, owner) if packs else (None, ())
        extra = {} if told.extra is None else self._extra(told.extra)
        return _make_event(
            told.id or "",
            party,
            kind,
            time,
            None if changes else action_of(activity, _SHAPE_OF[kind], items),
            told.kind,
            told.activity,
            activity.step,
            activity.disposition,
            None if told.place is None else recognised_place(told.place, owner),
            items,
            self._items(told.inputs, owner, None) if told.inputs else (),
            self._items(told.outputs, owner, lot) if told.outputs else (),
            parent,
            children,
            _end(bytes(told.source), owner),
            _end(bytes(told.destination), owner),
            product,
            _read_documents(bytes(told.documents)),
            None if told.transformation is None else transformation_urn(told.transformation, party),
            None,
            told.sector,
            extra,
            of_extra(extra) if extra else None,
        )

    def _items(self, told: list[_Thing], owner: str, lot: str | None) -> tuple[Item, ...]:
        items = tuple([self._item(thing, owner, lot) for thing in told])
        if len(items) > 1 and len({item.code.key for item in items}) < len(items):
            raise _NotPlain
        return items

    def _item(self, told: _Thing, owner: str, lot: str | None) -> Item:
        quantity = told.quantity
        if quantity is None or type(quantity) is str:
            return _item(told.code, quantity, told.unit, owner, lot)
        amount = self._reading.decimal({"quantity": quantity}, "quantity", "")
        if amount is None:
            raise _NotPlain
        return _item(told.code, f"{amount:f}", told.unit, owner, lot)

    def _packed(self, told: _Report, owner: str) -> tuple[Code | None, tuple[Item, ...]]:
        parent = recognised_thing(told.parent or "", owner)
        children = self._items(told.children, owner, None) if told.children else ()
        if any(child.code == parent for child in children):
            raise _NotPlain
        return parent, children

    def _extra(self, extra: dict[str, Any]) -> Any:
        return read_extra(self._reading, {"extra": extra}, "extra", "")


def _is_plain(text: str | None) -> bool:
    """Whether a text has nothing in it that must be looked at, and is not blank."""
    return text is None or (text.isprintable() and not text.isspace())


def _party(text: str, owner: str | None) -> Code:
    party = recognised_party(text, owner)
    if party.key.startswith(private.NOBODYS):
        raise _NotPlain
    return party


@lru_cache(_REMEMBERED)
def _meaning(
    word: str, name: str, has_items: bool, changes: bool, packs: bool, has_children: bool
) -> tuple[EventType, Activity]:
    """The type of an event that is told in this shape, and its activity; ``city`` has the rules."""
    activity = KINDS.get(word, {}).get(name)
    kind = _AGGREGATION if packs else _TRANSFORMATION if changes else _OBJECT
    if activity is None or _SHAPE_OF[kind] not in activity.shapes:
        raise _NotPlain
    if has_items + changes + packs != 1 or (has_children and not packs):
        raise _NotPlain
    if activity is PACK and not has_children:
        raise _NotPlain
    return kind, activity


@lru_cache(_REMEMBERED)
def _item(code: str, quantity: str | None, unit: str | None, owner: str, lot: str | None) -> Item:
    if quantity is None:
        if unit is not None:
            raise _NotPlain
        return _make_item(_thing(code, owner, lot))
    if not DECIMAL.fullmatch(quantity) or not (unit is None or unit in UNITS):
        raise _NotPlain
    return _make_item(_thing(code, owner, lot), Decimal(quantity), unit)


def _thing(text: str, owner: str, lot: str | None) -> Code:
    code = recognised_thing(text, owner)
    if lot is None or not code.key.startswith(parts.GTIN_KEY):
        return code
    if code.scheme == "gtin_lot" and code.key.endswith(f"/10/{lot}"):
        return code  # as nearly every report has it
    reading = Reading()
    code = parts.with_lot(reading, "", code, lot)
    if reading.faults:
        raise _NotPlain
    return code


@lru_cache(_REMEMBERED)
def _end(raw: bytes, owner: str) -> Endpoint:
    told = _decode_end(raw)
    if told is None:
        return parts.NOWHERE
    return Endpoint(
        None if told.party is None else recognised_party(told.party, owner),
        None if told.place is None else recognised_place(told.place, owner),
    )


def _product(raw: bytes) -> Product | None:
    told = _decode_facts(raw)
    if told is None or told == _NO_FACTS:
        return None
    if not all(map(_is_plain, (told.name, told.lot, told.origin, told.spec))):
        raise _NotPlain
    facts = (told.name, told.lot, told.produced_on, told.expires_on, told.origin, told.spec)
    return _make_product(*facts)


def _documents(raw: bytes) -> tuple[Document, ...]:
    return tuple(map(_document, _decode_papers(raw) or ()))


def _document(told: _Paper) -> Document:
    if not all(map(_is_plain, (told.type, told.number, told.issuer, told.url))):
        raise _NotPlain
    if told.url is not None and not parts.URL.fullmatch(told.url):
        raise _NotPlain
    return _make_document(
        told.type, told.number, told.issuer, told.issued_on, told.url, told.result
    )


def _remembered(read: Callable[[bytes], _T]) -> Callable[[bytes], _T]:
    """``read``, quicker for a short text that came before."""
    known = lru_cache(_REMEMBERED)(read)
    return lambda raw: known(raw) if len(raw) <= _SHORT else read(raw)


_read_product = _remembered(_product)
_read_documents = _remembered(_documents)
