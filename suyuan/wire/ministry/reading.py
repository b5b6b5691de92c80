"""Rows of the ministry's XML to reports in the city form, by the form's own checks.

What a row moves is named by its electronic ticket, else by a certificate, else by its batch; which
it was is told in ``extra.linked_by``. Tickets and certificates are documents of the event, so a
movement that is linked by one is evidenced, and one by its batch alone is asserted until the other
side tells of it too (docs/tracing.md, "Findings").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from suyuan.domain.codes import Code
from suyuan.domain.errors import Fault
from suyuan.wire.city import read_city
from suyuan.wire.identity import identify_city
from suyuan.wire.ministry.opening import HEADER, MinistryLine
from suyuan.wire.ministry.records import (
    BATCH,
    CERTIFICATES,
    ENTRY,
    MARKET_ENTRY,
    SCALE,
    SUPERMARKET,
    TICKET,
    TRADE,
)
from suyuan.wire.reading import Reading
from suyuan.wire.reports import CITY, Report, encode
from suyuan.wire.sheets import cells
from suyuan.wire.sheets.reading import FAULTS_LIMIT, RowFault
from suyuan.wire.sheets.sheet import Line

_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PLACES = {tag: place for place, tag in enumerate(HEADER)}
_CANCELLED = "2"
_BY_PIECE = "1"

Raw = dict[str, Any]
Fields = Mapping[str, str]


class MinistryReader:
    """Reads the rows of one file. ``reporter`` is ``None`` for a department."""

    def __init__(self, reporter: Code | None) -> None:
        self._reporter = reporter

    def read(self, line: Line, now: datetime) -> tuple[Report, ...] | list[RowFault]:
        """The one or two events that a row is, in the order in which they happened."""
        if not isinstance(line, MinistryLine):
            raise TypeError("a line of another kind of file")
        faults = [self.fault(fault) for fault in (*line.faults, *_missing(line))]
        if faults:
            return faults
        raws = _WRITERS[line.record](line.fields, self._reporter is None)
        reports = []
        for raw in raws:
            reading = Reading(0, now, FAULTS_LIMIT)
            event = read_city(reading, raw, self._reporter)
            if event is None:
                # A field may be in several members of its events, and is blamed once.
                blamed = map(self.fault, reading.faults)
                return list({(fault.code, fault.column): fault for fault in blamed}.values())
            event, content = identify_city(event)
            reports.append(Report(event, content, CITY, encode(raw)))
        return tuple(reports)

    def is_example(self, line: Line) -> bool:
        """Never: there is no template of this form."""
        del line
        return False

    def fault(self, fault: Fault) -> RowFault:
        """A fault as one of a row, with the column of the tag where one is to blame."""
        tag = str(fault.params.get("tag", "")) or _TAG_OF.get(fault.pointer, "")
        return RowFault(fault.code, dict(fault.params), tag, _PLACES.get(tag))


# The tags that people must look at, by the pointer of what was made of them.
_TAG_OF = {
    "/items/0/quantity": "weight",
    "/inputs/0/quantity": "weight",
    "/outputs/0/quantity": "weight",
    "/items/0/code": TICKET,
    "/inputs/0/code": TICKET,
    "/place": "retail_market_id",
    "/party": "retailer_id",
    "/time": "in_date",
    "/product/name": "goods_name",
}


def _missing(line: MinistryLine) -> list[Fault]:
    """What a row of its record must say and does not, and what it says that cannot be."""
    if line.faults:
        return []
    fields = line.fields
    faults = [
        Fault("ministry_tag_missing", "", {"tag": tag})
        for tag in _NEEDED.get(line.record, ())
        if tag not in fields
    ]
    if not any(tag in fields for tag in (TICKET, *CERTIFICATES, BATCH)):
        faults.append(Fault("ministry_link_missing"))
    if fields.get("order_status") == _CANCELLED:
        faults.append(Fault("ministry_cancelled", "", {"tag": "order_status"}))
    seller, buyer = fields.get("wholesaler_id"), fields.get("retailer_id")
    if seller is not None and seller == buyer:
        faults.append(Fault("ministry_same_party", "", {"tag": "retailer_id", "party": buyer}))
    return faults


_NEEDED = {
    ENTRY: ("in_date", "wholesaler_id", BATCH, "weight"),
    TRADE: ("tran_date", "wholesaler_id", "retailer_id", TICKET, BATCH, "weight"),
    MARKET_ENTRY: ("in_date", "retailer_id", "weight"),
    SCALE: ("sale_date", "retailer_id", "sale_tran_id", "weight"),
    SUPERMARKET: ("in_date", "supermarket_id"),
}


# --- Each record as events --------------------------------------------------------------------


def _entry(fields: Fields, named: bool) -> list[Raw]:
    """A wholesaler brings goods in; what they were until then becomes the batch."""
    received = {tag: value for tag, value in fields.items() if tag != BATCH}
    code, link = _link(received) or (fields[BATCH], "batch")
    quantity = _quantity(fields)
    entry = _event(fields, "wholesale entry", _time(fields["in_date"], 0), link)
    _set(entry, "party", merchant(fields["wholesaler_id"]) if named else None)
    _set(entry, "from", _end(fields.get("ws_supplier_id")))
    _set(entry, "to", None if named else _end(fields["wholesaler_id"]))
    _set(entry, "place", fields.get("market_id"))
    entry["items"] = [{"code": code, **quantity}]
    if code == fields[BATCH]:
        return [entry]
    batch = {
        **_bare(entry, "wholesale split"),
        "time": _time(fields["in_date"], 1),
        "inputs": [{"code": code, **quantity}],
        "outputs": [{"code": fields[BATCH], **quantity}],
    }
    return [entry, batch]


def _trade(fields: Fields, named: bool) -> list[Raw]:
    """A part of a batch is sold under an electronic ticket, which is its code from then on."""
    sale = _event(fields, "wholesale sale", _time(fields["tran_date"], 2), "batch")
    _set(sale, "party", merchant(fields["wholesaler_id"]) if named else None)
    _set(sale, "from", None if named else _end(fields["wholesaler_id"]))
    _set(sale, "place", fields.get("market_id"))
    sale["to"] = _end(fields["retailer_id"])
    sale["inputs"] = [{"code": fields[BATCH], **_quantity(fields)}]
    sale["outputs"] = [{"code": fields[TICKET], **_quantity(fields)}]
    return [sale]


def _market_entry(fields: Fields, named: bool) -> list[Raw]:
    """A stall brings goods into a retail market."""
    code, link = _link(fields) or ("", "")
    entry = _event(fields, "retail receive", _time(fields["in_date"], 3), link)
    _set(entry, "party", merchant(fields["retailer_id"]) if named else None)
    _set(entry, "from", _end(fields.get("ws_supplier_id")))
    _set(entry, "to", None if named else _end(fields["retailer_id"]))
    _set(entry, "place", fields.get("retail_market_id"))
    entry["items"] = [{"code": code, **_quantity(fields)}]
    return [entry]


def _scale(fields: Fields, named: bool) -> list[Raw]:
    """What a scale weighed for a customer: cut off under the slip's number, and sold."""
    code, link = _link(fields) or ("", "")
    quantity = _quantity(fields)
    split = _event(fields, "wholesale split", _time(fields["sale_date"], 4), link)
    _set(split, "party", merchant(fields["retailer_id"]) if named else None)
    _set(split, "place", fields.get("retail_market_id"))
    split["inputs"] = [{"code": code, **quantity}]
    split["outputs"] = [{"code": fields["sale_tran_id"], **quantity}]
    sale = {
        **_bare(split, "retail sale"),
        "time": _time(fields["sale_date"], 5),
        "items": [{"code": fields["sale_tran_id"], **quantity}],
    }
    return [split, sale]


def _supermarket(fields: Fields, named: bool) -> list[Raw]:
    """A supermarket receives goods; the record says neither which nor how much."""
    code, link = _link(fields) or ("", "")
    entry = _event(fields, "retail receive", _time(fields["in_date"], 3), link)
    _set(entry, "party", merchant(fields["supermarket_id"]) if named else None)
    _set(entry, "from", _end(fields.get("supplier_id")))
    _set(entry, "place", fields["supermarket_id"])
    entry["items"] = [{"code": code, **_quantity(fields)}]
    return [entry]


_WRITERS: Mapping[str, Callable[[Fields, bool], list[Raw]]] = {
    ENTRY: _entry,
    TRADE: _trade,
    MARKET_ENTRY: _market_entry,
    SCALE: _scale,
    SUPERMARKET: _supermarket,
}


# --- Their parts ------------------------------------------------------------------------------


def _link(fields: Fields) -> tuple[str, str] | None:
    """What names the goods, strongest first, and which it is; ``None`` where nothing does."""
    if TICKET in fields:
        return fields[TICKET], "ticket"
    for tag, kind in CERTIFICATES.items():
        if tag in fields:
            return certificate_code(kind, fields[tag]), "certificate"
    return (fields[BATCH], "batch") if BATCH in fields else None


def certificate_code(kind: str, number: str) -> str:
    """Goods that are known by their certificate alone; the same whoever reports of them."""
    return f"urn:suyuan:certificate:{kind}:{number}"


def _event(fields: Fields, what: str, time: str, link: str) -> Raw:
    kind, activity = what.split()
    event: Raw = {"kind": kind, "activity": activity, "time": time}
    event["extra"] = {"linked_by": link, **{t: fields[t] for t in _KEPT if t in fields}}
    _set(event, "documents", _documents(fields))
    _set(event, "product", _product(fields))
    return event


# What the form has no member for, and an inspector asks. Names of merchants are mostly those of
# people: they are the register's, and no event's.
_KEPT = (
    *("goods_code", "price", "transporter_id", "trace_id", "position_id", "biz_type"),
    *("trade_type", "buyer_type", "voucher_type", "dest", "retailer_id", BATCH),
)


def _bare(event: Raw, what: str) -> Raw:
    """A second event of the same row, without what only the first one is about."""
    kind, activity = what.split()
    kept = {k: v for k, v in event.items() if k not in ("items", "inputs", "outputs", "from", "to")}
    return {**kept, "kind": kind, "activity": activity}


def _documents(fields: Fields) -> list[Raw]:
    found = [{"type": "transaction_ticket", "number": fields[TICKET]}] if TICKET in fields else []
    return found + [
        {"type": kind, "number": fields[tag]} for tag, kind in CERTIFICATES.items() if tag in fields
    ]


def _product(fields: Fields) -> Raw:
    origin = " ".join(
        fields[tag] for tag in ("area_origin_id", "area_origin_name", "base_name") if tag in fields
    )
    facts = {"name": fields.get("goods_name"), "origin": origin or None}
    return {name: value for name, value in facts.items() if value}


def _quantity(fields: Fields) -> Raw:
    if fields.get("model_type") == _BY_PIECE and "count" in fields:
        return {"quantity": fields["count"], "unit": "H87"}
    return {"quantity": fields["weight"], "unit": "KGM"} if "weight" in fields else {}


def merchant(text: str) -> str:
    """A market or merchant as a party: its national code, unless it says itself what it is."""
    return f"urn:suyuan:cn:{text}" if text.isdecimal() else text


def _end(party: str | None) -> Raw | None:
    return {"party": merchant(party)} if party else None


def _set(event: Raw, name: str, value: Any) -> None:
    if value:
        event[name] = value


def _time(text: str, step: int) -> str:
    """A time; of a day alone its first seconds, ``step`` by step in the order in which goods move.

    The platform's records give days, and an order within the day is all that may be made of one.
    """
    stamp = _STAMP.fullmatch(text)
    if stamp is not None:
        year, month, day, hour, minute, second = stamp.groups()
        return f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{cells.OFFSET}"
    day = cells.day(text)
    if _DAY.fullmatch(day):
        return f"{day}T00:00:0{step}{cells.OFFSET}"
    try:
        return cells.moment(text)
    except cells.CellRefused:
        return text
