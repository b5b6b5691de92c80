"""The walk's rules, one at a time, over a list in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from suyuan.domain.assemble import assemble
from suyuan.domain.chain import Chain, Via
from suyuan.domain.codes import Code, Level
from suyuan.domain.events import Action, Event, StoredEvent
from suyuan.domain.lookup import Ask, Lookup
from suyuan.domain.trail import Direction, Question
from suyuan.sources.base import trace
from suyuan.sources.memory import MemorySource
from tests.build import at, lot, made, moved, packed, party, stored, thing, unpacked, void


async def chain_of(
    events: Sequence[Event | StoredEvent], name: str, direction: str = "own", **more: Any
) -> Chain:
    source = MemorySource(e if isinstance(e, StoredEvent) else stored(e) for e in events)
    question = Question(thing(name), Direction(direction), **more)
    return assemble(question, await trace(source, question))


async def ids(
    events: Sequence[Event | StoredEvent], name: str, direction: str = "own", **more: Any
) -> list[str]:
    return [e.stored.event.id for e in (await chain_of(events, name, direction, **more)).events]


def findings(chain: Chain) -> set[tuple[str, str | None]]:
    return {(f.type, f.event) for f in chain.findings if f.type != "gap"}


async def test_a_move_at_the_very_instant_of_unpacking_still_counts() -> None:
    events = [packed("pack", 1, "A", "X"), moved("ship", 3, "A"), unpacked("un", 3, "A", "X")]
    assert await ids(events, "X") == ["pack", "ship", "un"]


async def test_an_unpack_from_another_container_closes_nothing() -> None:
    events = [packed("pack", 1, "A", "X"), unpacked("un", 2, "B", "X"), moved("ship", 3, "A")]
    chain = await chain_of(events, "X")
    assert [e.stored.event.id for e in chain.events] == ["pack", "un", "ship"]
    assert findings(chain) == {("unpack_without_pack", "un")}


async def test_a_pack_into_another_container_moves_a_serial() -> None:
    events = [packed("a", 1, "A", "X"), packed("b", 2, "B", "X"), moved("ship", 3, "A")]
    chain = await chain_of(events, "X")
    assert [e.stored.event.id for e in chain.events] == ["a", "b"]
    assert findings(chain) == {("implicit_move", "b")}


async def test_a_part_of_a_lot_stays_where_it_is_when_another_part_is_packed_elsewhere() -> None:
    events = [
        packed("a", 1, "A", lot("L", "60")),
        packed("b", 2, "B", lot("L", "40")),
        moved("ship", 3, "A"),
    ]
    assert await ids(events, "L") == ["a", "b", "ship"]


async def test_an_unpack_at_the_instant_of_a_move_explains_it() -> None:
    events = [packed("a", 1, "A", "X"), packed("b", 2, "B", "X"), unpacked("c", 2, "A", "X")]
    assert findings(await chain_of(events, "X")) == set()


async def test_unpacking_all_takes_out_one_level_only() -> None:
    events = [
        packed("in", 1, "C", "X"),
        packed("on", 2, "P", "C"),
        unpacked("all", 3, "P"),
        moved("ship", 4, "C"),
        moved("pallet", 5, "P"),
    ]
    assert await ids(events, "X") == ["in", "on", "all", "ship"]


async def test_a_wholesale_shipment_of_a_child_does_not_end_its_stay() -> None:
    events = [packed("a", 1, "A", "X"), moved("sold", 2, "X"), moved("ship", 3, "A")]
    assert await ids(events, "X") == ["a", "sold", "ship"]


async def test_a_container_cannot_be_packed_into_what_it_holds() -> None:
    events = [
        packed("a", 1, "B", "A"),
        packed("b", 2, "C", "B"),
        packed("c", 3, "A", "C"),
        moved("ship", 4, "A"),
    ]
    chain = await chain_of(events, "C")
    assert "ship" not in [e.stored.event.id for e in chain.events]
    assert ("containment_cycle", "c") in findings(chain)


async def test_containers_inside_each_other_on_different_days_end() -> None:
    events = [
        packed("a", 1, "B", "A"),
        unpacked("b", 2, "B", "A"),
        packed("c", 3, "A", "B"),
        moved("ship", 4, "A"),
    ]
    assert await ids(events, "B") == ["a", "b", "c", "ship"]
    assert findings(await chain_of(events, "B")) == set()


async def test_what_was_inside_a_consumed_container_is_upstream() -> None:
    events = [
        moved("x", 0, "X", action=Action.ADD),
        packed("pack", 1, "A", "X"),
        made("use", 2, ["A"], ["M"]),
    ]
    assert await ids(events, "M", "up") == ["x", "pack", "use"]


async def test_what_was_made_from_a_container_is_downstream_of_what_was_inside() -> None:
    events = [
        packed("pack", 1, "A", "X"),
        packed("pallet", 2, "P", "A"),
        made("use", 3, ["P"], ["M"]),
        moved("sold", 4, "M"),
    ]
    assert await ids(events, "X", "down") == ["pack", "pallet", "use", "sold"]


async def test_down_from_a_container_follows_its_contents_also_after_unpacking() -> None:
    events = [
        packed("pack", 1, "A", "X", "Y"),
        unpacked("un", 2, "A", "X"),
        moved("sold", 3, "X", step="retail_selling"),
        packed("later", 4, "Y", "Z"),
        unpacked("all", 5, "A"),
        packed("outside", 6, "X", "W"),
        moved("w", 7, "W"),
    ]
    found = await ids(events, "A", "down")
    assert "sold" in found
    assert "later" in found
    assert "w" not in found


async def test_a_container_that_is_reused_does_not_pass_on_its_other_contents() -> None:
    events = [
        packed("one", 1, "A", "X"),
        unpacked("un", 2, "A", "X"),
        packed("two", 3, "A", "Y"),
        moved("ship", 4, "A"),
        moved("y", 5, "Y"),
    ]
    assert await ids(events, "X", "both") == ["one", "un"]


async def test_a_transformation_takes_no_part_in_the_later_life_of_its_input() -> None:
    events = [
        made("use", 1, ["L"], ["M"]),
        moved("later", 2, "L"),
        made("again", 3, ["L"], ["N"]),
        moved("n", 4, "N"),
    ]
    assert await ids(events, "M", "up") == ["use"]


async def test_since_hides_results_but_not_what_opens_a_stay() -> None:
    events = [packed("pack", 1, "A", "X"), moved("ship", 5, "A")]
    assert await ids(events, "X", since=at(3)) == ["ship"]


async def test_downward_what_was_consumed_before_since_is_not_followed() -> None:
    events = [made("early", 1, ["L"], ["M"]), made("late", 3, ["L"], ["N"]), moved("m", 4, "M")]
    assert await ids(events, "L", "down", since=at(2)) == ["late"]


async def test_a_void_by_another_party_voids_nothing_and_is_a_conflict() -> None:
    event = moved("urn:x:1", 1, "X")
    foreign = void(event, 2, party=party("91350200M000100Y5X"))
    chain = await chain_of([event, foreign], "X")
    assert [e.stored.event.id for e in chain.events] == ["urn:x:1"]
    assert findings(chain) == {("conflict", "urn:x:1")}


async def test_a_voided_pack_opens_nothing() -> None:
    pack = packed("pack", 1, "A", "X")
    events = [moved("x", 0, "X"), stored(pack), void(pack), moved("ship", 2, "A")]
    assert await ids(events, "X") == ["x"]


async def test_the_same_event_from_two_reporters_is_one_event() -> None:
    one = moved("urn:x:1", 1, "X")
    other = moved("urn:x:1", 1, "X", party=party("91350200M000100Y5X"))
    chain = await chain_of([one, other], "X")
    assert [(e.stored.event.id, e.said_by) for e in chain.events] == [("urn:x:1", "both")]
    assert findings(chain) == set()


async def test_the_same_id_with_other_content_is_kept_twice_as_a_conflict() -> None:
    one = moved("urn:x:1", 1, "X")
    other = moved("urn:x:1", 2, "X", party=party("91350200M000100Y5X"))
    chain = await chain_of([one, other], "X")
    assert len(chain.events) == 2
    assert findings(chain) == {("conflict", "urn:x:1")}


async def test_events_say_why_they_are_there() -> None:
    events = [
        moved("origin", 0, "L"),
        made("use", 1, ["L"], ["X"]),
        packed("pack", 2, "A", "X"),
        moved("ship", 3, "A"),
        unpacked("un", 4, "A", "X"),
    ]
    chain = await chain_of(events, "X", "up")
    why = {e.stored.event.id: (e.via, e.hop, e.window) for e in chain.events}
    assert why == {
        "origin": (Via.UP, 1, None),
        "use": (Via.DIRECT, 0, None),
        "pack": (Via.DIRECT, 0, None),
        "ship": (Via.CONTAINER, 0, (at(2), at(4))),
        "un": (Via.DIRECT, 0, None),
    }


async def test_events_of_one_instant_stand_add_observe_delete_transformation_then_by_id() -> None:
    events = [
        made("t", 1, ["X"], ["M"]),
        moved("d", 1, "X", action=Action.DELETE),
        moved("o2", 1, "X"),
        moved("o1", 1, "X"),
        moved("a", 1, "X", action=Action.ADD),
    ]
    assert await ids(events, "X") == ["a", "o1", "o2", "d", "t"]


async def test_a_lone_gtin_is_a_class_and_is_never_asked_about() -> None:
    gtin = Code("https://id.gs1.org/01/06901234567892", "gtin", Level.CLASS)

    class Silent(MemorySource):
        async def ask(self, lookup: Lookup) -> Any:
            raise AssertionError(lookup)

    question = Question(gtin)
    chain = assemble(question, await trace(Silent(), question))
    assert [f.type for f in chain.findings] == ["class_level"]


async def test_an_unknown_code_says_so() -> None:
    assert [f.type for f in (await chain_of([], "X")).findings] == ["unknown_code"]


async def test_a_code_whose_every_report_was_an_error_says_so() -> None:
    wrong, right = moved("wrong", 0, "X"), moved("right", 1, "X")
    chain = await chain_of([stored(wrong), void(wrong)], "X")
    assert chain.events == ()
    assert [f.type for f in chain.findings] == ["voided_code"]
    mended = await chain_of([stored(wrong), void(wrong), right], "X")
    assert "voided_code" not in [f.type for f in mended.findings]
    assert len(mended.events) == 1


async def test_a_limit_that_is_hit_is_named() -> None:
    events = [made(f"t{n}", n, [f"L{n}"], [f"L{n + 1}"]) for n in range(50)]
    chain = await chain_of(events, "L50", "up", max_events=10)
    assert chain.limits_hit == ("max_events",)
    assert not chain.complete


async def test_events_of_many_things_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand events with a hundred serials each were an answer of 130 MB after a minute."""
    monkeypatch.setattr("suyuan.domain.walk_page.MAX_THINGS", 1_000)
    others = [f"O{n}" for n in range(4)]
    events = [moved(f"e{n:04}", n / 100, "X", *others) for n in range(1_050)]
    first = await chain_of(events, "X", max_events=1_500)
    assert (first.limits_hit, first.next, len(first.events)) == (("max_things",), 1_000, 1_000)
    rest = await chain_of(events, "X", max_events=1_500, after=1_000)
    found = [e.stored.event.id for e in (*first.events, *rest.events)]
    assert (found, rest.next) == ([e.id for e in events], None)


class Counting(MemorySource):
    def __init__(self, events: Sequence[Event]) -> None:
        super().__init__(map(stored, events))
        self.lookups: list[Lookup] = []

    async def ask(self, lookup: Lookup) -> Any:
        self.lookups.append(lookup)
        return await super().ask(lookup)


async def test_a_hop_is_one_question_however_many_things_are_in_it() -> None:
    inputs = [f"L{n}" for n in range(300)]
    source = Counting([made("use", 1, inputs, ["M"])])
    await trace(source, Question(thing("M"), Direction.UP))
    assert len(source.lookups) <= 5


async def test_a_diamond_lattice_asks_about_each_thing_once() -> None:
    levels = 20
    events = [
        made(f"t{n}{side}", n, [f"L{n}a", f"L{n}b"], [f"L{n + 1}{side}"])
        for n in range(levels)
        for side in "ab"
    ]
    source = Counting(events)
    trail = await trace(source, Question(thing(f"L{levels}a"), Direction.UP))
    asked = [k.key for lookup in source.lookups for k in lookup.keys if k.ask is Ask.CODE]
    assert len(trail.reasons) == 2 * levels
    assert len(asked) == len(set(asked)) == 2 * levels + 1


@pytest.mark.parametrize("direction", ["own", "up", "down", "both"])
async def test_the_order_of_arrival_changes_nothing(direction: str) -> None:
    events = [
        moved("origin", 0, "L"),
        packed("in", 1, "A", "L"),
        moved("ship", 2, "A"),
        unpacked("out", 3, "A"),
        made("use", 4, ["L"], ["X"]),
        moved("sold", 5, "X", step="retail_selling"),
    ]
    assert await ids(events, "L", direction) == await ids(events[::-1], "L", direction)


async def test_containers_packed_from_the_outside_in_are_judged_once_each() -> None:
    events = [packed(f"p{n}", 60 - n, f"c{n + 1}", f"c{n}") for n in range(60)]
    assert len((await chain_of(events, "c0", "both")).links) == 60


async def test_things_packed_into_each_other_every_day_end_in_good_time() -> None:
    events = [
        packed(f"p{i}-{j}", i * 12 + j, f"m{i}", f"m{j}")
        for i in range(12)
        for j in range(12)
        if i != j
    ]
    assert len((await chain_of(events, "m0", "both")).events) > 0


async def test_no_more_events_than_were_asked_for_are_given() -> None:
    events = [moved(f"e{n}", n, "X") for n in range(6)]
    chain = await chain_of(events, "X", max_events=1)
    assert (len(chain.events), chain.limits_hit) == (1, ("max_events",))
