"""A federation tells the truth about who was silent and what that may have done."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from suyuan.domain.assemble import assemble
from suyuan.domain.chain import Certainty, Chain, SourceStatus
from suyuan.domain.lookup import Answer, Ask, Effect, HoleReason, Lookup
from suyuan.domain.trail import Direction, Question
from suyuan.sources.asking import Silent
from suyuan.sources.base import Source, trace
from suyuan.sources.federation import FederatedSource
from suyuan.sources.memory import MemorySource
from tests.build import made, moved, packed, stored, thing, unpacked, void


class Down:
    whole = True

    async def ask(self, _lookup: Lookup) -> Answer:
        raise Silent(SourceStatus.DOWN, HoleReason.UNAVAILABLE)


class Slow:
    whole = True

    async def ask(self, _lookup: Lookup) -> Answer:
        await asyncio.sleep(30)
        raise AssertionError


async def chain_of(members: dict[str, Source], name: str, direction: str = "up") -> Chain:
    source = FederatedSource(members, deadline=0.3)
    question = Question(thing(name), Direction(direction))
    return assemble(question, await trace(source, question), source.reports())


def ids(chain: Chain) -> list[str]:
    return [e.stored.event.id for e in chain.events]


async def test_halves_of_a_transformation_meet_across_two_subsystems() -> None:
    one = MemorySource(
        [stored(moved("origin", 0, "L")), stored(made("in", 1, ["L"], transformation="urn:t:1"))]
    )
    two = MemorySource([stored(made("out", 2, (), ["M"], transformation="urn:t:1"))])
    chain = await chain_of({"one": one, "two": two}, "M")
    assert ids(chain) == ["origin", "in", "out"]
    assert chain.complete


async def test_an_unpack_in_another_subsystem_ends_the_stay() -> None:
    one = MemorySource(map(stored, [packed("pack", 1, "A", "X"), moved("later", 4, "A")]))
    two = MemorySource([stored(unpacked("un", 3, "A", "X"))])
    assert ids(await chain_of({"one": one, "two": two}, "X", "own")) == ["pack", "un"]


async def test_a_void_in_another_subsystem_voids_and_what_followed_from_the_event_is_undone() -> (
    None
):
    pack = packed("pack", 1, "A", "X")
    one = MemorySource(map(stored, [moved("x", 0, "X"), pack, moved("ship", 2, "A")]))
    two = MemorySource([void(pack)])
    assert ids(await chain_of({"one": one, "two": two}, "X", "own")) == ["x"]


async def test_the_same_event_in_two_subsystems_is_one_with_both_named() -> None:
    event = moved("urn:x:1", 1, "X")
    chain = await chain_of({n: MemorySource([stored(event)]) for n in ("one", "two")}, "X", "own")
    assert [sorted(e.stored.subsystems) for e in chain.events] == [["one", "two"]]


async def test_a_member_that_is_down_is_named_and_the_chain_is_not_complete() -> None:
    one = MemorySource([stored(moved("ship", 1, "X"))])
    chain = await chain_of({"one": one, "two": Down()}, "X", "own")
    assert ids(chain) == ["ship"]
    assert {s.subsystem: s.status for s in chain.sources} == {
        "one": SourceStatus.ANSWERED,
        "two": SourceStatus.DOWN,
    }
    assert not chain.complete
    assert {(h.subsystem, h.effect) for h in chain.holes} == {
        ("two", Effect.MISSING),
        ("two", Effect.MAY_BE_SUPERSEDED),
    }
    assert [e.certainty for e in chain.events] == [Certainty.MAY_BE_SUPERSEDED]


async def test_an_event_that_is_told_of_and_never_given_is_a_hole() -> None:
    class Forgetful(MemorySource):
        async def ask(self, lookup: Lookup) -> Answer:
            answer = await super().ask(lookup)
            return replace(answer, events=())

    one = MemorySource([stored(moved("ship", 1, "X"))])
    two = Forgetful([stored(moved("lost", 2, "X"))])
    chain = await chain_of({"one": one, "two": two}, "X", "own")
    assert ids(chain) == ["ship"]
    assert [(h.subsystem, h.reason, h.effect) for h in chain.holes] == [
        ("two", HoleReason.REFUSED, Effect.MISSING)
    ]
    assert not chain.complete


async def test_a_stay_whose_end_a_silent_member_may_hold_is_uncertain() -> None:
    one = MemorySource(map(stored, [packed("pack", 1, "A", "X"), moved("later", 4, "A")]))
    chain = await chain_of({"one": one, "two": Down()}, "X", "own")
    assert {e.stored.event.id: e.certainty for e in chain.events}["later"] is (
        Certainty.UNCERTAIN_END
    )
    assert Effect.UNCERTAIN_END in {h.effect for h in chain.holes}


async def test_a_slow_member_costs_the_deadline_once_and_is_timed_out() -> None:
    began = asyncio.get_running_loop().time()
    one = MemorySource(map(stored, [made("t", 1, ["L"], ["M"]), moved("l", 0, "L")]))
    chain = await chain_of({"one": one, "two": Slow()}, "M")
    assert asyncio.get_running_loop().time() - began < 1
    assert {s.subsystem: s.status for s in chain.sources}["two"] is SourceStatus.TIMED_OUT


async def test_with_nobody_answering_every_question_is_a_hole() -> None:
    chain = await chain_of({"one": Down(), "two": Down()}, "X", "own")
    assert chain.events == ()
    assert {(h.subsystem, h.key.ask) for h in chain.holes} == {
        ("one", Ask.CODE),
        ("two", Ask.CODE),
    }


async def test_any_split_over_subsystems_gives_the_same_events() -> None:
    events = [
        moved("origin", 0, "L"),
        packed("in", 1, "A", "L"),
        moved("ship", 2, "A"),
        unpacked("out", 3, "A"),
        made("use", 4, ["L"], ["X"]),
        moved("gone", 5, "X"),
        void(moved("gone", 5, "X"), 7),
    ]
    whole = [e if not hasattr(e, "step") else stored(e) for e in events]
    for split in range(2 ** len(whole)):
        left = [e for n, e in enumerate(whole) if split >> n & 1]
        right = [e for n, e in enumerate(whole) if not split >> n & 1]
        chain = await chain_of({"l": MemorySource(left), "r": MemorySource(right)}, "X")
        assert ids(chain) == ["origin", "in", "ship", "out", "use"], split


async def test_a_slow_member_costs_the_others_nothing() -> None:
    fast = MemorySource(map(stored, [moved("l", 0, "L"), made("t", 1, ["L"], ["M"])]))
    chain = await chain_of({"slow": Slow(), "fast": fast}, "M")
    assert ids(chain) == ["l", "t"]
    assert {s.subsystem: s.status for s in chain.sources} == {
        "slow": SourceStatus.TIMED_OUT,
        "fast": SourceStatus.ANSWERED,
    }
