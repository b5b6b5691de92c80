"""The CBV 2.0 pre-image of an event, written without its EPCIS form: for bulk loads.

``pre_image`` here is, byte for byte, ``epcis_hash.pre_image(epcis_json.write_event(event))``, which
says why each member stands where it does, at a tenth of the cost: the order that is found there by
sorting is known here, and what comes again in other events is written once. Where two of one kind
may stand, they are still sorted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any, Generic, TypeAlias, TypeVar

from suyuan.domain.events import Action, Document, Endpoint, Event, EventType, Item, Product
from suyuan.wire import epcis_vocabulary as cbv
from suyuan.wire.epcis_context import (
    CBVMDA_NAMESPACE,
    STANDARD_CONTEXT,
    SUYUAN_NAMESPACE,
    SUYUAN_PREFIX,
    namespaces,
)
from suyuan.wire.epcis_event import CERTIFICATION
from suyuan.wire.epcis_hash import spell_member, spell_own
from suyuan.wire.epcis_own import uri_of
from suyuan.wire.epcis_spelling import spell, spell_instant
from suyuan.wire.epcis_write import (
    ALWAYS_URIS,
    as_number,
    is_class,
    write_papers,
    write_transformation,
)

_Part = TypeVar("_Part")
_Texts: TypeAlias = tuple[bytes, ...]

_NAMES = namespaces([STANDARD_CONTEXT, {SUYUAN_PREFIX: SUYUAN_NAMESPACE}])
_OWN = f"{{{SUYUAN_NAMESPACE}}}"
_MASTER_DATA = f"{{{CBVMDA_NAMESPACE}}}"
_PARTY_END = f"type={cbv.ENDPOINT_TYPES.uris['owning_party']}"
_PLACE_END = f"type={cbv.ENDPOINT_TYPES.uris['location']}"
_TYPES = {kind: f"eventType={kind.value}eventTime=".encode() for kind in EventType}
_OBJECT, _TRANSFORMATION = EventType.OBJECT, EventType.TRANSFORMATION
_PACKINGS = frozenset({EventType.AGGREGATION, EventType.ASSOCIATION})
_ADD = Action.ADD

# So many codes, lots, amounts and papers are remembered, those with short texts; some 20 MB in all.
_REMEMBERED = 4096
_SHORT = 2048


def digest(event: Event) -> bytes:
    """The 32 bytes of the event's CBV 2.0 hash."""
    return sha256(pre_image(event)).digest()


def pre_image(event: Event) -> bytes:
    """What is hashed: the text of the event's EPCIS JSON form, in UTF-8."""
    certificates, transactions, papers = _PAPERS(event.documents)
    facts, product = _PRODUCTS(event.product)
    activity, kind, sector = _words(event.activity, event.kind, event.party.key, event.sector)
    return b"".join(
        (
            _TYPES[event.type],
            spell_instant(event.time).encode(),
            b"eventTimeZoneOffset=",
            _offset(event.time),
            certificates,
            _things(event),
            _what_happened(event.action, _joined(event), event.step, event.disposition),
            b"" if event.place is None else b"bizLocationid=" + _code(event.place.key),
            transactions,
            _DESTINATIONS(event.destination)[0],
            facts if _has_master_data(event) else b"",
            _SOURCES(event.source)[0],
            activity,
            papers,
            _extra(event) if event.extra else b"",
            kind,
            product,
            sector,
        )
    )


class _Remembered(Generic[_Part]):
    """What is written of parts that come again in other events, found by their identity.

    The readers of bulk loads give equal parts of events as one object; to compare them by their
    values would cost as much as to write them.
    """

    def __init__(self, write: Callable[[_Part], tuple[str, ...]]) -> None:
        self._write = write
        self._known: dict[int, tuple[_Part, _Texts]] = {}

    def __call__(self, part: _Part) -> _Texts:
        known = self._known.get(id(part))
        if known is not None:  # it is held here, so that no other part has its identity
            return known[1]
        texts = tuple(map(_encoded, self._write(part)))
        if sum(map(len, texts)) <= _SHORT:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[id(part)] = (part, texts)
        return texts


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


# --- Values ---------------------------------------------------------------------------------------


@lru_cache(_REMEMBERED)
def _code(key: str) -> bytes:
    return _encoded(_uri(key))


def _uri(key: str) -> str:
    return spell(key if key.startswith(ALWAYS_URIS) else uri_of(key), _NAMES)


def _offset(time: datetime) -> bytes:
    zone = time.tzinfo
    return _fixed_offset(zone) if type(zone) is timezone else time.isoformat()[-6:].encode()


@lru_cache(_REMEMBERED)
def _fixed_offset(zone: timezone) -> bytes:
    return datetime(2000, 1, 1, tzinfo=zone).isoformat()[-6:].encode()


@lru_cache(_REMEMBERED)
def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _fact(name: str, text: str | None) -> str:
    return f"{name}={text}" if text else ""


# --- What, in the order of CBV 2.0, 8.9.2 ---------------------------------------------------------


def _things(event: Event) -> bytes:
    parent = b"" if event.parent is None else b"parentID=" + _code(event.parent.key)
    if event.type in _PACKINGS:
        return parent + _list(event.children, b"childEPCs", b"childQuantityList")
    if event.type is not _TRANSFORMATION:
        return parent + _list(event.items, b"epcList", b"quantityList")
    inputs = _list(event.inputs, b"inputEPCList", b"inputQuantityList")
    return parent + inputs + _list(event.outputs, b"outputEPCList", b"outputQuantityList")


def _list(items: tuple[Item, ...], epcs: bytes, classes: bytes) -> bytes:
    if len(items) == 1:
        whole, part = _ITEMS(items[0])
        return epcs + whole if whole else classes + part
    written = list(map(_ITEMS, items))
    wholes = b"".join(sorted([whole for whole, _ in written]))
    parts = b"".join(sorted([part for _, part in written]))
    return b"".join((epcs if wholes else b"", wholes, classes if parts else b"", parts))


def _item(item: Item) -> tuple[str, str]:
    """What stands in an epcList, or else in a quantityList."""
    code = _uri(item.code.key)
    if not is_class(item):
        return f"epc={code}", ""
    quantity = item.quantity
    amount = "" if quantity is None else _amount(quantity)
    unit = "" if item.unit is None else f"uom={spell(item.unit, _NAMES)}"
    return "", f"quantityElementepcClass={code}{amount}{unit}"


@lru_cache(_REMEMBERED)
def _amount(quantity: Decimal) -> str:
    return f"quantity={spell(as_number(quantity), _NAMES)}"


@lru_cache(_REMEMBERED)
def _what_happened(
    action: Action | None, joined: str, step: str | None, disposition: str | None
) -> bytes:
    did = "" if action is None else f"action={action.value}"
    why = "" if step is None else _word("bizStep", cbv.BIZ_STEPS, step)
    left = "" if disposition is None else _word("disposition", cbv.DISPOSITIONS, disposition)
    return _encoded(f"{did}{joined}{why}{left}")


def _word(name: str, words: cbv.Vocabulary, word: str) -> str:
    uri = words.uris.get(word)
    return spell_member(name, word, _NAMES) if uri is None else f"{name}={uri}"


def _joined(event: Event) -> str:
    """The id that joins the halves of a transformation, where EPCIS needs one."""
    if event.type is not _TRANSFORMATION:
        return ""
    if event.transformation is None and event.inputs and event.outputs:
        return ""
    written: dict[str, Any] = {}
    write_transformation(event, written, {})
    return "".join([f"{name}={spell(uri, _NAMES)}" for name, uri in written.items()])


# --- The members after those, by their names; Suyuan's own are text as it is ----------------------


def _papers(documents: tuple[Document, ...]) -> tuple[str, str, str]:
    """What stands in the places of certificates, of business transactions, and of our own member.

    A certificate's address and a number that is a URI stand in members of EPCIS too.
    """
    own = "".join(sorted([f"{_OWN}documents{_paper(d)}" for d in documents]))
    if not any(d.type == CERTIFICATION or (d.number and ":" in d.number) for d in documents):
        return "", "", own
    written: dict[str, Any] = {}
    write_papers(documents, written)
    first, second = (
        spell_member(name, written[name], _NAMES) if name in written else ""
        for name in ("certificationInfo", "bizTransactionList")
    )
    return first, second, own


def _paper(document: Document) -> str:
    issued = _fact("issued_on", _day(document.issued_on))
    issuer, number = _fact("issuer", document.issuer), _fact("number", document.number)
    kind, url = _fact("type", document.type), _fact("url", document.url)
    result = _fact("result", document.result)
    return f"{issued}{issuer}{number}{result}{kind}{url}"


def _end(name: str, end: Endpoint) -> tuple[str]:
    place = "" if end.place is None else f"{_PLACE_END}{name}={_uri(end.place.key)}"
    party = "" if end.party is None else f"{_PARTY_END}{name}={_uri(end.party.key)}"
    return (f"{name}List{place}{party}" if place or party else "",)


def _product(product: Product | None) -> tuple[str, str]:
    """What stands in the places of master data, and of our own member."""
    if product is None:
        return "", ""
    expires, made = _day(product.expires_on), _day(product.produced_on)
    lot = product.lot
    own = (
        _fact("expires_on", expires)
        + _fact("lot", lot)
        + _fact("name", product.name)
        + _fact("origin", product.origin)
        + _fact("produced_on", made)
        + _fact("spec", product.spec)
    )
    number = f"{_MASTER_DATA}lotNumber={spell(lot, _NAMES)}" if lot else ""
    facts = (
        _fact(f"{_MASTER_DATA}itemExpirationDate", expires)
        + number
        + _fact(f"{_MASTER_DATA}productionDate", made)
    )
    return f"ilmd{facts}" if facts else "", f"{_OWN}product{own}"


def _has_master_data(event: Event) -> bool:
    """Whether EPCIS has a place for the facts of a thing: where it is new (``epcis_write``)."""
    if event.type is _OBJECT:
        return event.action is _ADD
    return event.type is _TRANSFORMATION


@lru_cache(_REMEMBERED)
def _words(
    activity: str | None, kind: str | None, party: str, sector: str | None
) -> tuple[bytes, bytes, bytes]:
    """The activity; kind and party; the sector."""
    reporter = f"{_said('kind', kind)}{_OWN}party={party}"
    return (
        _encoded(_said("activity", activity)),
        _encoded(reporter),
        _encoded(_said("sector", sector)),
    )


def _said(name: str, word: str | None) -> str:
    return "" if word is None else f"{_OWN}{name}={word}"


def _extra(event: Event) -> bytes:
    return _encoded("".join(spell_own(f"{_OWN}extra", dict(event.extra))))


_ITEMS = _Remembered(_item)
_PRODUCTS = _Remembered(_product)
_PAPERS = _Remembered(_papers)
_SOURCES = _Remembered(partial(_end, "source"))
_DESTINATIONS = _Remembered(partial(_end, "destination"))
