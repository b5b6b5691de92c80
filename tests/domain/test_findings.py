"""Each finding where it belongs, and none on a clean chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from suyuan.domain.assemble import assemble
from suyuan.domain.chain import Standing
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.events import Action, Document, Endpoint, Event, Item, Product
from suyuan.domain.trail import Direction, Question
from suyuan.sources.base import trace
from suyuan.sources.memory import MemorySource
from tests.build import lot, made, moved, packed, party, stored, thing

FARM, SHOP, MAKER = party("91350200AAAAAAAAA1"), party("91350200AAAAAAAAA2"), party("A3")


async def chain_of(events: Sequence[Event], name: str = "X", direction: str = "own"):  # type: ignore[no-untyped-def]
    question = Question(thing(name), Direction(direction))
    return assemble(question, await trace(MemorySource(map(stored, events)), question))


async def found(events: Sequence[Event], name: str = "X", direction: str = "own") -> set[object]:
    chain = await chain_of(events, name, direction)
    return {(f.type, f.event, f.params.get("missing")) for f in chain.findings}


def clean_chain() -> list[Event]:
    return [
        moved("made", 0, "X", step="commissioning", action=Action.ADD, party=FARM),
        moved("ship", 1, "X", party=FARM, destination=Endpoint(SHOP)),
        moved("get", 2, "X", step="receiving", party=SHOP, source=Endpoint(FARM)),
        moved("sell", 3, "X", step="retail_selling", action=Action.DELETE, party=SHOP),
    ]


async def test_a_clean_chain_has_no_finding() -> None:
    assert await found(clean_chain()) == set()


async def test_a_receipt_without_a_shipment_is_a_gap() -> None:
    events = [e for e in clean_chain() if e.id != "ship"]
    assert await found(events) == {
        ("gap", "get", "shipment"),
        ("asserted", "get", None),
    }


async def test_a_sale_without_an_entry_is_a_gap() -> None:
    events = [e for e in clean_chain() if e.id != "get"]
    assert await found(events) == {
        ("gap", "sell", "entry"),
        ("asserted", "ship", None),
    }


async def test_an_input_that_nobody_made_or_received_is_a_gap() -> None:
    events = [made("use", 1, ["L"], ["X"], party=MAKER)]
    assert await found(events, direction="up") == {("gap", "use", "origin")}


async def test_a_shipment_of_the_container_is_a_shipment_of_what_is_inside() -> None:
    events = [
        moved("made", 0, "X", step="commissioning", action=Action.ADD, party=FARM),
        packed("pack", 1, "A", "X", party=FARM),
        moved("ship", 2, "A", party=FARM),
        moved("get", 3, "X", step="receiving", party=SHOP),
    ]
    assert await found(events) == set()


async def test_a_receipt_after_the_consumption_by_the_same_holder_is_a_chronology_conflict() -> (
    None
):
    events = [
        moved("ship", 1, "X", party=FARM),
        made("use", 2, ["X"], ["M"], party=MAKER),
        moved("get", 3, "X", step="receiving", party=MAKER),
    ]
    assert ("chronology_conflict", "get", None) in await found(events)


async def test_a_serial_sold_twice_is_found_and_a_return_between_excuses_it() -> None:
    sold = clean_chain()
    again = moved("again", 5, "X", step="retail_selling", action=Action.DELETE, party=SHOP)
    back = moved("back", 4, "X", step="receiving", disposition="returned", party=SHOP)
    assert await found([*sold, again]) == {("sold_twice", "again", None)}
    assert await found([*sold, back, again]) == set()


@pytest.mark.parametrize(
    ("first", "second", "elsewhere", "alarm"),
    [
        (True, True, False, False),
        (False, False, False, True),
        (True, False, False, True),
        (None, None, False, False),
        (True, True, True, True),
        (None, None, True, True),
    ],
)
async def test_a_drug_dispensed_again_is_an_alarm_unless_from_one_opened_package(
    first: bool | None, second: bool | None, *, elsewhere: bool, alarm: bool
) -> None:
    def dispensed(event_id: str, day: float, split: bool | None, by: Code) -> Event:
        extra = {} if split is None else {"split": split}
        return moved(event_id, day, "X", step="dispensing", party=by, extra=extra)

    made_here = moved("made", 0, "X", step="commissioning", action=Action.ADD, party=SHOP)
    by = FARM if elsewhere else SHOP
    told = [dispensed("one", 1, first, SHOP), dispensed("two", 2, second, by)]
    assert (("sold_twice", "two", None) in await found([made_here, *told])) == alarm


async def test_a_lot_may_be_sold_many_times() -> None:
    events = [
        moved("made", 0, lot("X", "2"), step="commissioning", action=Action.ADD, party=SHOP),
        moved("one", 1, lot("X"), step="retail_selling", party=SHOP),
        moved("two", 2, lot("X"), step="retail_selling", party=SHOP),
    ]
    assert await found(events) == set()


async def test_anything_after_destruction_is_found() -> None:
    events = [
        moved("made", 0, "X", step="commissioning", action=Action.ADD),
        moved("burnt", 1, "X", step="destroying", action=Action.DELETE),
        moved("seen", 2, "X", step="storing"),
    ]
    assert await found(events) == {("event_after_end", "seen", None)}


async def test_a_movement_that_both_ends_reported_is_evidenced_by_both() -> None:
    chain = await chain_of(clean_chain())
    said = {e.stored.event.id: (e.said_by, e.standing) for e in chain.events}
    assert said["ship"] == said["get"] == ("both", Standing.EVIDENCED)
    assert said["sell"] == ("enterprise", Standing.ASSERTED)


async def test_a_document_makes_an_event_evidenced() -> None:
    event = replace(clean_chain()[0], documents=(Document("test_report", "T1"),))
    chain = await chain_of([event])
    assert chain.events[0].standing is Standing.EVIDENCED


async def test_an_input_that_was_only_seen_is_a_gap() -> None:
    events = [moved("seen", 0, "L", step="storing"), made("use", 1, ["L"], ["X"], party=MAKER)]
    assert await found(events, direction="up") == {("gap", "use", "origin")}


async def test_a_wholesale_sale_without_an_entry_is_a_gap() -> None:
    events = [moved("sell", 1, "X", party=SHOP, kind="wholesale", activity="sale")]
    assert await found(events) == {("gap", "sell", "entry")}


async def test_a_lot_may_come_again_after_some_was_consumed_and_a_serial_may_not() -> None:
    def twice(what: str | Item) -> list[Event]:
        return [
            moved("ship", 0, what, party=FARM),
            moved("get", 1, what, step="receiving", party=MAKER),
            made("use", 2, [what], ["M"], party=MAKER),
            moved("more", 3, what, step="receiving", party=MAKER),
        ]

    assert ("chronology_conflict", "more", None) not in await found(twice(lot("X")))
    assert ("chronology_conflict", "more", None) in await found(twice("X"))
    rework = [*twice("X")[:2], made("use", 2, ["X"], ["X"], party=MAKER), *twice("X")[3:]]
    assert ("chronology_conflict", "more", None) not in await found(rework)


async def test_what_was_deleted_is_destroyed_unless_it_was_sold() -> None:
    gone = moved("gone", 1, "X", step=None, action=Action.DELETE)
    assert await found([gone, moved("seen", 2, "X", step="storing")]) == {
        ("event_after_end", "seen", None)
    }


def entries(count: int, **more: object) -> list[Event]:
    """Lots that a shop says it received, and nobody says he sent, made into one."""
    place = recognise("350203001", use=Use.PLACE)
    return [
        *(
            moved(f"entry{n}", n, lot(f"L{n}"), step="receiving", party=SHOP, place=place, **more)
            for n in range(count)
        ),
        made("mix", count, [lot(f"L{n}") for n in range(count)], [lot("X")], party=SHOP),
    ]


async def test_invented_entries_are_asserted_and_bear_their_signs() -> None:
    invented = {"extra": {"price": "0.00"}, "product": Product(origin="350203")}
    chain = await chain_of(entries(3, **invented), direction="up")
    asserted = [f.params for f in chain.findings if f.type == "asserted"]
    assert asserted == [{"signs": ["constant_weight", "zero_price", "own_district"]}] * 3
    fewer = await chain_of(entries(2, extra={"price": "free"}), direction="up")
    assert [f.params for f in fewer.findings if f.type == "asserted"] == [{}, {}]


async def test_a_document_takes_the_assertion_away() -> None:
    papers = (Document("quarantine_certificate", "Q1"),)
    chain = await chain_of(entries(3, documents=papers), direction="up")
    assert "asserted" not in {f.type for f in chain.findings}
