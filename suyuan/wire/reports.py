"""Whatever is posted as events: bytes in, reports with their identity or every fault out.

One JSON object, an array of them, or one per line (NDJSON). An object with ``@context`` is an EPCIS
2.0 document or bare event, any other the city form; an array may mix them. Any bytes at all give
reports, faults or one of three refusals, and never another error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from suyuan.domain.codes import Code
from suyuan.domain.errors import Fault, ReportRefused, TooLarge
from suyuan.domain.events import Event
from suyuan.domain.making import maker_of
from suyuan.wire import epcis_json
from suyuan.wire.bodies import MEDIA_TYPES, NDJSON_TYPE, Body, compact, decode, encode
from suyuan.wire.city import read_city
from suyuan.wire.city_plain import PlainReader
from suyuan.wire.identity import identify_city
from suyuan.wire.reading import FAULT_LIMIT, Reading

__all__ = [
    "CITY",
    "EPCIS",
    "FAULTS_LIMIT",
    "MEDIA_TYPES",
    "NDJSON_TYPE",
    "Report",
    "Reports",
    "decode",
    "encode",
    "read_reports",
    "read_stored",
]

CITY, EPCIS = "city", "epcis"

# An answer lists this many faults; a batch with more is wrong in a way that the first ones tell.
FAULTS_LIMIT = 1_000

# Where EPCIS 2.0 has the events of an EPCISDocument and of an EPCISQueryDocument.
_EVENT_LISTS = (
    ("epcisBody", "eventList"),
    ("epcisBody", "queryResults", "resultsBody", "eventList"),
)


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


_make_report = maker_of(Report)


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
    texts = Body(body, media_type, max_events)
    batch = _Batch(reporter, now)
    # Past the limit the texts are only counted.
    plain = [batch.plain(t) if len(texts.texts) <= max_events else None for t in texts.texts]
    values = [texts.value(n) if one is None else one for n, one in enumerate(plain)]
    count = sum(map(_count, values))
    if count > max_events:
        raise TooLarge("batch_too_large", limit=max_events, count=count)
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
    if form == EPCIS:
        return epcis_json.read_stored(decode(document), party)
    event = PlainReader(party, None).read(document.encode())
    if event is None or event.party != party:
        reading = Reading()
        event = read_city(reading, decode(document), party, party)
        if event is None:
            raise ReportRefused(faults=reading.faults)
    if event_id and not event.id:
        return replace(event, id=event_id)
    return event if event.id else identify_city(event)[0]


def _count(value: Any) -> int:
    """How many events a value holds, before any is read."""
    if isinstance(value, Report):
        return 1
    for path in _EVENT_LISTS:
        found = value
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, list):
            return len(found)
    return 1


class _Batch:
    """The reports and faults of a body while it is read."""

    __slots__ = ("_reader", "faults", "now", "reporter", "reports")

    def __init__(self, reporter: Code | None, now: datetime) -> None:
        self.reporter = reporter
        self.now = now
        self._reader = PlainReader(reporter, now)
        self.reports: list[Report | None] = []
        self.faults: list[Fault] = []

    def plain(self, text: bytes) -> Report | None:
        """The report of a text in the city form that is plainly right, else ``None``."""
        try:
            raw = compact(text)
            document = raw.decode()  # a member that is there twice is looked at once
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        event = self._reader.read(raw)
        if event is None:
            return None
        event, content = identify_city(event)
        return _make_report(event, content, CITY, document)

    def add(self, value: Any) -> None:
        """Take in a report, the fault of a text that is none, or a value that may be some."""
        if isinstance(value, Report):
            self.reports.append(value)
        elif isinstance(value, Fault):
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
        event, content = identify_city(event)
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
