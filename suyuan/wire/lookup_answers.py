"""A subsystem's answer to a lookup, held against the question: it is hostile input.

A member that answers what nobody asked, or in times without an offset, is broken: what it left out
is not known, so its whole answer counts for nothing and leaves a hole.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from suyuan.domain.events import StoredEvent
from suyuan.domain.lookup import Answer, Ask, Hole, HoleReason, Key, Lookup
from suyuan.wire.believable import is_edge, is_instant, is_question, is_stored
from suyuan.wire.lookups import (
    Belonging,
    LookupKey,
    LookupResponse,
    latest,
    read_cursor,
    response_decoder,
)

# Edges beyond what was asked, by question of what was read ahead: more is no help but a flood.
MAX_ANSWERED = 4_000
MAX_HINTS = 10_000


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, and where it goes on: so many of its questions are answered, ``None`` is all."""

    answer: Answer
    following: int | None


def read_response(body: bytes, lookup: Lookup, subsystem: str, *, skip: int = 0) -> Told:
    """What a subsystem told. Raises ValueError when that is no answer to this question.

    ``skip`` questions were answered before.
    """
    try:
        response = response_decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not an answer to a lookup: {error}") from error
    following = None if response.cursor is None else read_cursor(response.cursor)
    if following is not None and not skip < following < len(lookup.keys):
        raise ValueError("the cursor does not lead on")
    if len(response.answered) > MAX_ANSWERED or len(response.hints) > MAX_HINTS:
        raise ValueError("more was told than could be of use")
    answer = _checked(response, lookup, subsystem)
    return Told(answer, following)


def _checked(response: LookupResponse, lookup: Lookup, subsystem: str) -> Answer:
    ahead = tuple(_ahead(k, lookup) for k in response.answered)
    belongs = Belonging((*lookup.keys, *ahead))
    asked = {bytes.fromhex(k.key) for k in lookup.keys if k.ask is Ask.EVENT}
    _require(all(is_edge(e) and belongs(e) for e in response.edges), "edges")
    told = asked | {e.event for e in response.edges}
    # A void of an edge that was cut off by its bound does no harm, and is of no use.
    voids = tuple(v for v in response.voids if v.event in told)
    _require(all(is_instant(v.record_time) for v in voids), "voids")
    wanted = asked if lookup.bodies else set()
    _require(all(_is_body(s, wanted) for s in response.events), "events")
    return Answer(
        tuple(response.edges),
        tuple(dict.fromkeys(voids)),
        tuple(response.events),
        _holes(response, lookup, subsystem),
        ahead,
    )


def _ahead(key: LookupKey, lookup: Lookup) -> Key:
    """A question that was read ahead: of a code or a transformation, up to what was asked for."""
    followed = key.kind in (Ask.CODE, Ask.TRANSFORMATION) and is_question(key.key)
    if not followed or key.from_ is not None:
        raise ValueError("this cannot be answered ahead")
    if key.to != latest(lookup.keys):
        raise ValueError("what is answered ahead has the bound of the question")
    return Key(key.kind, key.key, None, key.to)


def _holes(response: LookupResponse, lookup: Lookup, subsystem: str) -> tuple[Hole, ...]:
    reasons = {(t.kind, t.key): HoleReason.TRUNCATED for t in response.truncated}
    reasons |= {(w.kind, w.key): HoleReason.WITHHELD for w in response.withheld}
    return tuple(
        Hole(subsystem, k, reasons[k.ask, k.key], lookup.bodies)
        for k in lookup.keys
        if (k.ask, k.key) in reasons
    )


def _is_body(stored: StoredEvent, wanted: set[bytes]) -> bool:
    return is_stored(stored) and stored.event.key in wanted


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"{what} that nobody asked for, or that nobody could have reported")
