"""Wholesale sales that give the goods a new code, or sell them in their box, are no findings."""

from __future__ import annotations

from typing import Any

from suyuan.domain.assemble import assemble
from suyuan.domain.events import Action, Endpoint, Event
from suyuan.domain.trail import Direction, Question
from suyuan.sources.base import trace
from suyuan.sources.memory import MemorySource
from tests.build import lot, made, moved, packed, party, stored, thing, unpacked

MAKER, SHOP, OTHER = (party(f"91350200AAAAAAAAA{n}") for n in (1, 2, 3))
SALE: dict[str, Any] = {"kind": "wholesale", "activity": "sale"}


async def found(*events: Event, name: str, direction: str = "up") -> set[tuple[str, str | None]]:
    question = Question(thing(name), Direction(direction))
    chain = assemble(question, await trace(MemorySource(map(stored, events)), question))
    return {(f.type, f.event) for f in chain.findings}


def sold_in_parts(buyers: dict[str, Any]) -> list[Event]:
    """A batch of which each buyer gets a part under a code of its own, and receives it."""
    events = [
        moved("made", 0, lot("B", "10"), step="commissioning", action=Action.ADD, party=MAKER)
    ]
    for name, buyer in buyers.items():
        to = {"party": MAKER, "destination": Endpoint(buyer), **SALE}
        events += [
            made(f"sell-{name}", 1, [lot("B", "2")], [lot(name, "2")], step="shipping", **to),
            moved(f"get-{name}", 2, lot(name, "2"), step="receiving", party=buyer),
        ]
    return events


async def test_a_sale_that_gives_a_new_code_makes_what_it_sells() -> None:
    assert await found(*sold_in_parts({"P": SHOP}), name="P") == set()


async def test_the_sales_of_other_parts_are_nobodys_lone_word() -> None:
    assert await found(*sold_in_parts({"P": SHOP, "Q": OTHER}), name="P") == set()


async def test_a_part_whose_buyer_is_silent_is_still_one() -> None:
    events = [e for e in sold_in_parts({"P": SHOP}) if e.id != "get-P"]
    assert await found(*events, name="P") == {("asserted", "sell-P")}


def boxed(packer: Any = MAKER) -> list[Event]:
    return [
        moved("made", 0, "X", step="commissioning", action=Action.ADD, party=MAKER),
        packed("pack", 1, "BOX", "X", party=packer),
        moved("sell", 2, "BOX", party=MAKER, destination=Endpoint(SHOP), **SALE),
        moved("get", 3, "BOX", step="receiving", party=SHOP, source=Endpoint(MAKER)),
        unpacked("open", 4, "BOX", "X", party=SHOP),
    ]


async def test_who_packed_a_box_has_it_to_sell() -> None:
    for name in ("X", "BOX"):
        assert await found(*boxed(), name=name) == set()


async def test_who_neither_packed_nor_received_a_box_has_not() -> None:
    assert await found(*boxed(packer=OTHER), name="BOX") == {("gap", "sell")}
