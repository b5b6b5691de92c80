"""Reach in a real PostgreSQL against the walk, over the oracle's random event sets.

``SUYUAN_REACH_SETS`` is how many sets are compared.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from suyuan.domain.reach import Reach, Reached, find_lasts
from suyuan.domain.trail import Direction, Question
from suyuan.sources.memory import answer
from suyuan.sources.reach import Progress, find_reached, stream_reached
from suyuan.storage.engine import Database
from suyuan.storage.load import Row, load
from tests.build import at
from tests.oracle.cases import CASES
from tests.oracle.generate import CODES, PARTIES, PLACES, event_sets
from tests.oracle.records import Record, code, name_of, stored
from tests.oracle.test_oracle import trail

T = TypeVar("T")
SETS = int(os.environ.get("SUYUAN_REACH_SETS", "200"))
many = settings(
    max_examples=SETS,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)


class Store:
    """A database that holds one event set at a time, and a loop to ask it in."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._database = Database(url, roles=False)
        self.streams = False

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    def reach(self, records: Sequence[Record], asked: Reach) -> tuple[list[Reached], Progress]:
        return self.run(self._reach(records, asked))

    async def _reach(
        self, records: Sequence[Record], asked: Reach
    ) -> tuple[list[Reached], Progress]:
        await self._fill(records)
        progress = Progress()
        found = [r async for some in find_reached(self._database, asked, progress) for r in some]
        if self.streams:
            streamed = stream_reached(self._database, asked, Progress())
            lines = b"".join([block async for block in streamed]).splitlines()
            assert sorted(map(json.loads, lines), key=str) == sorted(map(line_of, found), key=str)
        return found, progress

    async def _fill(self, records: Sequence[Record]) -> None:
        """One report after the other, as they are recorded: what is told again keeps the first."""
        async with self._database.writing() as connection:
            await connection.execute(text("TRUNCATE events, edges"))
            for record in sorted(records, key=lambda r: r.rec):
                one = stored(record)
                content, by = one.content.ljust(16), (one.reporter, one.authority)
                await load(connection, [Row(one.event, content, "city", "{}", *by)])
                for table in ("events", "edges"):
                    update = f"UPDATE {table} SET record_time = :time WHERE record_time = now()"
                    await connection.execute(text(update), {"time": one.record_time})

    def close(self) -> None:
        self.run(self._database.close())
        self._loop.close()


@pytest.fixture(scope="module")
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


def agree(store: Store, records: Sequence[Record], name: str, **bounds: int | None) -> None:
    window = {k: None if v is None else at(v) for k, v in bounds.items()}
    found, progress = store.reach(records, Reach((code(name),), **window))
    walked = trail(records, Question(code(name), Direction.DOWN, **window))
    told = {name_of(r.code): r.is_lot for r in found if r.last is not None}
    assert told == {name_of(key): is_lot for key, is_lot in walked.things.items()}
    assert len(found) == len({r.code for r in found})
    assert progress.complete
    for one in found:
        assert one.last == last_of(records, one.code, window), name_of(one.code)


def last_of(records: Sequence[Record], key: str, window: dict[str, Any]) -> Any:
    bounds = {k: window.get(k) for k in ("as_of", "known_at")}
    asked = Reach((code(name_of(key)),), **bounds)
    held = [stored(r) for r in records]
    doing = find_lasts(asked, [key])
    try:
        lookup = next(doing)
        while True:
            lookup = doing.send(answer(held, lookup))
    except StopIteration as done:
        return done.value.get(key)


def line_of(one: Reached) -> dict[str, Any]:
    """The line of a thing, as docs/tracing.md has it."""
    last = one.last
    return {
        "code": one.code,
        "level": "lot" if one.is_lot else "serial",
        "last": last
        and {
            "time": last.time.isoformat().replace("+00:00", "Z"),
            "state": last.state(is_lot=one.is_lot).value,
            "holder": last.holder and last.holder.removeprefix("urn:suyuan:cn:"),
            "place": last.where and last.where.removeprefix("urn:suyuan:cn:"),
            "event": last.id,
            "reporter": last.party.removeprefix("urn:suyuan:cn:"),
        },
    }


@st.composite
def orderly_sets(draw: st.DrawFn) -> tuple[Record, ...]:
    """A trade in which most goes well: lots split and moved, serials in boxes on pallets.

    The oracle's own sets are so full of what goes wrong that most of a reach is left to the walk.
    """
    records: list[Record] = []
    things, boxes, t = ["L0"], ["C1", "C2", "D1"], 0
    for number in range(draw(st.integers(4, 16))):
        t += draw(st.sampled_from((0, 1, 1, 2)))
        where, party = draw(st.sampled_from(PLACES)), draw(st.sampled_from(PARTIES))
        some = draw(st.lists(st.sampled_from(things), min_size=1, max_size=2, unique=True))
        base = Record(f"e{number:02}", "obj", t, party, rec=t, place=where)
        match draw(st.sampled_from(("made", "made", "ship", "receive", "pack", "load", "unpack"))):
            case "made":
                made = [f"{draw(st.sampled_from('LLSX'))}{number}{n}" for n in range(2)]
                lot = draw(st.sampled_from((None, "L0")))
                event = replace(base, type="xf", inputs=tuple(some), outputs=tuple(made), lot=lot)
                things += made
            case "ship":
                target = (draw(st.sampled_from(PLACES)), draw(st.sampled_from(PARTIES)))
                moved = draw(st.sampled_from((*boxes, *some)))
                event = replace(base, step="shipping", items=(moved,), target=target)
            case "receive":
                moved = draw(st.sampled_from((*boxes, *some)))
                event = replace(base, step="receiving", items=(moved,))
            case "pack":
                parent = draw(st.sampled_from(boxes[:2]))
                event = replace(base, type="agg", action="ADD", parent=parent, children=tuple(some))
            case "load":
                inner = draw(st.sampled_from(boxes[:2]))
                event = replace(base, type="agg", action="ADD", parent="D1", children=(inner,))
            case _:
                parent = draw(st.sampled_from(boxes))
                children = tuple(some) if draw(st.booleans()) else ()
                event = replace(base, type="agg", action="DELETE", parent=parent, children=children)
        records.append(event)
    return tuple(records)


@many
@given(orderly_sets(), st.sampled_from(("L0", "C1", "C2", "D1")))
def test_reach_is_the_walk_where_most_goes_well(
    store: Store, records: tuple[Record, ...], name: str
) -> None:
    agree(store, records, name)


def test_most_of_what_goes_well_is_followed_by_set(store: Store) -> None:
    seen = dict.fromkeys(("by set", "by walk", "several things"), 0)

    @settings(many, max_examples=60, database=None)
    @given(orderly_sets())
    def look(records: tuple[Record, ...]) -> None:
        found, progress = store.reach(records, Reach((code("L0"),)))
        seen["by walk" if progress.by_walk else "by set"] += 1
        seen["several things"] += len(found) > 1

    look()
    assert min(seen["by set"], seen["several things"]) >= 40, seen


@many
@given(event_sets(), st.sampled_from(CODES))
def test_reach_is_the_walk(store: Store, records: tuple[Record, ...], name: str) -> None:
    agree(store, records, name)


@many
@given(event_sets(), st.sampled_from(CODES), st.data())
def test_in_every_window_too(
    store: Store, records: tuple[Record, ...], name: str, data: st.DataObject
) -> None:
    bound = st.sampled_from((None, *range(9)))
    bounds = {k: data.draw(bound) for k in ("since", "as_of", "known_at")}
    agree(store, records, name, **bounds)


@settings(many, max_examples=SETS // 4)
@given(st.one_of(orderly_sets(), event_sets()), st.sampled_from(("L0", "C1", "D1")))
def test_a_stream_of_lines_says_the_same(
    store: Store, records: tuple[Record, ...], name: str
) -> None:
    store.streams = True
    try:
        store.reach(records, Reach((code(name),)))
    finally:
        store.streams = False


@settings(many, max_examples=SETS // 4)
@given(st.one_of(orderly_sets(), event_sets()), st.sampled_from(("L0", "C1", "D1")))
def test_reach_is_the_walk_where_rounds_are_indexed(
    store: Store, records: tuple[Record, ...], name: str
) -> None:
    """As they are once a round is small beside all before it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("suyuan.storage.reach._MANY_TASKS", 0)
        patched.setattr("suyuan.storage.reach._SMALL_PART", 0)
        agree(store, records, name)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0])
def test_what_once_differed(store: Store, case: tuple[str, tuple[Record, ...], str, str]) -> None:
    _, records, name, _ = case
    agree(store, records, name)
