"""Whatever is posted as events: bytes in, reports with their identity or every fault out.

One JSON object, an array of them, or one per line (NDJSON). An object with ``@context`` is an EPCIS
2.0 document or bare event, any other the city form; an array may mix them. Any bytes at all give
reports, faults or one of three refusals, and never another error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from suyuan.domain.codes import Code
from suyuan.domain.errors import Fault, MediaTypeUnknown, ReportRefused, TooLarge
from suyuan.domain.events import Event
from suyuan.wire import epcis_json
from suyuan.wire.city import read_city
from suyuan.wire.identity import identify
from suyuan.wire.reading import FAULT_LIMIT, Reading

CITY, EPCIS = "city", "epcis"
NDJSON_TYPE = "application/x-ndjson"
MEDIA_TYPES = ("application/json", "application/ld+json", NDJSON_TYPE)

# An answer lists this many faults; a batch with more is wrong in a way that the first ones tell.
FAULTS_LIMIT = 1_000

# Where EPCIS 2.0 has the events of an EPCISDocument and of an EPCISQueryDocument.
_EVENT_LISTS = (
    ("epcisBody", "eventList"),
    ("epcisBody", "queryResults", "resultsBody", "eventList"),
)
_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\";\s]*)")
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
_BYTE = re.compile(r"\(byte (\d+)\)")
# What Python will not read as a number although JSON allows it.
_ENDLESS = re.compile(rb"[0-9]{4301,}|[eE][+-]?[0-9]{18,}")
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, InvalidOperation)

# Numbers stay the digits that were sent: binary floats would change quantities and ``extra``.
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Report:
    """One event as it was reported and as it is to be stored.

    ``content``   16 bytes, equal for equal content in either form (CBV 2.0 event hash)
    ``form``      ``city`` or ``epcis``
    ``document``  the report's JSON text; of EPCIS a bare event with its own ``@context``
    """

    event: Event
    content: bytes
    form: str
    document: str


@dataclass(frozen=True, slots=True)
class Reports:
    """What a body held: a report for each event, in order, ``None`` where it has faults.

    A fault's ``index`` is its event's place here, counted from 0.
    """

    reports: tuple[Report | None, ...]
    faults: tuple[Fault, ...] = ()


def read_reports(
    body: bytes, *, media_type: str, reporter: Code | None, now: datetime, max_events: int
) -> Reports:
    """Every event of a body, or every fault in it.

    ``reporter`` is the enterprise whose key posts, ``None`` for a department; ``now`` is aware.
    Raises ``MediaTypeUnknown``; ``TooLarge`` past ``max_events``; ``ReportRefused`` for a body
    that is no JSON or holds no event. In NDJSON a line that is no JSON is a fault like others.
    """
    body = body.removeprefix(_BOM)
    lines = _essence(media_type) == NDJSON_TYPE
    values = _lines(body, max_events) if lines else _values(body)
    count = sum(map(_count, values))
    if count > max_events:
        raise TooLarge("batch_too_large", limit=max_events, count=count)
    batch = _Batch(reporter, now)
    for value in values:
        batch.add(value)
    if not batch.reports and not batch.faults:
        raise ReportRefused(faults=[Fault("batch_empty")])
    return Reports(tuple(batch.reports), tuple(batch.faults))


def read_stored(form: str, document: str, party: Code, event_id: str = "") -> Event:
    """The event of a stored document; what was checked on its way in is not judged by today's time.

    ``party`` is the event's party as it was settled then; ``event_id`` what it was given, for a
    document that has none (without it the hash is computed again, which costs more than the rest).
    """
    raw = _decode(document)
    if form == EPCIS:
        return epcis_json.read_stored(raw, party)
    reading = Reading()
    event = read_city(reading, raw, party, party)
    if event is None:
        raise ReportRefused(faults=reading.faults)
    if event_id and not event.id:
        return replace(event, id=event_id)
    return event if event.id else identify(event, epcis_json.write_event(event))[0]


def decode(body: bytes | str) -> Any:
    """JSON as plain values, numbers as integers and decimals with the digits that were sent.

    Raises ``ReportRefused`` with the fault ``json_malformed``, which says where.
    """
    try:
        return _decode(body)
    except _UNREADABLE as error:
        where = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        raise ReportRefused(faults=[_malformed(where, error)]) from error


def encode(value: Any) -> str:
    """Plain values as compact JSON text, the way back from ``decode``."""
    return _encode(value).decode()


def _count(value: Any) -> int:
    """How many events a value holds, before any is read."""
    for path in _EVENT_LISTS:
        found = value
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, list):
            return len(found)
    return 1


class _Batch:
    """The reports and faults of a body while it is read."""

    __slots__ = ("faults", "now", "reporter", "reports")

    def __init__(self, reporter: Code | None, now: datetime) -> None:
        self.reporter = reporter
        self.now = now
        self.reports: list[Report | None] = []
        self.faults: list[Fault] = []

    def add(self, value: Any) -> None:
        if isinstance(value, Fault):
            self.reports.append(None)
            self._blame([replace(value, index=len(self.reports) - 1)])
        elif isinstance(value, dict) and "@context" in value:
            self._add_epcis(value)
        else:
            self._add_city(value)

    def _add_city(self, raw: Any) -> None:
        # Past the limit nobody sees which faults an event has, only that it has some.
        limit = FAULT_LIMIT if len(self.faults) < FAULTS_LIMIT else 0
        reading = Reading(len(self.reports), self.now, limit)
        event = read_city(reading, raw, self.reporter)
        if event is None:
            self.reports.append(None)
            self._blame(reading.faults)
            return
        event, content = identify(event, epcis_json.write_event(event))
        self.reports.append(Report(event, content, CITY, encode(raw)))

    def _add_epcis(self, raw: dict[str, Any]) -> None:
        index = len(self.reports)
        document = epcis_json.read_document(raw, reporter=self.reporter, now=self.now, index=index)
        self._blame(document.faults)
        self.reports += [
            None if one is None else Report(one.event, one.content, EPCIS, encode(one.bare))
            for one in document.events
        ]

    def _blame(self, faults: Sequence[Fault]) -> None:
        room = FAULTS_LIMIT - len(self.faults)
        if room >= len(faults):
            self.faults.extend(faults)
        elif room >= 0:
            self.faults.extend(faults[:room])
            self.faults.append(Fault("more_faults", index=faults[0].index))


# --- Bytes to values ----------------------------------------------------------------------------


def _essence(media_type: str) -> str:
    """The media type without its parameters, if it is one that is read here, in UTF-8."""
    essence, _, parameters = media_type.lower().partition(";")
    charset = _CHARSET.search(parameters)
    known = essence.strip() in MEDIA_TYPES and (charset is None or charset[1] in _CHARSETS)
    if not known:
        allowed = (*MEDIA_TYPES, "charset=utf-8")
        raise MediaTypeUnknown(media_type=media_type, allowed=allowed)
    return essence.strip()


def _values(body: bytes) -> list[Any]:
    if not body.strip(_BLANK):
        raise ReportRefused(faults=[Fault("batch_empty")])
    value = decode(body)
    return value if isinstance(value, list) else [value]


def _lines(body: bytes, max_events: int) -> list[Any]:
    """A value for each line of NDJSON that is not blank, or the fault of one that is no JSON."""
    lines = [(n, line) for n, line in enumerate(body.split(b"\n"), 1) if line.strip(_BLANK)]
    if len(lines) > max_events:
        raise TooLarge("batch_too_large", limit=max_events, count=len(lines))
    return [_line(number, line) for number, line in lines]


def _line(number: int, line: bytes) -> Any:
    try:
        return _decode(line)
    except _UNREADABLE as error:
        return _malformed(line, error, number)


def _malformed(body: bytes, error: Exception, line: int | None = None) -> Fault:
    byte = _place(body, error)
    row = body.count(b"\n", 0, byte) + 1 if line is None else line
    return Fault("json_malformed", params={"line": row, "byte": byte})


def _place(body: bytes, error: Exception) -> int:
    """The byte, counted from 0, where reading stopped."""
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        return wrong.start
    said = _BYTE.search(str(error))
    if said is not None:
        return int(said[1])
    endless = _ENDLESS.search(body)
    return endless.start() if endless is not None else len(body)
