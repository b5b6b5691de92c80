"""The federation primitive on the wire: ``POST /v1/lookups`` (docs/federation.md).

What one service asks another, and what it answers; ``suyuan.wire.lookup_answers`` holds an answer
against its question before anybody believes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import msgspec

from suyuan.domain.errors import Fault, ReportRefused
from suyuan.domain.events import StoredEvent
from suyuan.domain.lookup import Answer, Ask, Direction, Edge, HoleReason, Key, Lookup, Void

MAX_DEADLINE_MS = 60_000
# No more questions than this, in the digits of a place among them.
_CURSOR_DIGITS = 7


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
    direction: Direction | None = None
    known_at: datetime | None = None
    bodies: bool = False
    limit: int | None = None
    cursor: str | None = None


class NamedKey(msgspec.Struct):
    key: str
    kind: Ask


class WithheldKey(msgspec.Struct):
    """A question whose answer this caller may not have, and who may."""

    key: str
    kind: Ask
    needs: str


class Hint(msgspec.Struct):
    """A subsystem that may know more of a key."""

    key: str
    subsystem: str


class LookupResponse(msgspec.Struct):
    """What one subsystem knows.

    ``answered`` are questions that were not asked and are answered whole; ``unknown`` the asked
    keys of which nothing is held; ``truncated`` those of which more is held than was given.
    ``cursor`` leads to the answers to the questions that are not answered yet.
    """

    edges: list[Edge] = []
    voids: list[Void] = []
    events: list[StoredEvent] = []
    hints: list[Hint] = []
    answered: list[LookupKey] = []
    withheld: list[WithheldKey] = []
    unknown: list[str] = []
    truncated: list[NamedKey] = []
    cursor: str | None = None
    watermark: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskedLookup:
    """A request as it was read: the lookup, and how much of an answer is wanted when.

    ``skip`` questions were answered before; ``limit`` edges are enough for one answer;
    ``trace_id`` is of the walk that asks.
    """

    lookup: Lookup
    seconds: float
    skip: int
    limit: int | None
    trace_id: str = ""


# Numbers in ``extra`` stay the digits that were sent.
_encoder = msgspec.json.Encoder(decimal_format="number")
_request_decoder = msgspec.json.Decoder(LookupRequest)
response_decoder = msgspec.json.Decoder(LookupResponse, float_hook=Decimal)


def write_request(
    lookup: Lookup, *, trace_id: str, deadline_ms: int, cursor: str | None = None
) -> bytes:
    keys = [LookupKey(k.key, k.ask, k.since, k.until) for k in lookup.keys]
    return _encoder.encode(
        LookupRequest(
            keys,
            trace_id,
            lookup.hop,
            max(1, min(deadline_ms, MAX_DEADLINE_MS)),
            lookup.direction,
            lookup.known_at,
            lookup.bodies,
            cursor=cursor,
        )
    )


def read_request(body: bytes, *, max_keys: int) -> AskedLookup:
    """The lookup that a body asks for. Raises ReportRefused with one fault that names the place."""
    try:
        request = _request_decoder.decode(body)
        if len(request.keys) > max_keys:
            fault = Fault("too_many_keys", "/keys", {"limit": max_keys})
            raise ReportRefused("too_many_keys", faults=[fault], limit=max_keys)
        asked = _asked(request)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ReportRefused(
            "lookup_malformed", faults=[Fault("lookup_malformed", "", {"reason": str(error)})]
        ) from error
    return asked


def _asked(request: LookupRequest) -> AskedLookup:
    if not 1 <= request.deadline_ms <= MAX_DEADLINE_MS:
        raise ValueError(f"deadline_ms is 1 to {MAX_DEADLINE_MS}")
    if request.limit is not None and request.limit < 1:
        raise ValueError("limit is 1 or more")
    if request.known_at is not None and request.known_at.tzinfo is None:
        raise ValueError("known_at needs an offset")
    keys = tuple(_key(k) for k in request.keys)
    skip = 0 if request.cursor is None else read_cursor(request.cursor)
    if skip > len(keys):
        raise ValueError("this cursor belongs to another lookup")
    lookup = Lookup(
        keys,
        request.hop,
        request.known_at,
        bodies=request.bodies,
        direction=request.direction,
    )
    seconds = request.deadline_ms / 1000
    return AskedLookup(lookup, seconds, skip, request.limit, request.trace_id)


def _key(key: LookupKey) -> Key:
    if key.kind is Ask.EVENT and len(bytes.fromhex(key.key)) != 16:
        raise ValueError("an event key is 32 hexadecimal digits")
    if "\0" in key.key:
        raise ValueError("a key has no NUL, which no text in PostgreSQL may have")
    for bound in (key.from_, key.to):
        if bound is not None and bound.tzinfo is None:
            raise ValueError("a bound needs an offset")
    return Key(key.kind, key.key, key.from_, key.to)


def read_cursor(text: str) -> int:
    """How many questions were answered already. Raises ValueError for another text."""
    if not (text.isascii() and text.isdigit() and len(text) <= _CURSOR_DIGITS):
        raise ValueError("this is no cursor of a lookup")
    return int(text)


def write_response(
    answer: Answer,
    asked: Lookup,
    *,
    cursor: int | None,
    watermark: datetime | None,
    needs: str = "",
) -> bytes:
    """``asked`` are the questions that ``answer`` is about; ``needs`` who may have what it hides.

    What was read ahead is cut to the latest bound that was asked for, and given only where it is
    whole.
    """
    truncated = [h.key for h in answer.holes if h.reason is HoleReason.TRUNCATED]
    withheld = [h.key for h in answer.holes if h.reason is HoleReason.WITHHELD]
    ahead, edges = _bounded(answer, asked)
    return _encoder.encode(
        LookupResponse(
            edges,
            list(answer.voids),
            list(answer.events),
            answered=[LookupKey(k.key, k.ask, None, k.until) for k in ahead],
            withheld=[WithheldKey(k.key, k.ask, needs) for k in withheld],
            unknown=_unknown(asked, edges, answer),
            truncated=[NamedKey(k.key, k.ask) for k in truncated],
            cursor=None if cursor is None else str(cursor),
            watermark=watermark,
        )
    )


def _bounded(answer: Answer, asked: Lookup) -> tuple[list[Key], list[Edge]]:
    """What was answered beyond the questions, within their latest bound; and every edge of both."""
    if not answer.answered:
        return [], list(answer.edges)
    until = latest(asked.keys)
    own = {(k.ask, k.key): k for k in asked.keys}
    ahead = [replace(k, until=until) for k in answer.answered if (k.ask, k.key) not in own]
    belongs = Belonging((*asked.keys, *ahead))
    return ahead, [e for e in answer.edges if belongs(e)]


def _unknown(asked: Lookup, edges: Iterable[Edge], answer: Answer) -> list[str]:
    held = {e.code for e in edges} | {e.other for e in edges}
    told = {v.event.hex() for v in answer.voids} | {s.event.key.hex() for s in answer.events}
    known = {h.key for h in answer.holes}
    return [
        k.key
        for k in asked.keys
        if k not in known and k.key not in (told if k.ask is Ask.EVENT else held)
    ]


def latest(keys: Iterable[Key]) -> datetime | None:
    """The latest bound of any question; ``None`` where one has none."""
    bounds = [k.until for k in keys if k.ask is not Ask.EVENT]
    known = [b for b in bounds if b is not None]
    return max(known) if known and len(known) == len(bounds) else None


class Belonging:
    """Whether an edge belongs to the answer to any of some questions."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._codes: dict[str, datetime | None] = {}
        self._others: dict[str, datetime | None] = {}
        for key in keys:
            if key.ask in (Ask.CODE, Ask.CONTAINER):
                _widen(self._codes, key)
            elif key.ask in (Ask.CONTENTS, Ask.TRANSFORMATION):
                _widen(self._others, key)

    def __call__(self, edge: Edge) -> bool:
        return _holds(self._codes, edge.code, edge.time) or (
            edge.other is not None and _holds(self._others, edge.other, edge.time)
        )


def _widen(bounds: dict[str, datetime | None], key: Key) -> None:
    known = bounds.get(key.key, key.until)
    bounds[key.key] = None if known is None or key.until is None else max(known, key.until)


def _holds(bounds: dict[str, datetime | None], key: str, time: datetime) -> bool:
    if key not in bounds:
        return False
    until = bounds[key]
    return until is None or time <= until
