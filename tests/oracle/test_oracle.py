"""The walk against the oracle, and the laws of docs/tracing.md.

``SUYUAN_ORACLE_SETS`` is how many random event sets are compared; ``make oracle`` takes 10,000.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from suyuan.domain.lookup import Answer, Lookup
from suyuan.domain.trail import Direction, Question, Trail
from suyuan.domain.walk import walk
from suyuan.sources.memory import answer
from tests.build import at
from tests.oracle.cases import CASES
from tests.oracle.generate import CODES, CONTAINERS, THINGS, event_sets
from tests.oracle.oracle import FOREVER, Found, Oracle
from tests.oracle.records import Record, code, name_of, stored

SETS = int(os.environ.get("SUYUAN_ORACLE_SETS", "300"))
thoroughly = settings(
    max_examples=SETS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
DIRECTIONS = ("own", "up", "down", "both")
ways = st.sampled_from(DIRECTIONS)


def trail(records: Sequence[Record], question: Question, parts: int = 1) -> Trail:
    """The walk over the records in memory, spread over so many subsystems."""
    held = [list(map(stored, records[n::parts])) for n in range(parts)]
    walking = walk(question, whole=parts == 1)
    try:
        lookup = next(walking)
        while True:
            lookup = walking.send(_together([answer(one, lookup) for one in held], lookup))
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


def _together(answers: list[Answer], lookup: Lookup) -> Answer:
    del lookup
    return Answer(
        tuple(e for a in answers for e in a.edges),
        tuple(v for a in answers for v in a.voids),
        tuple(s for a in answers for s in a.events),
    )


def question(name: str, direction: str, **more: Any) -> Question:
    windows = {k: None if v is None else at(v) for k, v in more.items()}
    return Question(code(name), Direction(direction), **windows)


def found(walked: Trail) -> Found:
    """A trail in the oracle's words."""
    return Found(
        {(name_of(e.id), name_of(e.party)) for e in (r.edge for r in walked.reasons.values())},
        {name_of(key) for key in walked.things},
        {name_of(o.edge.id) for o in walked.oddities if o.type == "gap"},
    )


def agree(records: Sequence[Record], name: str, direction: str, **window: int | None) -> None:
    known_at = window.pop("known_at", None)
    since, as_of = window.get("since"), window.get("as_of")
    oracle = Oracle(records, FOREVER if known_at is None else known_at)
    right = oracle.ask(name, direction, FOREVER if as_of is None else as_of, since)
    asked = question(name, direction, known_at=known_at, **window)
    walked = trail(records, asked)
    assert found(walked) == right
    if direction == "own" and since is None and as_of is None:
        odd = {
            (o.type, name_of(o.edge.id)) for o in walked.oddities if name_of(o.edge.code) == name
        }
        assert odd == oracle.oddities(name)


@thoroughly
@given(event_sets(), st.sampled_from(CODES), ways)
def test_the_walk_is_the_oracle(records: tuple[Record, ...], name: str, direction: str) -> None:
    agree(records, name, direction)


@thoroughly
@given(event_sets(), st.sampled_from(CODES), ways, st.data())
def test_in_every_window_too(
    records: tuple[Record, ...], name: str, direction: str, data: st.DataObject
) -> None:
    bound = st.sampled_from((None, *range(9)))
    agree(
        records,
        name,
        direction,
        as_of=data.draw(bound),
        since=data.draw(bound),
        known_at=data.draw(bound),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0])
def test_what_once_differed(case: tuple[str, tuple[Record, ...], str, str]) -> None:
    _, records, name, direction = case
    agree(records, name, direction)


# --- The laws -------------------------------------------------------------------------------------


@thoroughly
@given(event_sets(), st.sampled_from(CODES), ways, st.integers(2, 4), st.data())
def test_order_repetition_and_the_split_change_nothing(
    records: tuple[Record, ...], name: str, direction: str, parts: int, data: st.DataObject
) -> None:
    asked = question(name, direction)
    whole = found(trail(records, asked))
    shuffled = data.draw(st.permutations([*records, *records[:3]]))
    assert found(trail(shuffled, asked)) == whole
    assert found(trail(shuffled, asked, parts)) == whole


@thoroughly
@given(event_sets(), st.sampled_from(THINGS), st.sampled_from(THINGS))
def test_y_is_down_of_x_if_and_only_if_x_is_up_of_y(
    records: tuple[Record, ...], x: str, y: str
) -> None:
    """Where nothing is packed: what is followed by way of a container is in up, not in down."""
    unpacked = tuple(r for r in records if r.type != "agg")
    assume(any(x in (*r.items, *r.inputs, *r.outputs) for r in unpacked))
    down = found(trail(unpacked, question(x, "down"))).things
    up = found(trail(unpacked, question(y, "up"))).things
    assert (y in down) == (x in up)


@thoroughly
@given(event_sets(), st.sampled_from(CODES), ways, st.integers(0, 8))
def test_widening_a_window_removes_nothing(
    records: tuple[Record, ...], name: str, direction: str, since: int
) -> None:
    narrow = found(trail(records, question(name, direction, since=since)))
    wide = found(trail(records, question(name, direction)))
    assert narrow.events <= wide.events


@thoroughly
@given(event_sets(), st.sampled_from(CODES), ways, st.data())
def test_a_void_and_the_same_again_is_the_original(
    records: tuple[Record, ...], name: str, direction: str, data: st.DataObject
) -> None:
    plain = tuple(r for r in records if not r.error)
    one = data.draw(st.sampled_from(plain))
    others = tuple(r for r in plain if r.id != one.id)
    # The new id keeps its place in the order of one instant.
    again = (*others, one, replace(one, error=True, rec=600), replace(one, id=f"{one.id}a"))
    asked = question(name, direction)
    before = found(trail((*others, one), asked))
    after = found(trail(again, asked))
    renamed = {(f"{i}a" if i == one.id else i, p) for i, p in before.events}
    assert after.events == renamed
    assert after.things == before.things


# --- The generator draws what matters -------------------------------------------------------------


def test_random_sets_are_full_of_what_goes_wrong() -> None:
    seen: dict[str, int] = {}

    @settings(max_examples=400, database=None, deadline=None)
    @given(event_sets())
    def look(records: tuple[Record, ...]) -> None:
        oracle = Oracle(records)
        stays = [s for c in CODES for s in oracle.stays(c)]
        features = {
            "corrections": any(r.error for r in records),
            "late": any(r.rec > r.t for r in records),
            "halves": sum(r.xid == "T" for r in records) > 1,
            "collisions": len({r.t for r in records}) < len(records),
            "lives": any(oracle.births(c) for c in CONTAINERS),
            "second lives": any(oracle.life(s.container, s.opened.order) for s in stays),
            "serials of lots": any(e.role == "member" for e in oracle.edges),
            "movements": any(r.target != (None, None) for r in records),
            "returns": any(r.returned for r in records),
            "reopened": any(s.opened.event.returned for s in stays),
            "nested": any(r.type == "agg" and set(r.children) & set(CONTAINERS) for r in records),
            "odd": any(oracle.oddities(c) for c in CODES),
        }
        for feature, is_there in features.items():
            seen[feature] = seen.get(feature, 0) + is_there

    look()
    assert min(seen.values()) >= 20, seen
