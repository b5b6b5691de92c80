"""The parts of an event in the city form: things, ends of a movement, product, documents.

Each function takes the reading, the object that has the member, and gives the domain's value; the
faults are in the reading. EPCIS carries the same parts as ``suyuan:`` members, with the pointer of
the event as ``at``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from suyuan.domain import units
from suyuan.domain.activities import SECTORS
from suyuan.domain.codes import Code, Level, Use, gs1
from suyuan.domain.events import RESULTS, Correction, Document, Endpoint, Item, Product
from suyuan.wire.reading import Reading, pointer, quoted

ITEM_MEMBERS = frozenset({"code", "quantity", "unit"})
ENDPOINT_MEMBERS = frozenset({"party", "place"})
PRODUCT_MEMBERS = frozenset({"name", "lot", "produced_on", "expires_on", "origin", "spec"})
DOCUMENT_MEMBERS = frozenset({"type", "number", "issuer", "issued_on", "url", "result"})
CORRECTION_MEMBERS = frozenset({"declared_at", "reason", "replaced_by"})

# One event tells of one pallet, tank or truck; more things than this are several events.
ITEMS_LIMIT = 10_000
DOCUMENTS_LIMIT = 100
REPLACEMENTS_LIMIT = 100
ID_LIMIT = 256
TEXT_LIMIT = 500
URL_LIMIT = 2_000

NOWHERE = Endpoint()
NO_FACTS = Product()

GTIN_KEY = "https://id.gs1.org/01/"
_GTIN_LOT = re.compile(f"{gs1.SET_82}{{1,20}}")  # GS1 General Specifications, 3.4.1
_UNIT = re.compile("[A-Z0-9]{2,3}")  # UN/CEFACT Recommendation 20, common codes
URL = re.compile(r"https?://[^\s\"<>\\^`{|}]+", re.IGNORECASE)


def read_id(reading: Reading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
    """A member that is a reporter's own id: 1 to 256 printable characters."""
    value = reading.text(raw, name, at, limit=ID_LIMIT)
    if value is not None and not value.isprintable():
        reading.fault("id_not_printable", pointer(at, name))
        return None
    return value


def read_sector(reading: Reading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
    """A member that is the sector whose department an event concerns."""
    return reading.one_of(raw, name, at, SECTORS)


def read_thing(
    reading: Reading, raw: Mapping[str, Any], name: str, at: str, owner: str
) -> Code | None:
    """A member that is the code of a thing, ``owner``'s own where it fits no scheme."""
    return reading.code(raw, name, at, owner=owner)


def read_place(
    reading: Reading, raw: Mapping[str, Any], name: str, at: str, owner: str
) -> Code | None:
    """A member that is the code of a place, ``owner``'s own where it fits no scheme."""
    return reading.code(raw, name, at, owner=owner, use=Use.PLACE)


def read_items(
    reading: Reading,
    raw: Mapping[str, Any],
    name: str,
    at: str,
    owner: str,
    lot: str | None = None,
) -> tuple[Item, ...]:
    """A member that is an array of things, each with a code of its own, no code twice.

    ``lot`` is the ``product.lot`` that applies to them. A lone GTIN becomes GTIN and lot; a code
    that has a serial keeps it; one whose own lot is another is a fault; codes that are not GTINs
    have no lot to contradict. The spelling that was reported stays the code's text.
    """
    items, seen = [], set()
    for place, value in enumerate(reading.array(raw, name, at, ITEMS_LIMIT)):
        here = f"{at}/{name}/{place}"
        item = _item(reading, value, here, owner, lot)
        if item is None:
            continue
        if item.code.key in seen:
            reading.fault("code_repeated", here + "/code", text=item.code.text)
        seen.add(item.code.key)
        items.append(item)
    return tuple(items)


def _item(reading: Reading, value: Any, at: str, owner: str, lot: str | None) -> Item | None:
    raw = reading.members(value, at, ITEM_MEMBERS)
    if raw is None:
        return None
    code = reading.code(raw, "code", at, owner=owner, required=True)
    if lot is not None and code is not None and code.key.startswith(GTIN_KEY):
        code = with_lot(reading, at, code, lot)
    quantity = reading.decimal(raw, "quantity", at)
    unit = raw.get("unit")
    if unit is not None:
        if not isinstance(unit, str) or not _is_unit(reading, unit):
            _blame_unit(reading, unit, at + "/unit")
        elif raw.get("quantity") is None:
            reading.fault("unit_without_quantity", at + "/unit")
    return None if code is None else Item(code, quantity, unit)


def _is_unit(reading: Reading, unit: str) -> bool:
    """What is stored may have a unit that the table has since lost, or did not have yet."""
    return unit in units.UNITS or (reading.latest is None and _UNIT.fullmatch(unit) is not None)


def _blame_unit(reading: Reading, unit: Any, at: str) -> None:
    near = units.near(unit) if isinstance(unit, str) else ()
    if near:
        amount = units.of_markets(unit)
        reading.fault("unit_unknown", at, value=quoted(unit), near=near, amount=amount)
    else:
        reading.fault("unit_malformed", at, value=quoted(unit))


def with_lot(reading: Reading, at: str, code: Code, lot: str) -> Code:
    """The code of a GTIN, of which ``product.lot`` says the lot; see ``read_items``."""
    if code.scheme == "gtin":
        if _GTIN_LOT.fullmatch(lot):
            return Code(f"{code.key}/10/{gs1.encode(lot)}", "gtin_lot", Level.LOT, code.text)
        # One lot, one fault, however many things it is about.
        if not any(fault.code == "lot_malformed" for fault in reading.faults):
            reading.fault("lot_malformed", "/product/lot", lot=lot, text=code.text)
    elif code.scheme == "gtin_lot":
        own = unquote(code.key.rpartition("/")[2])
        if own != lot:
            reading.fault("lot_contradicts", at + "/code", text=code.text, lot=lot, own=own)
    return code


def read_endpoint(
    reading: Reading, raw: Mapping[str, Any], name: str, at: str, owner: str
) -> Endpoint:
    """A member that is one end of a movement: a party, a place, or both."""
    end = reading.object(raw, name, at, ENDPOINT_MEMBERS)
    if end is None:
        return NOWHERE
    here = f"{at}/{name}"
    party = reading.code(end, "party", here, owner=owner, use=Use.PARTY)
    return Endpoint(party, reading.code(end, "place", here, owner=owner, use=Use.PLACE))


def read_product(reading: Reading, raw: Mapping[str, Any], name: str, at: str) -> Product | None:
    """A member that is the product's facts; an object that says nothing is none."""
    facts = reading.object(raw, name, at, PRODUCT_MEMBERS)
    if not facts:
        return None
    here = f"{at}/{name}"
    product = Product(
        name=reading.text(facts, "name", here, limit=TEXT_LIMIT),
        lot=reading.text(facts, "lot", here, limit=ID_LIMIT),
        produced_on=reading.date(facts, "produced_on", here),
        expires_on=reading.date(facts, "expires_on", here),
        origin=reading.text(facts, "origin", here, limit=TEXT_LIMIT),
        spec=reading.text(facts, "spec", here, limit=TEXT_LIMIT),
    )
    return None if product == NO_FACTS else product


def read_documents(
    reading: Reading, raw: Mapping[str, Any], name: str, at: str
) -> tuple[Document, ...]:
    """A member that is an array of certificates, permits, reports or tickets."""
    found = []
    for place, value in enumerate(reading.array(raw, name, at, DOCUMENTS_LIMIT)):
        here = f"{at}/{name}/{place}"
        document = reading.members(value, here, DOCUMENT_MEMBERS)
        if document is not None:
            found.append(_document(reading, document, here))
    return tuple(found)


def _document(reading: Reading, raw: Mapping[str, Any], at: str) -> Document:
    url = reading.text(raw, "url", at, limit=URL_LIMIT)
    if url is not None and not URL.fullmatch(url):
        reading.fault("url_malformed", at + "/url", value=url)
    return Document(
        type=reading.text(raw, "type", at, required=True) or "",
        number=reading.text(raw, "number", at),
        issuer=reading.text(raw, "issuer", at, limit=TEXT_LIMIT),
        issued_on=reading.date(raw, "issued_on", at),
        url=url,
        result=reading.one_of(raw, "result", at, RESULTS),
    )


def read_correction(
    reading: Reading, raw: Mapping[str, Any], name: str, at: str
) -> Correction | None:
    """A member that declares the event of the same id to be in error (EPCIS 2.0, 7.4.1.2)."""
    members = reading.object(raw, name, at, CORRECTION_MEMBERS)
    if members is None:
        return None
    here = f"{at}/{name}"
    declared_at = reading.time(members, "declared_at", here, required=True)
    reason = reading.text(members, "reason", here)
    replaced_by = reading.texts(
        members, "replaced_by", here, limit=ID_LIMIT, count=REPLACEMENTS_LIMIT
    )
    return None if declared_at is None else Correction(declared_at, reason, replaced_by)
