"""The federation primitive on the wire: ``POST /v1/lookups`` (TRACING.md, "Federation").

An answer from another system is hostile input: it is decoded against exact types, and what was not
asked for is thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from suyuan.domain.errors import Fault, ReportRefused
from suyuan.domain.events import StoredEvent
from suyuan.domain.lookup import Answer, Ask, Edge, Hole, HoleReason, Key, Lookup, Void


class LookupKey(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    kind: Ask
    from_: datetime | None = msgspec.field(default=None, name="from")
    to: datetime | None = None


class LookupRequest(msgspec.Struct, forbid_unknown_fields=True):
    """One round of a walk, for one subsystem."""

    keys: list[LookupKey]
    trace_id: str = ""
    hop: int = 0
    deadline_ms: int = 3_000
    known_at: datetime | None = None
    bodies: bool = False
    limit: int | None = None


class TruncatedKey(msgspec.Struct):
    key: str
    kind: Ask


class LookupResponse(msgspec.Struct):
    """What one subsystem knows: edges, voids, bodies where asked, what it cut or withheld."""

    edges: list[Edge] = []
    voids: list[Void] = []
    events: list[StoredEvent] = []
    hints: list[str] = []
    withheld: list[str] = []
    truncated: list[TruncatedKey] = []
    watermark: datetime | None = None


# Numbers in ``extra`` stay the digits that were sent.
_encoder = msgspec.json.Encoder(decimal_format="number")
_request_decoder = msgspec.json.Decoder(LookupRequest)
_response_decoder = msgspec.json.Decoder(LookupResponse, float_hook=Decimal)


def write_request(lookup: Lookup, *, trace_id: str, deadline_ms: int) -> bytes:
    keys = [LookupKey(k.key, k.ask, k.since, k.until) for k in lookup.keys]
    return _encoder.encode(
        LookupRequest(keys, trace_id, lookup.hop, deadline_ms, lookup.known_at, lookup.bodies)
    )


def read_request(body: bytes, *, max_keys: int) -> Lookup:
    """The lookup that a body asks for. Raises ReportRefused with one fault that names the place."""
    try:
        request = _request_decoder.decode(body)
        keys = tuple(_key(k) for k in request.keys)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ReportRefused(
            "lookup_malformed", faults=[Fault("lookup_malformed", "", {"reason": str(error)})]
        ) from error
    if len(keys) > max_keys:
        fault = Fault("too_many_keys", "/keys", {"limit": max_keys})
        raise ReportRefused("too_many_keys", faults=[fault], limit=max_keys)
    return Lookup(keys, request.hop, request.known_at, request.bodies)


def _key(key: LookupKey) -> Key:
    if key.kind is Ask.EVENT and len(bytes.fromhex(key.key)) != 16:
        raise ValueError("an event key is 32 hexadecimal digits")
    for bound in (key.from_, key.to):
        if bound is not None and bound.tzinfo is None:
            raise ValueError("a bound needs an offset")
    return Key(key.kind, key.key, key.from_, key.to)


def write_response(answer: Answer, *, watermark: datetime | None) -> bytes:
    truncated = [
        TruncatedKey(h.key.key, h.key.ask) for h in answer.holes if h.reason is HoleReason.TRUNCATED
    ]
    return _encoder.encode(
        LookupResponse(
            list(answer.edges),
            list(answer.voids),
            list(answer.events),
            truncated=truncated,
            watermark=watermark,
        )
    )


def read_response(body: bytes, lookup: Lookup, subsystem: str) -> Answer:
    """The answer a subsystem gave, cut to what was asked. Raises ValueError when it is none."""
    try:
        response = _response_decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not an answer to a lookup: {error}") from error
    asked = _Asked(lookup)
    edges = tuple(e for e in response.edges if asked.is_answered_by(e))
    told = asked.events | {e.event for e in edges}
    cut = {(t.kind, t.key) for t in response.truncated}
    return Answer(
        edges,
        tuple(v for v in response.voids if v.event in told),
        tuple(s for s in response.events if s.event.key in asked.events and _is_aware(s)),
        tuple(
            Hole(subsystem, k, HoleReason.TRUNCATED) for k in lookup.keys if (k.ask, k.key) in cut
        ),
    )


class _Asked:
    """What a lookup asks for, to hold an answer against."""

    def __init__(self, lookup: Lookup) -> None:
        self._codes = _bounds(lookup.keys, (Ask.CODE, Ask.CONTAINER))
        self._others = _bounds(lookup.keys, (Ask.CONTENTS, Ask.TRANSFORMATION))
        self.events = {bytes.fromhex(k.key) for k in lookup.keys if k.ask is Ask.EVENT}

    def is_answered_by(self, edge: Edge) -> bool:
        if edge.time.tzinfo is None:
            return False
        return _holds(self._codes, edge.code, edge.time) or (
            edge.other is not None and _holds(self._others, edge.other, edge.time)
        )


Bounds = dict[str, datetime | None]


def _bounds(keys: Sequence[Key], asks: tuple[Ask, ...]) -> Bounds:
    """Each key with the latest instant that was asked for; ``None`` is without end."""
    bounds: Bounds = {}
    for key in keys:
        if key.ask not in asks:
            continue
        known = bounds.get(key.key, key.until)
        later = None if known is None or key.until is None else max(known, key.until)
        bounds[key.key] = later
    return bounds


def _holds(bounds: Bounds, key: str, time: datetime) -> bool:
    if key not in bounds:
        return False
    until = bounds[key]
    return until is None or time <= until


def _is_aware(stored: StoredEvent) -> bool:
    return stored.event.time.tzinfo is not None and stored.record_time.tzinfo is not None
