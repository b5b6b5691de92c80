"""The members of the city form, written: a domain value in, JSON values out.

EPCIS documents carry some of them as ``suyuan:`` members. What says nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from suyuan.domain.codes import Code, Use
from suyuan.domain.errors import Refused
from suyuan.domain.events import (
    Correction,
    Document,
    Endpoint,
    Event,
    Item,
    Product,
    transformation_urn,
)
from suyuan.wire.reading import recognised


def write_members(event: Event) -> dict[str, Any]:
    """An event's members in the city form, whether or not they say everything there is to it."""
    owner = event.party.short
    written = {
        "id": event.id,
        "kind": event.kind,
        "activity": event.activity,
        "time": event.time.isoformat(),
        "party": _party(event.party),
        "place": _code(event.place, owner, Use.PLACE),
        "items": _items(event.items, owner),
        "inputs": _items(event.inputs, owner),
        "outputs": _items(event.outputs, owner),
        "parent": _code(event.parent, owner),
        "children": _items(event.children, owner),
        "from": _endpoint(event.source, owner),
        "to": _endpoint(event.destination, owner),
        "product": write_product(event.product),
        "documents": [write_document(document) for document in event.documents],
        "transformation": _transformation(event),
        "correction": _correction(event.correction),
        "sector": event.sector,
        "extra": event.extra,
    }
    return _said(written)


def write_product(product: Product | None) -> dict[str, Any]:
    """The product's facts; empty where there are none."""
    if product is None:
        return {}
    return _said(
        {
            "name": product.name,
            "lot": product.lot,
            "produced_on": product.produced_on and product.produced_on.isoformat(),
            "expires_on": product.expires_on and product.expires_on.isoformat(),
            "origin": product.origin,
            "spec": product.spec,
        }
    )


def write_document(document: Document) -> dict[str, Any]:
    """A certificate, permit, report or ticket."""
    return _said(
        {
            "type": document.type,
            "number": document.number,
            "issuer": document.issuer,
            "issued_on": document.issued_on and document.issued_on.isoformat(),
            "url": document.url,
            "result": document.result,
        }
    )


def _correction(correction: Correction | None) -> dict[str, Any]:
    if correction is None:
        return {}
    return _said(
        {
            "declared_at": correction.declared_at.isoformat(),
            "reason": correction.reason,
            "replaced_by": list(correction.replaced_by),
        }
    )


def _items(items: Iterable[Item], owner: str) -> list[dict[str, Any]]:
    return [
        _said(
            {
                "code": _code(item.code, owner),
                "quantity": None if item.quantity is None else f"{item.quantity:f}",
                "unit": item.unit,
            }
        )
        for item in items
    ]


def _endpoint(endpoint: Endpoint, owner: str) -> dict[str, Any]:
    return _said(
        {
            "party": _code(endpoint.party, owner, Use.PARTY),
            "place": _code(endpoint.place, owner, Use.PLACE),
        }
    )


def _code(code: Code | None, owner: str, use: Use = Use.THING) -> str | None:
    """The code as it was reported, if that alone still leads to it: a GTIN whose lot was reported
    beside it, or a private code whose party may not be seen, is spelled by its key.
    """
    if code is None:
        return None
    return code.text if code.text and _leads_to(code, code.text, owner, use) else code.key


def _party(party: Code) -> str:
    return party.short if _leads_to(party, party.short, None, Use.PARTY) else party.key


def _leads_to(code: Code, text: str, owner: str | None, use: Use) -> bool:
    try:
        return recognised(text, owner, use) == code
    except Refused:
        return False


def _transformation(event: Event) -> str | None:
    """The reporter's own id where the URI was made from one."""
    uri = event.transformation
    if uri is None:
        return None
    local = unquote(uri.rpartition(":")[2])
    return local if transformation_urn(local, event.party) == uri else uri


def _said(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}
