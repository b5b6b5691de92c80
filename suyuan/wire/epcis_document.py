"""EPCIS 2.0 JSON documents in: every event as an ``Event`` and as a bare event that stands alone.

Read are an EPCISDocument, an EPCISQueryDocument and a bare event object, each with its ``@context``
(EPCIS 2.0, clause 12; EPCIS-JSON-Schema.json). Any JSON value gives events or faults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from suyuan.domain.codes import Code
from suyuan.domain.errors import Fault, ReportRefused
from suyuan.domain.events import Event
from suyuan.wire.epcis_context import merged, names_unknown_contexts, namespaces
from suyuan.wire.epcis_envelope import check_context, read_envelope
from suyuan.wire.epcis_event import read_event
from suyuan.wire.epcis_shapes import EventReading
from suyuan.wire.epcis_vocabulary import with_bare_words
from suyuan.wire.identity import identify

# An answer with more faults says no more than these.
FAULTS_LIMIT = 1_000

_LEFT_OUT = frozenset({"@context", "recordTime"})


@dataclass(frozen=True, slots=True)
class EpcisEvent:
    """One event of a document.

    ``bare``     the event object with the ``@context`` of document and event, standard words bare,
                 an ``eventID`` if it had none, and without ``recordTime``, which is the server's
    ``content``  its content identity (``suyuan.wire.identity``)
    """

    event: Event
    bare: dict[str, Any]
    content: bytes


@dataclass(frozen=True, slots=True)
class EpcisReading:
    """What a document holds: an entry for each of its events in order, ``None`` for a faulty one.

    A fault's ``index`` is the event's place in the list. A fault of the document itself has the
    index of its first event, and then no event is given: the others are ``document_faulty``.
    """

    events: tuple[EpcisEvent | None, ...]
    faults: tuple[Fault, ...] = ()


def read_document(
    raw: Any, *, reporter: Code | None, now: datetime | None, index: int = 0
) -> EpcisReading:
    """Every event of decoded JSON, or every fault in it; pointers point into the JSON as it came.

    ``reporter`` is the enterprise whose events these are unless they name another party, ``None``
    for a department. ``now``, aware, bounds event times; with ``None`` no time is too late.
    ``index`` is the place in its batch of the document's first event.
    """
    if not isinstance(raw, dict):
        return EpcisReading((None,), (Fault("not_object", index=index),))
    envelope = _Scope(raw.get("@context")).reading(index, None)
    found = read_envelope(envelope, raw)
    batch = _Batch(raw, reporter, now, envelope.faults)
    for place, (at, value) in enumerate(found):
        batch.add(index + place, at, value)
    events = batch.events or [None] * bool(envelope.faults)
    return EpcisReading(tuple(events), tuple(batch.faults))


def read_stored(bare: dict[str, Any], party: Code) -> Event:
    """The event of a bare event that was stored; ``party`` as it was settled when it was taken in.

    Raises ``ReportRefused`` for one that could not have been stored.
    """
    reading = _Scope(bare.get("@context")).reading(0, None)
    event = read_event(reading, bare, "", party, settled=party)
    if event is None:
        raise ReportRefused(faults=reading.faults)
    return event


class _Scope:
    """A context and the prefixes it declares, worked out once for all events that share it."""

    __slots__ = ("closed", "context", "names")

    def __init__(self, context: Any) -> None:
        self.context = context
        self.names = namespaces(context)
        self.closed = not names_unknown_contexts(context)

    def reading(self, index: int, now: datetime | None) -> EventReading:
        """A reading of an event in this scope."""
        return EventReading(index, now, self.names, closed=self.closed)


class _Batch:
    """The events of a document while they are read."""

    __slots__ = ("document", "events", "faults", "now", "refused", "reporter", "scope")

    def __init__(
        self,
        document: dict[str, Any],
        reporter: Code | None,
        now: datetime | None,
        faults: Sequence[Fault],
    ) -> None:
        self.document = document
        # A context that is at fault may be nested without end.
        known = not any(fault.pointer.startswith("/@context") for fault in faults)
        self.scope = _Scope(document.get("@context") if known else None)
        self.reporter = reporter
        self.now = now
        self.refused = bool(faults)
        self.events: list[EpcisEvent | None] = []
        self.faults = list(faults)

    def add(self, index: int, at: str, raw: Any) -> None:
        """Reads one event, or notes its faults."""
        if not isinstance(raw, dict):
            self._blame([Fault("not_object", at, index=index)])
            return
        reading, context = self._begin(index, at, raw)
        event = read_event(reading, raw, at, self.reporter)
        if event is None or self.refused:
            self._blame(reading.faults or [Fault("document_faulty", at, index=index)])
            return
        bare = {"@context": context, **{n: v for n, v in raw.items() if n not in _LEFT_OUT}}
        if reading.respelled:
            bare = with_bare_words(bare)
        event, content = identify(event, bare)
        bare.setdefault("eventID", event.id)
        self.events.append(EpcisEvent(event, bare, content))

    def _begin(self, index: int, at: str, raw: Mapping[str, Any]) -> tuple[EventReading, Any]:
        """A reading that knows the event's context, and that context."""
        reading = self.scope.reading(index, self.now)
        if raw is self.document or raw.get("@context") is None:
            return reading, self.scope.context
        check_context(reading, raw, at)
        if reading.faults:
            return reading, None
        scope = _Scope(merged(self.scope.context, raw["@context"]))
        return scope.reading(index, self.now), scope.context

    def _blame(self, faults: Sequence[Fault]) -> None:
        self.events.append(None)
        room = FAULTS_LIMIT - len(self.faults)
        if room >= len(faults):
            self.faults.extend(faults)
        elif room >= 0:
            self.faults.extend(faults[:room])
            self.faults.append(Fault("more_faults", index=faults[0].index))
