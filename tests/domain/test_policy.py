"""Who sees what, field by field."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from suyuan.domain import policy
from suyuan.domain.assemble import assemble
from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.chain import Chain
from suyuan.domain.codes import Code, Level
from suyuan.domain.errors import NotAllowed
from suyuan.domain.events import (
    Document,
    Endpoint,
    Event,
    Item,
    Product,
    StoredEvent,
)
from suyuan.domain.temperature import Temperature
from suyuan.domain.trail import Direction, Question
from suyuan.sources.base import trace
from suyuan.sources.memory import MemorySource
from tests.build import made, moved, party, stored, thing

SELLER = party("91350200M000100Y5X")
BUYER = party("91350203M000100Y43")
FARMER = Code("urn:suyuan:91350200M000100Y5X:%E7%8E%8B", "private", Level.OPEN, "王")
CITY = Caller(CallerRole.CITY)


def full_event() -> Event:
    """An event in which every member of an event says something."""
    event = moved("sale", 1, "X", "SIBLING", party=SELLER, kind="wholesale", activity="sale")
    return replace(
        event,
        disposition="in_transit",
        items=(Item(thing("X"), Decimal(5), "KGM"), Item(thing("SIBLING"))),
        place=thing("market"),
        source=Endpoint(FARMER, thing("farm")),
        destination=Endpoint(BUYER, thing("shop")),
        product=Product("猪肉", "L1", date(2026, 1, 1)),
        documents=(
            Document("quarantine_certificate", "Q1"),
            Document("invoice", "I-1"),
        ),
        sector="meat",
        extra={"price": "12.50", "driver": "张三"},
        temperature=Temperature(Decimal(2), Decimal(4)),
    )


def stored_in(event: Event, subsystem: str = "meat") -> StoredEvent:
    return replace(stored(event), subsystems=frozenset({subsystem}))


async def chain_of(*events: StoredEvent, direction: Direction = Direction.BOTH) -> Chain:
    question = Question(thing("X"), direction)
    return assemble(question, await trace(MemorySource(events), question))


def seen(chain: Chain, caller: Caller, event_id: str = "sale") -> Event:
    view = policy.view(chain, caller)
    return next(e.stored.event for e in view.events if e.stored.event.id == event_id)


async def test_a_consumer_sees_exactly_the_allowed_members() -> None:
    event = seen(await chain_of(stored_in(full_event())), CONSUMER)
    assert event.destination == Endpoint()
    assert event.extra == {}
    assert [i.code.text for i in event.items] == ["X"]
    assert event.source == Endpoint(None, thing("farm"))
    assert [d.type for d in event.documents] == ["quarantine_certificate"]
    kept = {"id", "party", "type", "time", "action", "kind", "activity", "step", "disposition"}
    kept |= {"place", "product", "sector", "temperature"}
    assert all(getattr(event, name) == getattr(full_event(), name) for name in kept)


async def test_a_consumer_is_told_which_members_are_empty() -> None:
    chain = policy.view(await chain_of(stored_in(full_event())), CONSUMER)
    assert set(chain.events[0].stored.redacted) == {"from", "to", "documents", "extra"}


async def test_a_party_that_may_be_a_person_is_withheld_from_a_consumer() -> None:
    event = replace(full_event(), party=FARMER)
    chain = policy.view(await chain_of(stored_in(event)), CONSUMER)
    assert chain.events[0].stored.event.party == policy.WITHHELD
    assert "party" in chain.events[0].stored.redacted


@pytest.mark.parametrize("direction", [Direction.DOWN, Direction.BOTH])
def test_a_consumer_may_not_ask_where_a_product_went(direction: Direction) -> None:
    with pytest.raises(NotAllowed):
        policy.direction_for(CONSUMER, direction)


def test_a_consumer_asks_up_and_everybody_else_both_by_default() -> None:
    assert policy.direction_for(CONSUMER, None) is Direction.UP
    assert policy.direction_for(CITY, None) is Direction.BOTH


async def test_an_inspector_sees_their_own_subsystem_whole() -> None:
    inspector = Caller(CallerRole.INSPECTOR, home="meat")
    assert seen(await chain_of(stored_in(full_event())), inspector) == full_event()


async def test_of_another_department_an_inspector_sees_code_time_action_and_party() -> None:
    inspector = Caller(CallerRole.INSPECTOR, home="food")
    event = seen(await chain_of(stored_in(full_event())), inspector)
    empty = Event("", SELLER, event.type, event.time)
    outline = {"id", "party", "type", "time", "action", "kind", "activity", "step"}
    outline |= {"disposition", "items", "sector"}
    for member in fields(Event):
        if member.name not in outline:
            assert getattr(event, member.name) == getattr(empty, member.name), member.name
    assert [(i.code.text, i.quantity) for i in event.items] == [("X", None), ("SIBLING", None)]


async def test_the_city_sees_everything() -> None:
    assert seen(await chain_of(stored_in(full_event())), CITY) == full_event()


async def test_an_enterprise_sees_its_own_events_whole_and_of_others_what_a_consumer_sees() -> None:
    other = moved("other", 2, "X", party=BUYER, extra={"price": "9"})
    chain = await chain_of(stored_in(full_event()), stored_in(other))
    seller = Caller(CallerRole.ENTERPRISE, party=SELLER)
    assert seen(chain, seller) == full_event()
    assert seen(chain, seller, "other").extra == {}


async def test_an_enterprise_sees_one_step_down_and_how_much_it_does_not_see() -> None:
    events = [
        made("one", 1, ["X"], ["M"], party=SELLER),
        made("two", 2, ["M"], ["N"], party=BUYER),
        moved("three", 3, "N", party=BUYER),
    ]
    chain = await chain_of(*map(stored_in, events), direction=Direction.DOWN)
    view = policy.view(chain, Caller(CallerRole.ENTERPRISE, party=SELLER))
    assert [e.stored.event.id for e in view.events] == ["one", "two"]
    assert [f.params for f in view.findings if f.type == "withheld"] == [{"count": 1}]


async def test_a_finding_about_a_withheld_event_does_not_name_it() -> None:
    events = [
        made("one", 1, ["X"], ["M"], party=SELLER),
        made("two", 2, ["M"], ["N"], party=BUYER),
        moved("three", 3, "N", party=BUYER, step="retail_selling"),
        moved("four", 4, "N", party=BUYER, step="retail_selling"),
    ]
    chain = await chain_of(*map(stored_in, events), direction=Direction.BOTH)
    assert "four" in {f.event for f in chain.findings}
    view = policy.view(chain, Caller(CallerRole.ENTERPRISE, party=SELLER))
    assert not {f.event for f in view.findings} & {"three", "four"}
    assert "sold_twice" not in {f.type for f in view.findings}


async def test_a_finding_tells_a_consumer_no_names() -> None:
    one = moved("urn:x:1", 1, "X", party=SELLER)
    other = moved("urn:x:1", 2, "X", party=BUYER)
    chain = await chain_of(stored_in(one), stored_in(other))
    conflict: dict[str, Any] = next(f for f in chain.findings if f.type == "conflict").params
    assert conflict["reporters"]
    view = policy.view(chain, CONSUMER)
    assert next(f for f in view.findings if f.type == "conflict").params == {}
