"""A chain as the world sees it: the JSON of ``GET /v1/chains/{code}`` (docs/tracing.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Raw

from suyuan.domain.chain import Chain, ChainEvent, Finding, SourceReport, product_of
from suyuan.domain.codes import Code
from suyuan.domain.events import Endpoint, Event, Item, Product, StoredEvent
from suyuan.domain.lookup import Hole
from suyuan.domain.naming import Known
from suyuan.domain.register import Party, Place
from suyuan.domain.sentences import sentence
from suyuan.domain.temperature import Temperature
from suyuan.domain.transfers import Transfer
from suyuan.wire.cursors import write_page
from suyuan.wire.divisions import division_name
from suyuan.wire.reports import encode

Json = dict[str, Any]


def write_chain(
    chain: Chain, *, asked: str, language: str, now: datetime, known: Known | None = None
) -> Json:
    """The chain with every member of the contract; ``asked`` is the code as it was asked.

    ``known`` is what registers say of its parties and places.
    """
    known = known or Known()
    events = [one.stored.event for one in chain.events]
    stated = product_of(chain)
    return {
        "code": chain.code.key,
        "asked": asked,
        "direction": str(chain.direction),
        "product": write_product(stated) if stated != Product() else None,
        "events": [write_chain_event(one) for one in chain.events],
        "things": [{"code": t.code.key, "level": t.level, "name": t.name} for t in chain.things],
        "links": [
            {"from": k.from_, "to": k.to, "kind": k.kind, "event": k.event} for k in chain.links
        ],
        "parties": _codes((p for e in events for p in _parties(e)), known.parties, language),
        "places": _codes((p for e in events for p in _places(e)), known.places, language),
        "documents": write_documents(events),
        "findings": [_finding(f, language) for f in chain.findings],
        **_quantities(chain),
        "sources": [_source(s) for s in chain.sources],
        "holes": write_holes(chain.holes),
        "limits_hit": list(chain.limits_hit),
        "next": None if chain.next is None else write_page(chain.next, chain.known_at or now),
        "complete": chain.complete,
        "as_of": chain.as_of,
        "since": chain.since,
        "known_at": chain.known_at,
        "generated_at": now,
    }


def _quantities(chain: Chain) -> Json:
    """What the quantities came to: where how much is, on its way, lost, and of the asked lot."""
    return {
        "balances": [
            {
                "code": b.code,
                "place": b.place,
                "party": b.party,
                "unit": b.unit,
                "quantity": b.quantity,
            }
            for b in chain.ledger.balances
        ],
        "movements": [_transfer(t) for t in chain.ledger.transfers],
        "mass_balances": [
            {
                "transformation": m.transformation,
                "event": m.event,
                "unit": m.unit,
                "inputs": m.inputs,
                "outputs": m.outputs,
                "gain": m.gain if m.known else None,
            }
            for m in chain.masses
        ],
        "affected": [
            {
                "code": a.code,
                "unit": a.unit,
                "worst_case": a.worst_case,
                "pro_rata": a.pro_rata,
            }
            for a in chain.affected
        ],
    }


def _source(s: SourceReport) -> Json:
    return {
        "subsystem": s.subsystem,
        "status": s.status.value,
        "ms": s.ms,
        "probably_holds": s.probably_holds or None,  # never false: no proof of absence
    }


def write_chain_event(one: ChainEvent) -> Json:
    """One event of a chain: what was reported, why it is here, how sure, what is hidden."""
    window = one.window and {"from": one.window[0], "to": one.window[1]}
    return {
        **write_stored(one.stored),
        "via": one.via.value,
        "hop": one.hop,
        "window": window,
        "subsystem": sorted(one.stored.subsystems),
        "certainty": one.certainty.value,
        "standing": one.standing.value,
        "said_by": one.said_by,
        "redacted": list(one.stored.redacted),
    }


def write_stored(stored: StoredEvent) -> Json:
    """An event's own members; absent ones are null or empty, never left out."""
    event = stored.event
    return {
        "id": event.id,
        "uri": event.uri if event.party.key else None,
        "type": event.type.value,
        "action": event.action,
        "kind": event.kind,
        "activity": event.activity,
        "step": event.step,
        "disposition": event.disposition,
        "time": event.time,
        "record_time": stored.record_time,
        "party": write_id(event.party),
        "place": write_id(event.place),
        "items": _items(event.items),
        "inputs": _items(event.inputs),
        "outputs": _items(event.outputs),
        "parent": event.parent.key if event.parent else None,
        "children": _items(event.children),
        "from": _endpoint(event.source),
        "to": _endpoint(event.destination),
        "product": write_product(event.product),
        "documents": write_documents([event]),
        "transformation": event.transformation,
        "sector": event.sector,
        "extra": Raw(encode(dict(event.extra)).encode()),
        "temperature": write_temperature(event.temperature),
        "temperature_limit": _limit(stored),
    }


def write_temperature(told: Temperature | None) -> Json | None:
    """Degrees Celsius; ``out_of_limit`` by the limit, or because a device told an alarm."""
    if told is None:
        return None
    return {
        "low": told.low,
        "high": told.high,
        "at_least": told.at_least,
        "at_most": told.at_most,
        "out_of_limit": told.is_out_of_limit,
    }


def _limit(stored: StoredEvent) -> Json | None:
    """The limit of the sector's profile. It stands apart, since a temperature is a part of
    fingerprints that people keep.
    """
    told, limit = stored.event.temperature, stored.limit
    if told is None or limit is None:
        return None
    return {
        "at_least": limit.at_least,
        "at_most": limit.at_most,
        "out_of_limit": limit.is_broken_by(told),
    }


def _transfer(transfer: Transfer) -> Json:
    """One movement of a lot: who sent how much, and what of it arrived."""
    return {
        "code": transfer.code,
        "event": transfer.event,
        "from": {"place": transfer.source.place, "party": transfer.source.party},
        "to": {"place": transfer.target.place, "party": transfer.target.party},
        "unit": transfer.unit,
        "shipped": transfer.shipped,
        "received": transfer.received,
        "in_transit": transfer.in_transit,
        "unaccounted": transfer.unaccounted,
    }


def _items(items: Iterable[Item]) -> list[Json]:
    return [
        {"code": i.code.key, "text": i.code.text, "quantity": i.quantity, "unit": i.unit}
        for i in items
    ]


def write_id(code: Code | None) -> str | None:
    return (code.short or None) if code else None


def _endpoint(end: Endpoint) -> Json | None:
    if end.party is None and end.place is None:
        return None
    return {"party": write_id(end.party), "place": write_id(end.place)}


def write_product(product: Product | None) -> Json | None:
    if product is None:
        return None
    return {
        "name": product.name,
        "lot": product.lot,
        "produced_on": product.produced_on,
        "expires_on": product.expires_on,
        "origin": product.origin,
        "spec": product.spec,
    }


def _parties(event: Event) -> Iterable[Code | None]:
    return (event.party, event.source.party, event.destination.party)


def _places(event: Event) -> Iterable[Code | None]:
    return (event.place, event.source.place, event.destination.place)


def _codes(
    codes: Iterable[Code | None], known: Mapping[str, Party] | Mapping[str, Place], language: str
) -> list[Json]:
    unique = dict.fromkeys(c for c in codes if c is not None and c.key)
    return [
        {"id": c.short, "code": c.key, "scheme": c.scheme, **_named(known.get(c.key), language)}
        for c in unique
    ]


def _named(entry: Party | Place | None, language: str) -> Json:
    """What a register says of a party or place: ``name`` in the answer's language, else null."""
    if entry is None:
        return dict.fromkeys(("name", "names", "district", "district_name", "address"))
    return {
        "name": entry.names.of(language),
        "names": {"zh": entry.names.zh, "en": entry.names.en},
        "district": entry.district,
        "district_name": division_name(entry.district) if entry.district else None,
        "address": entry.address,
    }


def write_documents(events: Sequence[Event]) -> list[Json]:
    return [
        {
            "type": d.type,
            "number": d.number,
            "issuer": d.issuer,
            "issued_on": d.issued_on,
            "url": d.url,
            "event": e.id,
            # Left out where nobody says it: documents are a part of fingerprints that people keep.
            **({"result": d.result} if d.result else {}),
        }
        for e in events
        for d in e.documents
    ]


def _finding(finding: Finding, language: str) -> Json:
    return {
        "type": finding.type,
        "event": finding.event,
        "code": finding.code,
        "detail": finding_detail(finding, language),
    }


def finding_detail(finding: Finding, language: str) -> str:
    """A finding in sentences."""
    params = {"code": finding.code or "", "event": finding.event or "", **finding.params}
    told = (sentence(name, params, language) for name in _sentences(finding))
    return ("" if language == "zh" else " ").join(told)


def _sentences(finding: Finding) -> list[str]:
    """The names of the sentences that tell a finding."""
    name = f"finding_{finding.type}"
    if finding.type == "gap":
        return [f"{name}_{finding.params.get('missing', 'shipment')}"]
    return [name, *(f"{name}_{sign}" for sign in finding.params.get("signs", ()))]


def write_holes(holes: Iterable[Hole]) -> list[Json]:
    """Holes of one subsystem, window, reason and effect together, with all their keys."""
    groups: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for hole in holes:
        window = (hole.key.since, hole.key.until)
        groups[hole.subsystem, window, hole.reason.value, hole.effect.value].append(hole.key.key)
    return [
        {
            "subsystem": subsystem,
            "keys": sorted(set(keys)),
            "window": {"from": window[0], "to": window[1]},
            "reason": reason,
            "effect": effect,
        }
        for (subsystem, window, reason, effect), keys in groups.items()
    ]
