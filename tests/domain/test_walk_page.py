"""Pages of a walk: what of it one answer tells, and where the next one goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from suyuan.domain.events import Event
from suyuan.domain.lookup import Answer, Lookup
from suyuan.domain.trail import Direction, Question, Trail
from suyuan.sources.base import trace
from suyuan.sources.memory import MemorySource
from tests.build import lot, made, moved, stored, thing

# A lot that becomes six, each of which is moved.
SPLIT = [
    event
    for n in range(6)
    for event in (
        made(f"m{n}", n, [lot("A")], [lot(f"B{n}")]),
        moved(f"s{n}", n + 0.5, lot(f"B{n}")),
    )
]


class Slow(MemorySource):
    """Fetches two events at a time, each time for so many seconds of its own clock."""

    def __init__(self, events: list[Event], seconds: float = 0.0) -> None:
        super().__init__(map(stored, events))
        self._seconds = seconds
        self.fetched = 0
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    async def ask(self, lookup: Lookup) -> Answer:
        if not lookup.bodies:
            return await super().ask(lookup)
        self.fetched += 1
        self.now += self._seconds
        answer = await super().ask(replace(lookup, keys=lookup.keys[:2]))
        return replace(answer, later=lookup.keys[2:])


def question(**more: Any) -> Question:
    return Question(thing("A"), Direction.DOWN, **more)


def told(trail: Trail) -> set[str]:
    return {one.event.id for one in trail.events}


async def pages(source: MemorySource, first: Question, **how: Any) -> list[Trail]:
    found = [await trace(source, first, **how)]
    while (after := found[-1].next) is not None:
        found.append(await trace(source, replace(first, after=after), **how))
    return found


async def test_what_was_too_much_at_a_time_is_asked_for_again() -> None:
    source = Slow(SPLIT)
    trail = await trace(source, question())
    assert (told(trail), source.fetched) == ({e.id for e in SPLIT}, 6)
    assert (trail.limits_hit, trail.next) == ((), None)


@pytest.mark.parametrize(
    ("deadline", "fetched"),
    [(3, [8, 4]), (0.1, [4, 4, 4])],  # half of what is left, or the least
)
async def test_fetching_ends_in_time_and_the_next_page_goes_on(
    monkeypatch: pytest.MonkeyPatch, deadline: float, fetched: list[int]
) -> None:
    source = Slow(SPLIT, 0.4 if deadline > 1 else 0.2)
    monkeypatch.setattr("suyuan.sources.base.time", source)
    parts = await pages(source, question(), deadline=deadline)
    assert [len(p.events) for p in parts] == fetched
    assert parts[0].next == len(parts[0].events)
    assert [p.limits_hit for p in parts] == [*[("deadline",)] * (len(fetched) - 1), ()]
    assert set().union(*map(told, parts)) == {e.id for e in SPLIT}


async def test_who_is_patient_has_all_that_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Slow(SPLIT, 10)
    monkeypatch.setattr("suyuan.sources.base.time", source)
    trail = await trace(source, question(patient=True), deadline=3)
    assert (told(trail), trail.limits_hit) == ({e.id for e in SPLIT}, ())


async def test_a_walk_ends_at_the_deadline_and_tells_what_it_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first events are always fetched, however late it is."""
    source = Slow(SPLIT, 5)
    monkeypatch.setattr("suyuan.sources.base.time", source)
    trail = await trace(source, question(), deadline=-1)
    assert (trail.limits_hit, trail.events, trail.next) == (("deadline",), (), None)
    trail = await trace(source, question(), deadline=0)
    assert (len(trail.events), trail.next) == (2, 2)


async def test_a_page_tells_the_links_and_things_that_it_came_to() -> None:
    line = [made(f"m{n}", n, [lot("ABCDEFG"[n])], [lot("ABCDEFG"[n + 1])]) for n in range(6)]
    source = MemorySource(map(stored, line))
    whole = await trace(source, question())
    parts = await pages(source, question(max_events=2))
    assert len(parts) == 3
    assert {link for p in parts for link in p.links} == set(whole.links)
    assert {code for p in parts for code in p.things} == set(whole.things)
    assert max(len(p.links) for p in parts) < len(whole.links)
    assert max(len(p.things) for p in parts) < len(whole.things)


async def test_links_of_events_that_no_page_has_are_told() -> None:
    """What was made before ``since`` is still made of the same."""
    events = [made("m", 1, [lot("A")], [lot("B")]), *(moved(f"s{n}", 5 + n, "B") for n in range(4))]
    source = MemorySource(map(stored, events))
    asked = Question(thing("B"), Direction.UP, since=events[1].time)
    whole = await trace(source, asked)
    parts = await pages(source, replace(asked, max_events=3))
    assert len(parts) == 2
    assert {link for p in parts for link in p.links} == set(whole.links) != set()
