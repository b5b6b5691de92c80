"""Gates on the wire: a load in, as the event that its entry would be, and its colour out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from suyuan.domain.admission import Admission, Load, Reason
from suyuan.domain.chain import SourceReport, SourceStatus, product_of
from suyuan.domain.codes import Code
from suyuan.domain.errors import Fault, ReportRefused
from suyuan.domain.events import Event
from suyuan.domain.profiles.profile import Profile, Words
from suyuan.domain.sentences import sentence
from suyuan.wire.bodies import decode
from suyuan.wire.city import read_event

Json = dict[str, Any]

# A lorry brings a few lots; each is a chain to follow.
MOST_ITEMS = 20


def read_load(body: bytes, reporter: Code | None, now: datetime) -> Event:
    """The entry that a body in the city form describes. Raises ReportRefused with every fault.

    ``reporter`` is the enterprise that asks, and for which alone it may; ``None`` for an official.
    """
    event, faults = read_event(decode(body), reporter=reporter, now=now)
    if event is None or faults:
        raise ReportRefused(faults=faults)
    if reporter is not None and event.party != reporter:
        fault = Fault("party_not_yours", "/party", {"party": event.party.short})
        raise ReportRefused(faults=[fault])
    if len(event.items) > MOST_ITEMS:
        told = {"limit": MOST_ITEMS, "count": len(event.items)}
        raise ReportRefused(faults=[Fault("array_too_long", "/items", told)])
    return event


def write_admission(
    admission: Admission, load: Load, profile: Profile, sources: list[SourceReport], now: datetime
) -> Json:
    """The answer of a gate. ``extra`` is what the entry states of it, whatever the colour."""
    supplier = load.entry.source.party
    return {
        "colour": admission.colour.value,
        "sector": profile.id,
        "profile": profile.label,
        "market": load.entry.party.short,
        "supplier": None if supplier is None else _supplier(load, supplier),
        "items": [_item(admission, load, place) for place in range(len(load.goods))],
        "reasons": [_reason(reason) for reason in admission.reasons],
        "extra": {"admission": admission.colour.value},
        "sources": [
            {"subsystem": s.subsystem, "status": s.status.value, "ms": s.ms} for s in sources
        ],
        "complete": not load.silent and all(s.status is SourceStatus.ANSWERED for s in sources),
        "generated_at": now,
    }


def _supplier(load: Load, supplier: Code) -> Json:
    known = load.known.parties.get(supplier.key)
    names = None if known is None else {"zh": known.names.zh, "en": known.names.en}
    said = load.known.licensing.get(supplier.key)
    return {
        "id": supplier.short,
        "names": names,
        "on_file": bool(said is not None and said.reviewed),
    }


def _item(admission: Admission, load: Load, place: int) -> Json:
    goods = load.goods[place]
    product = product_of(goods.chain)
    return {
        "code": goods.code.key,
        "asked": goods.code.text,
        "name": product.name,
        "origin": product.origin,
        "colour": admission.of_item(place).value,
    }


def _reason(reason: Reason) -> Json:
    return {
        "rule": reason.rule,
        "colour": reason.colour.value,
        "code": reason.code,
        "item": reason.item,
        "pointer": reason.pointer,
        "detail": _both(reason.code, reason.params, reason.says),
        "remedy": _both(f"{reason.code}_remedy", reason.params, None),
    }


def _both(code: str, params: Any, says: Words | None) -> Json:
    if says is not None:
        return {"zh": says.zh, "en": says.en}
    return {language: sentence(code, params, language) for language in ("zh", "en")}
