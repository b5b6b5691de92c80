"""EPCIS 2.0 JSON out: everything the city form can say comes back as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from suyuan.domain.codes import Use, recognise
from suyuan.domain.events import (
    Action,
    Correction,
    Document,
    Endpoint,
    Event,
    EventType,
    Item,
    Product,
)
from suyuan.wire.epcis_context import STANDARD_CONTEXT
from suyuan.wire.epcis_hash import event_hash
from suyuan.wire.epcis_json import read_document, write_document, write_event, write_query_document
from suyuan.wire.reports import decode, encode
from tests.wire.epcis_events import PARTY, events

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TIME = datetime.fromisoformat("2026-03-01T08:00:00+08:00")
PIG = recognise("猪-1", owner=PARTY.short)
LOT = recognise("(01)06901234567892(10)L1")
SERIAL = recognise("(01)06901234567892(21)S1")
STALL = recognise("350203001", use=Use.PLACE)


def event(**members: Any) -> Event:
    told = {"action": Action.OBSERVE, "items": (Item(SERIAL),), **members}
    return Event(id="S-1", party=PARTY, **{"type": EventType.OBJECT, "time": TIME, **told})


def made(**members: Any) -> Event:
    lists = {"items": (), "inputs": (Item(PIG),), "outputs": (Item(LOT),)}
    return event(**{"type": EventType.TRANSFORMATION, "action": None, **lists, **members})


def again(written: Any) -> Event:
    found = read_document(decode(encode(written)), reporter=None, now=NOW)
    assert found.faults == ()
    (only,) = found.events
    assert only is not None
    return only.event


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events())
@example(made(outputs=()))
@example(made(transformation="urn:suyuan:whole:7"))
@example(event(items=(Item(LOT), Item(PIG), Item(LOT, Decimal(1)), Item(SERIAL))))
@example(event(documents=(Document("po", number="urn:x:1"), Document("certification"))))
def test_what_is_written_is_read_back_equal(told: Event) -> None:
    written = write_event(told)
    assert again(written) == told
    assert again(written).time.isoformat() == told.time.isoformat()
    assert event_hash(decode(encode(written))) == event_hash(written)


def test_an_event_is_written_with_a_context_of_its_own() -> None:
    written = write_event(event(step="shipping", disposition="in_transit", place=STALL))
    assert written == {
        "@context": [STANDARD_CONTEXT, {"suyuan": "urn:suyuan:epcis:"}],
        "type": "ObjectEvent",
        "eventID": "urn:suyuan:event:91350200M000100Y48:S-1",
        "eventTime": "2026-03-01T08:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": ["https://id.gs1.org/01/06901234567892/21/S1"],
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "bizLocation": {"id": "urn:suyuan:cn:350203001"},
        "suyuan:party": "urn:suyuan:cn:91350200M000100Y48",
    }


def test_an_event_that_has_no_id_yet_is_written_without_one() -> None:
    written = write_event(Event("", PARTY, EventType.OBJECT, TIME, items=(Item(SERIAL),)))
    assert "eventID" not in written


def test_lots_and_amounts_stand_in_the_quantity_list() -> None:
    items = (Item(LOT), Item(PIG, Decimal("12.50"), "KGM"), Item(SERIAL))
    written = write_event(event(items=items))
    assert written["epcList"] == [SERIAL.key]
    assert written["quantityList"] == [
        {"epcClass": LOT.key},
        {"epcClass": PIG.key, "quantity": 12.5, "uom": "KGM"},
    ]
    assert written["suyuan:order"] == {"items": [1, 2, 0]}


@pytest.mark.parametrize(
    ("quantity", "written"),
    [("12.50", "12.5"), ("3.000", "3"), ("0.1", "0.1"), ("123456789012345.123456789",) * 2],
)
def test_quantities_are_numbers_with_all_their_digits(quantity: str, written: str) -> None:
    document = encode(write_event(event(items=(Item(LOT, Decimal(quantity)),))))
    assert f'"quantity":{written}' in document
    assert "e" not in written


def test_a_movement_is_a_source_and_a_destination() -> None:
    buyer = recognise("91350200M0001300AH", use=Use.PARTY)
    written = write_event(event(source=Endpoint(PARTY, STALL), destination=Endpoint(buyer)))
    assert written["sourceList"] == [
        {"type": "owning_party", "source": PARTY.key},
        {"type": "location", "source": STALL.key},
    ]
    assert written["destinationList"] == [{"type": "owning_party", "destination": buyer.key}]


def test_facts_of_a_new_lot_are_its_master_data_too() -> None:
    product = Product(name="猪肉", lot="L1")
    assert write_event(event(action=Action.ADD, product=product))["ilmd"] == {
        "cbvmda:lotNumber": "L1"
    }
    assert "ilmd" in write_event(made(product=product))
    assert "ilmd" not in write_event(event(product=product))


def test_papers_that_epcis_has_a_place_for_stand_there_too() -> None:
    papers = (
        Document("certification", url="https://x.y/c"),
        Document("po", number="urn:x:1"),
        Document("quarantine_certificate", number="0012"),
    )
    written = write_event(event(documents=papers))
    assert written["certificationInfo"] == ["https://x.y/c"]
    assert written["bizTransactionList"] == [{"type": "po", "bizTransaction": "urn:x:1"}]
    assert again(written).documents == papers


def test_a_half_that_joins_nothing_gets_an_id_that_stands_for_nothing() -> None:
    half = made(outputs=())
    written = write_event(half)
    assert written["transformationID"].startswith("urn:suyuan:whole:")
    assert again(written).transformation is None
    other = made(outputs=(), inputs=(Item(SERIAL),))
    assert write_event(other)["transformationID"] != written["transformationID"]


@pytest.mark.parametrize(
    ("event_id", "uri"),
    [
        ("S/1", "urn:suyuan:event:91350200M000100Y48:S%2F1"),
        ("urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",) * 2,
        ("PO:2026 猪", "PO:2026%20%E7%8C%AA"),
        ("https://a:b/c", "https:%2F%2Fa%3Ab%2Fc"),
    ],
)
def test_an_id_is_written_as_a_uri(event_id: str, uri: str) -> None:
    told = Event(event_id, PARTY, EventType.OBJECT, TIME, Action.OBSERVE, items=(Item(SERIAL),))
    written = write_event(told)
    assert written["eventID"] == uri
    assert again(written).id == event_id


def test_a_correction_is_an_error_declaration() -> None:
    correction = Correction(TIME, "录入错误", ("S-2", "urn:x:3"))
    written = write_event(event(correction=correction))
    assert written["errorDeclaration"] == {
        "declarationTime": "2026-03-01T08:00:00+08:00",
        "suyuan:reason": "录入错误",
        "correctiveEventIDs": ["urn:suyuan:event:91350200M000100Y48:S-2", "urn:x:3"],
    }
    assert event_hash(written) == event_hash(write_event(event()))


# --- Documents ----------------------------------------------------------------------------------


def test_a_document_says_the_context_that_all_its_events_share_once() -> None:
    bare = write_event(event())
    document = write_document([bare, bare], NOW)
    assert document["@context"] == bare["@context"]
    assert all("@context" not in listed for listed in document["epcisBody"]["eventList"])
    assert document["creationDate"] == "2026-06-01T00:00:00+00:00"
    assert len(read_document(document, reporter=None, now=NOW).events) == 2


def test_events_of_several_contexts_keep_them() -> None:
    ours = write_event(event())
    other = {**ours, "@context": [STANDARD_CONTEXT, {"s": "urn:suyuan:epcis:"}]}
    other["s:party"] = other.pop("suyuan:party")
    document = write_query_document([ours, other], NOW, "Q")
    results = document["epcisBody"]["queryResults"]
    assert results["queryName"] == "Q"
    found = read_document(document, reporter=None, now=NOW)
    assert [each and each.event for each in found.events] == [event(), event()]


def test_a_document_may_hold_no_event() -> None:
    assert read_document(write_document([], NOW), reporter=None, now=NOW).events == ()
