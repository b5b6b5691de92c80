"""Events out as EPCIS 2.0 JSON: valid by the standard's schema, and read back equal.

What EPCIS cannot say stands in ``suyuan:`` members (``epcis_own``). Codes are written as their
canonical keys, words bare, times with the offset that was reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from suyuan.domain.codes import Code, Level
from suyuan.domain.events import (
    Action,
    Correction,
    Document,
    Endpoint,
    Event,
    EventType,
    Item,
    Product,
    event_urn,
    is_uri,
    local_event_id,
)
from suyuan.wire import epcis_vocabulary as cbv
from suyuan.wire.city_writing import write_document as _write_paper
from suyuan.wire.city_writing import write_product
from suyuan.wire.epcis_context import STANDARD_CONTEXT, SUYUAN_NAMESPACE, SUYUAN_PREFIX
from suyuan.wire.epcis_event import CERTIFICATION, WHOLE
from suyuan.wire.epcis_members import TRANSACTION
from suyuan.wire.epcis_own import uri_of
from suyuan.wire.epcis_values import is_private_word
from suyuan.wire.epcis_values import is_uri as is_strict_uri

SCHEMA_VERSION = "2.0"

_LISTS = {
    EventType.OBJECT: (("items", "epcList", "quantityList"),),
    EventType.TRANSACTION: (("items", "epcList", "quantityList"),),
    EventType.AGGREGATION: (("children", "childEPCs", "childQuantityList"),),
    EventType.ASSOCIATION: (("children", "childEPCs", "childQuantityList"),),
    EventType.TRANSFORMATION: (
        ("inputs", "inputEPCList", "inputQuantityList"),
        ("outputs", "outputEPCList", "outputQuantityList"),
    ),
}
# Keys of these kinds are percent-encoded where they are made (suyuan.domain.codes), and so URIs.
ALWAYS_URIS = ("https://id.gs1.org/", "urn:suyuan:cn:")


def write_event(event: Event) -> dict[str, Any]:
    """The event as a bare EPCIS 2.0 event object with its own ``@context``.

    An event that has no id yet is written without one. Quantities are JSON numbers: ``Decimal``
    where neither an integer nor a double has all of its digits.
    """
    spelled: dict[str, str] = {}
    time = event.time.isoformat()
    written: dict[str, Any] = {
        "@context": [STANDARD_CONTEXT, {SUYUAN_PREFIX: SUYUAN_NAMESPACE}],
        "type": event.type.value,
        "eventTime": time,
        "eventTimeZoneOffset": time[-6:],
    }
    if event.id:
        written["eventID"] = _event_uri(event.id, event.party, spelled)
    if event.correction is not None:
        written["errorDeclaration"] = _declaration(event.correction, event.party, spelled)
    _write_things(event, written, spelled)
    if event.action is not None:
        written["action"] = event.action.value
    if event.step is not None:
        written["bizStep"] = event.step
    if event.disposition is not None:
        written["disposition"] = event.disposition
    if event.place is not None:
        written["bizLocation"] = {"id": _uri(event.place, spelled)}
    _write_ends(event, written, spelled)
    if event.documents:
        write_papers(event.documents, written)
    if event.product is not None:
        _write_product(event, event.product, written)
    _write_own(event, written)
    if spelled:
        written["suyuan:spelled"] = spelled
    return written


def write_document(events: Sequence[Mapping[str, Any]], created: datetime) -> dict[str, Any]:
    """An EPCISDocument that holds bare events; ``created`` is aware."""
    context, listed = _shared(events)
    return {
        "@context": context,
        "type": "EPCISDocument",
        "schemaVersion": SCHEMA_VERSION,
        "creationDate": created.isoformat(timespec="seconds"),
        "epcisBody": {"eventList": listed},
    }


def write_query_document(
    events: Sequence[Mapping[str, Any]], created: datetime, query: str = "SimpleEventQuery"
) -> dict[str, Any]:
    """An EPCISQueryDocument that holds bare events as the results of a query."""
    context, listed = _shared(events)
    return {
        "@context": context,
        "type": "EPCISQueryDocument",
        "schemaVersion": SCHEMA_VERSION,
        "creationDate": created.isoformat(timespec="seconds"),
        "epcisBody": {"queryResults": {"queryName": query, "resultsBody": {"eventList": listed}}},
    }


def _shared(events: Sequence[Mapping[str, Any]]) -> tuple[Any, list[dict[str, Any]]]:
    """The context that all events share, and the events without it; else each keeps its own."""
    context = events[0].get("@context") if events else None
    if context is None or any(event.get("@context") != context for event in events):
        return [STANDARD_CONTEXT], [dict(event) for event in events]
    return context, [{n: v for n, v in event.items() if n != "@context"} for event in events]


# --- Identifiers ----------------------------------------------------------------------------------


def _uri(code: Code, spelled: dict[str, str]) -> str:
    """A code's key as a URI; where that is another text, ``spelled`` learns what it stands for."""
    key = code.key
    return key if key.startswith(ALWAYS_URIS) else _spell(key, spelled)


def _spell(text: str, spelled: dict[str, str]) -> str:
    uri = uri_of(text)
    if uri != text:
        spelled[uri] = text
    return uri


def _event_uri(event_id: str, party: Code, spelled: dict[str, str]) -> str:
    """An event id as a URI, from which reading finds the id again."""
    if not is_uri(event_id):
        return event_urn(event_id, party)
    uri = uri_of(event_id)
    own = local_event_id(uri)
    if uri != event_id or (own is not None and own[0] == party.short):
        spelled[uri] = event_id
    return uri


# --- What -----------------------------------------------------------------------------------------


def _write_things(event: Event, written: dict[str, Any], spelled: dict[str, str]) -> None:
    if event.parent is not None:
        written["parentID"] = _uri(event.parent, spelled)
    order = {}
    for name, epcs, classes in _LISTS[event.type]:
        items: tuple[Item, ...] = getattr(event, name)
        wholes = [place for place, item in enumerate(items) if not is_class(item)]
        if wholes or (not items and name == "items"):
            written[epcs] = [_uri(items[place].code, spelled) for place in wholes]
        if len(wholes) < len(items):
            parts = [place for place, item in enumerate(items) if is_class(item)]
            written[classes] = [_quantity(items[place], spelled) for place in parts]
            if wholes and wholes[-1] > parts[0]:
                order[name] = _inverse([*wholes, *parts])
    if order:
        written["suyuan:order"] = order
    if event.type is EventType.TRANSFORMATION:
        write_transformation(event, written, spelled)


def _inverse(places: list[int]) -> list[int]:
    """Where each place stands among the places."""
    inverse = [0] * len(places)
    for position, place in enumerate(places):
        inverse[place] = position
    return inverse


def is_class(item: Item) -> bool:
    """Whether a thing stands in a quantityList: a lot, a class, or as much of one as is said."""
    return (
        item.quantity is not None
        or item.classed
        or item.unit is not None
        or item.code.level in (Level.LOT, Level.CLASS)
    )


def _quantity(item: Item, spelled: dict[str, str]) -> dict[str, Any]:
    written: dict[str, Any] = {"epcClass": _uri(item.code, spelled)}
    if item.quantity is not None:
        written["quantity"] = as_number(item.quantity)
    if item.unit is not None:
        written["uom"] = item.unit
    return written


def as_number(quantity: Decimal) -> int | float | Decimal:
    """A quantity as a JSON number that has all of its digits."""
    whole = int(quantity)
    if whole == quantity:
        return whole
    double = float(quantity)
    return double if Decimal(repr(double)) == quantity else quantity


def write_transformation(event: Event, written: dict[str, Any], spelled: dict[str, str]) -> None:
    """EPCIS wants inputs and outputs, or an id that joins what other events say of the rest."""
    if event.transformation is not None:
        uri = _spell(event.transformation, spelled)
        if uri.startswith(WHOLE):
            spelled[uri] = event.transformation
        written["transformationID"] = uri
    elif not (event.inputs and event.outputs):
        named = (event.party.key, event.time.timestamp(), *(i.code.key for i in event.things()))
        digest = blake2b(repr(named).encode(), digest_size=16).hexdigest()
        written["transformationID"] = WHOLE + digest


def _write_product(event: Event, product: Product, written: dict[str, Any]) -> None:
    """The facts in our words; and in those of CBV 2.0, 9.3, where EPCIS allows for them."""
    written["suyuan:product"] = write_product(product)
    if event.type is not EventType.TRANSFORMATION and event.action is not Action.ADD:
        return
    if event.type in (EventType.OBJECT, EventType.TRANSFORMATION):
        facts = {
            "cbvmda:lotNumber": product.lot,
            "cbvmda:itemExpirationDate": product.expires_on and product.expires_on.isoformat(),
            "cbvmda:productionDate": product.produced_on and product.produced_on.isoformat(),
        }
        ilmd = {name: value for name, value in facts.items() if value}
        if ilmd:
            written["ilmd"] = ilmd


# --- Who, why, corrections ------------------------------------------------------------------------


def _write_ends(event: Event, written: dict[str, Any], spelled: dict[str, str]) -> None:
    for name, end in (("source", event.source), ("destination", event.destination)):
        listed = list(_ends(name, end, spelled))
        if listed:
            written[name + "List"] = listed


def _ends(name: str, end: Endpoint, spelled: dict[str, str]) -> Iterable[dict[str, str]]:
    if end.party is not None:
        yield {"type": "owning_party", name: _uri(end.party, spelled)}
    if end.place is not None:
        yield {"type": "location", name: _uri(end.place, spelled)}


def write_papers(documents: tuple[Document, ...], written: dict[str, Any]) -> None:
    """All documents in our words, and those that EPCIS has a member for there too."""
    written["suyuan:documents"] = [_write_paper(document) for document in documents]
    certificates = [d.url for d in documents if d.type == CERTIFICATION and is_strict_uri(d.url)]
    if certificates:
        written["certificationInfo"] = certificates
    transactions = [_transaction(d) for d in documents if is_strict_uri(d.number)]
    listed = [transaction for transaction in transactions if transaction]
    if listed:
        written["bizTransactionList"] = listed


def _transaction(document: Document) -> dict[str, Any]:
    if document.type == TRANSACTION:
        return {"bizTransaction": document.number}
    if document.type in cbv.BIZ_TRANSACTION_TYPES or is_private_word(document.type):
        return {"type": document.type, "bizTransaction": document.number}
    return {}


def _declaration(correction: Correction, party: Code, spelled: dict[str, str]) -> dict[str, Any]:
    written: dict[str, Any] = {"declarationTime": correction.declared_at.isoformat()}
    if correction.reason in cbv.ERROR_REASONS:
        written["reason"] = correction.reason
    elif correction.reason is not None:
        written["suyuan:reason"] = correction.reason
    if correction.replaced_by:
        written["correctiveEventIDs"] = [
            _event_uri(known, party, spelled) for known in correction.replaced_by
        ]
    return written


def _write_own(event: Event, written: dict[str, Any]) -> None:
    written["suyuan:party"] = event.party.key
    if event.kind is not None:
        written["suyuan:kind"] = event.kind
    if event.activity is not None:
        written["suyuan:activity"] = event.activity
    if event.sector is not None:
        written["suyuan:sector"] = event.sector
    if event.extra:
        written["suyuan:extra"] = dict(event.extra)
