"""A chain as tables, in the shape of the FDA's sortable spreadsheet (21 CFR 1.1455(c)(3)(ii)).

One row for each event and thing: the critical tracking event, the traceability lot code, product,
quantity and unit, locations, dates, reference documents. One row for each holder of the asked lot.
What is missing has a table of its own, and so has what was asked, by whom and when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from suyuan.domain.chain import Chain, ChainEvent, SourceStatus, product_of
from suyuan.domain.codes import Code
from suyuan.domain.events import Event, Item
from suyuan.domain.naming import Known
from suyuan.wire.chains import finding_detail, write_holes
from suyuan.wire.exports.columns import (
    ABOUT,
    LOT,
    PLACE,
    PLACE_NAME,
    PRODUCT,
    QUANTITY,
    SUBSYSTEM,
    UNIT,
    about_facts,
    moment,
    name_of,
    short_key,
    site,
)
from suyuan.wire.exports.tables import Column, Row, Table, Value
from suyuan.wire.exports.words import (
    document_word,
    event_word,
    said,
    source_word,
    unit_word,
)

_PARTY = Column("party", "主体代码", "Party", 22)
_PARTY_NAME = Column("party_name", "主体名称", "Party name", 24)
_EVENT = Column("event", "事件编号", "Event id", 36)

EVENTS = Table(
    "event",
    "事件",
    "Events",
    (
        Column("event_type", "关键追溯事件", "Critical tracking event", 18),
        Column("time", "事件时间（北京时间）", "Event time (UTC+8)", 22),
        Column("role", "货物角色", "Role", 10),
        LOT,
        PRODUCT,
        QUANTITY,
        UNIT,
        _PARTY,
        _PARTY_NAME,
        PLACE,
        PLACE_NAME,
        Column("from_party", "来源主体", "From party", 22),
        Column("from_place", "来源地点", "From location", 22),
        Column("to_party", "去向主体", "To party", 22),
        Column("to_place", "去向地点", "To location", 22),
        Column("documents", "参考文件", "Reference documents", 36),
        Column("produced_on", "生产日期", "Produced on", 12),
        Column("expires_on", "到期日期", "Expires on", 12),
        _EVENT,
        Column("record_time", "登记时间（北京时间）", "Record time (UTC+8)", 22),
        Column("via", "关联方式", "Via", 10),
        Column("hop", "层级", "Hop", 6),
        Column("said_by", "信息来源", "Said by", 12),
        Column("standing", "佐证", "Standing", 10),
        Column("certainty", "确定性", "Certainty", 14),
        SUBSYSTEM,
        Column("redacted", "未显示的项", "Redacted", 20),
    ),
)
HOLDERS = Table(
    "holder",
    "持有",
    "Holders",
    (LOT, PRODUCT, _PARTY, _PARTY_NAME, PLACE, PLACE_NAME, QUANTITY, UNIT),
)
FINDINGS = Table(
    "finding",
    "缺口与矛盾",
    "Gaps and findings",
    (
        Column("finding", "类型", "Type", 18),
        Column("detail", "说明", "Detail", 70),
        LOT,
        _EVENT,
        SUBSYSTEM,
        Column("since", "时间起（北京时间）", "From (UTC+8)", 22),
        Column("until", "时间止（北京时间）", "Until (UTC+8)", 22),
    ),
)
TABLES = (EVENTS, HOLDERS, FINDINGS, ABOUT)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for an export, for what and when; ``who`` is the short id of a caller."""

    code: str
    who: str
    when: datetime


def event_rows(chain: Chain, known: Known, language: str) -> Iterator[Row]:
    """A row for each event and thing of it; an event that names none, or none that the reader may
    see, has one row all the same.
    """
    names = {thing.code.key: thing.name for thing in chain.things}
    for one in chain.events:
        shared = _shared(one, known, language)
        things = list(_things(one.stored.event))
        for role, item in things:
            yield {**shared, **_thing(item, role, one.stored.event, names, language)}
        if not things:
            yield shared


def holder_rows(chain: Chain, known: Known, language: str) -> Iterator[Row]:
    """Where the asked lot is, and how much of it, as far as the reader may know."""
    name = product_of(chain).name
    for balance in chain.ledger.balances:
        yield {
            "lot_code": short_key(balance.code),
            "product": name,
            **site(balance.party, balance.place, known, language),
            "quantity": balance.quantity,
            "unit": unit_word(balance.unit, language),
        }


def finding_rows(chain: Chain, limits: Iterable[str], language: str) -> Iterator[Row]:
    """Findings, holes, silent subsystems and ``limits``: everything that the chain may lack."""
    for finding in chain.findings:
        yield {
            "finding": finding.type,
            "detail": finding_detail(finding, language),
            "lot_code": short_key(finding.code),
            "event": finding.event,
        }
    for hole in write_holes(chain.holes):
        detail = f"{said(hole['reason'], language)} → {said(hole['effect'], language)}"
        for key in hole["keys"]:
            yield {
                "finding": "hole",
                "detail": detail,
                "lot_code": short_key(key),
                "subsystem": hole["subsystem"],
                "since": hole["window"]["from"],
                "until": hole["window"]["to"],
            }
    for source in chain.sources:
        if source.status is not SourceStatus.ANSWERED:
            detail = source_word(source.status, language)
            yield {"finding": "source", "detail": detail, "subsystem": source.subsystem}
    for limit in limits:
        yield {"finding": "limit", "detail": f"{said('limit', language)}: {limit}"}


def about_rows(
    chain: Chain, asked: Asked, *, events: int, complete: bool, language: str
) -> Iterator[Row]:
    """What was asked, by whom, when, and whether it is everything. ``events`` were written."""
    values = {
        "code": chain.code.short,
        "asked": asked.code,
        "direction": str(chain.direction),
        "since": moment(chain.since),
        "as_of": moment(chain.as_of),
        "known_at": moment(chain.known_at),
        "events": str(events),
        "complete": said("yes" if complete else "no", language),
        "sources": ", ".join(f"{s.subsystem}: {s.status.value}" for s in chain.sources),
        "asked_by": asked.who,
        "asked_at": asked.when.isoformat(timespec="seconds"),
    }
    yield from about_facts(values, language)


def _shared(one: ChainEvent, known: Known, language: str) -> dict[str, Value]:
    event = one.stored.event
    return {
        "event_type": event_word(event, language),
        "time": event.time,
        "party": _short(event.party),
        "party_name": name_of(known.parties.get(event.party.key), language),
        "place": _short(event.place),
        "place_name": name_of(known.places.get(event.place.key if event.place else ""), language),
        "from_party": _short(event.source.party),
        "from_place": _short(event.source.place),
        "to_party": _short(event.destination.party),
        "to_place": _short(event.destination.place),
        "documents": _documents(event, language),
        "event": event.id,
        "record_time": one.stored.record_time,
        "via": said(one.via.value, language),
        "hop": one.hop,
        "said_by": said(one.said_by, language),
        "standing": said(one.standing.value, language),
        "certainty": said(one.certainty.value, language),
        "subsystem": " ".join(sorted(one.stored.subsystems)) or None,
        "redacted": " ".join(one.stored.redacted) or None,
    }


_ROLES = ("items", "inputs", "outputs", "children")


def _things(event: Event) -> Iterator[tuple[str, Item]]:
    for role in _ROLES:
        for item in getattr(event, role):
            yield role, item
    if event.parent is not None:
        yield "parent", Item(event.parent)


def _thing(
    item: Item, role: str, event: Event, names: Mapping[str, str | None], language: str
) -> dict[str, Value]:
    stated = event.product if role in ("items", "outputs") else None
    return {
        "role": said(role, language),
        "lot_code": item.code.short,
        "product": (stated.name if stated else None) or names.get(item.code.key),
        "quantity": item.quantity,
        "unit": unit_word(item.unit, language),
        "produced_on": stated.produced_on if stated else None,
        "expires_on": stated.expires_on if stated else None,
    }


def _documents(event: Event, language: str) -> str | None:
    told = (
        " ".join(filter(None, (document_word(d.type, language), d.number))) for d in event.documents
    )
    return "; ".join(told) or None


def _short(code: Code | None) -> str | None:
    return (code.short or None) if code is not None else None
