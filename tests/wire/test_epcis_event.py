"""What an EPCIS 2.0 event means here."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from suyuan.domain.codes import Level, Use
from suyuan.domain.errors import ReportRefused
from suyuan.domain.events import Action, Document, Endpoint, EventType, Item, Product
from suyuan.wire.epcis_context import STANDARD_CONTEXT
from suyuan.wire.epcis_hash import event_hash
from suyuan.wire.epcis_json import read_stored
from tests.wire.epcis_events import PARTY
from tests.wire.epcis_examples import (
    CONTEXT,
    GLN,
    LOT,
    PLACE,
    SERIAL,
    SERIAL_KEY,
    SSCC,
    assembled,
    code,
    event_of,
    made,
    observed,
    ordered,
    packed,
    read,
)


def test_things_with_and_without_quantity_are_items() -> None:
    amounts = [{"epcClass": LOT, "quantity": 12.5, "uom": "KGM"}, {"epcClass": LOT}]
    event = event_of(observed(quantityList=amounts))
    lot = code(LOT)
    assert event.items == (Item(code(SERIAL)), Item(lot, Decimal("12.5"), "KGM"), Item(lot))
    assert [item.is_lot for item in event.items] == [False, True, True]


def test_a_code_whose_form_does_not_tell_is_a_lot_where_it_stands_as_a_class() -> None:
    event = event_of(observed(epcList=["urn:x:1"], quantityList=[{"epcClass": "urn:x:2"}]))
    assert [(item.classed, item.is_lot) for item in event.items] == [(False, False), (True, True)]


def test_a_lone_gtin_is_a_class() -> None:
    (item,) = event_of(observed(epcList=["https://id.gs1.org/01/04012345111118"])).items
    assert item.code.level is Level.CLASS


def test_a_thing_in_two_spellings_is_one() -> None:
    assert event_of(observed(epcList=[SERIAL, SERIAL_KEY])).items == (Item(code(SERIAL)),)


def test_an_aggregation_has_a_parent_and_children() -> None:
    event = event_of(packed(childQuantityList=[{"epcClass": LOT, "quantity": 3}]))
    assert (event.type, event.action) == (EventType.AGGREGATION, Action.ADD)
    assert event.parent == code(SSCC)
    assert event.children == (Item(code(SERIAL)), Item(code(LOT), Decimal(3)))


def test_unpacking_everything_names_no_child() -> None:
    assert event_of(packed(action="DELETE", childEPCs=...)).children == ()


def test_a_transformation_has_inputs_and_outputs_or_an_id_that_joins() -> None:
    event = event_of(made())
    assert (event.inputs, event.outputs) == ((Item(code(SERIAL)),), (Item(code(LOT)),))
    half = event_of(
        made(outputQuantityList=..., transformationID="urn:epc:id:gdti:4012345.55555.1")
    )
    assert half.transformation == "urn:epc:id:gdti:4012345.55555.1"
    assert half.outputs == ()


def test_a_transaction_and_an_association_are_read_too() -> None:
    assert event_of(ordered()).documents == (Document("po", number="urn:x:po"),)
    assert event_of(assembled(parentID=PLACE)).parent == code(PLACE)


def test_time_is_shown_in_the_offset_where_it_happened() -> None:
    time = event_of(observed()).time
    assert time.isoformat() == "2026-03-01T08:00:00+08:00"
    west = event_of(observed(eventTimeZoneOffset="-05:30")).time
    assert west.utcoffset() == -timedelta(hours=5, minutes=30)


@pytest.mark.parametrize(
    ("sent", "step"),
    [
        ("shipping", "shipping"),
        ("urn:epcglobal:cbv:bizstep:shipping", "shipping"),
        ("https://ref.gs1.org/cbv/BizStep-shipping", "shipping"),
        ("https://example.com/step/shipping", "https://example.com/step/shipping"),
        ("ex:shipping", "ex:shipping"),
    ],
)
def test_a_standard_word_is_bare_and_another_stays(sent: str, step: str) -> None:
    (found,) = read(observed(bizStep=sent)).events
    assert found is not None
    assert (found.event.step, found.bare["bizStep"]) == (step, step)


def test_words_are_kept_bare_wherever_they_stand() -> None:
    raw = observed(
        disposition="urn:epcglobal:cbv:disp:recalled",
        persistentDisposition={"set": ["urn:epcglobal:cbv:disp:recalled"], "unset": ["active"]},
        bizTransactionList=[
            {"type": "urn:epcglobal:cbv:btt:po", "bizTransaction": "urn:x:1"},
            {"bizTransaction": "urn:x:2"},
        ],
        sourceList=[{"type": "urn:epcglobal:cbv:sdt:location", "source": PLACE}],
        errorDeclaration={
            "declarationTime": "2026-03-02T00:00:00Z",
            "reason": "urn:epcglobal:cbv:er:incorrect_data",
        },
    )
    (found,) = read(raw).events
    assert found is not None
    assert "urn:epcglobal:cbv" not in json.dumps(found.bare)
    assert found.event.correction is not None
    assert found.event.correction.reason == "incorrect_data"
    assert event_hash(found.bare) == event_hash(raw)


def test_the_place_is_where_things_are_after_the_event() -> None:
    gate, hall = "urn:epc:id:sgln:4012345.00005.1", PLACE
    both = event_of(observed(readPoint={"id": gate}, bizLocation={"id": hall}))
    assert both.place == code(hall, Use.PLACE)
    assert event_of(observed(readPoint={"id": gate})).place == code(gate, Use.PLACE)


def test_a_movement_goes_from_owner_to_owner() -> None:
    event = event_of(
        observed(
            sourceList=[
                {"type": "possessing_party", "source": "urn:epc:id:pgln:4012345.00006"},
                {"type": "owning_party", "source": GLN},
            ],
            destinationList=[
                {"type": "possessing_party", "destination": GLN},
                {"type": "location", "destination": PLACE},
                {"type": "https://example.com/other", "destination": "urn:x:1"},
            ],
        )
    )
    assert event.source == Endpoint(code(GLN, Use.PARTY))
    assert event.destination == Endpoint(code(GLN, Use.PARTY), code(PLACE, Use.PLACE))


def test_certificates_and_business_transactions_are_documents() -> None:
    papers = [{"bizTransaction": "urn:x:1"}, {"type": "inv", "bizTransaction": "urn:x:2"}]
    event = event_of(observed(certificationInfo="https://x.y/c", bizTransactionList=papers))
    assert event.documents == (
        Document("certification", url="https://x.y/c"),
        Document("transaction", number="urn:x:1"),
        Document("inv", number="urn:x:2"),
    )
    many = event_of(observed(certificationInfo=["https://x.y/c", "urn:x:d"]))
    assert [document.url for document in many.documents] == ["https://x.y/c", "urn:x:d"]


@pytest.mark.parametrize("prefix", ["cbvmda", "md"])
def test_master_data_of_a_lot_are_the_product(prefix: str) -> None:
    context = [*CONTEXT, {"md": "urn:epcglobal:cbv:mda:"}]
    facts = {
        f"{prefix}:lotNumber": "007",
        f"{prefix}:itemExpirationDate": "2026-05-01",
        f"{prefix}:productionDate": "2026-02-28T10:00:00Z",
        f"{prefix}:countryOfOrigin": "CN",
        f"{prefix}:netWeight": {"any": 1},
        "ex:lotNumber": "8",
    }
    event = event_of(observed(**{"@context": context, "action": "ADD", "ilmd": facts}))
    day, end = date(2026, 2, 28), date(2026, 5, 1)
    assert event.product == Product(lot="007", produced_on=day, expires_on=end, origin="CN")


def test_master_data_that_say_nothing_of_the_product_are_kept() -> None:
    facts = {"cbvmda:productionDate": "spring", "cbvmda:lotNumber": 7}
    assert event_of(observed(action="ADD", ilmd=facts)).product is None


def test_an_event_without_an_id_gets_its_hash() -> None:
    raw = observed()
    (found,) = read(raw).events
    assert found is not None
    assert found.event.id == event_hash(raw) == found.bare["eventID"]
    assert found.content.hex() in found.event.id


def test_record_time_is_the_servers() -> None:
    (found,) = read(observed(recordTime="2031-01-01T00:00:00Z")).events
    assert found is not None
    assert "recordTime" not in found.bare


def test_an_id_that_was_made_from_a_partys_own_is_that_again() -> None:
    correction = {
        "declarationTime": "2026-03-02T00:00:00Z",
        "correctiveEventIDs": [f"urn:suyuan:event:{PARTY.short}:S%2F8", "urn:x:9"],
    }
    raw = observed(eventID=f"urn:suyuan:event:{PARTY.short}:S%2F7", errorDeclaration=correction)
    event = event_of(raw)
    assert event.id == "S/7"
    assert event.correction is not None
    assert event.correction.replaced_by == ("S/8", "urn:x:9")
    other = "urn:suyuan:event:911100001000000001:7"
    assert event_of(observed(eventID=other)).id == other


def test_the_party_is_the_reporter_unless_it_is_named() -> None:
    assert event_of(observed()).party == PARTY
    other = code("91350200M0001300AH", Use.PARTY)
    assert event_of(observed(**{"suyuan:party": "91350200M0001300AH"})).party == other
    department = read(observed(), reporter=None)
    assert [(f.code, f.pointer) for f in department.faults] == [("party_missing", "/suyuan:party")]


def test_what_was_stored_belongs_to_the_settled_party_and_has_no_latest_time() -> None:
    raw = observed(**{"eventTime": "2199-01-01T00:00:00Z", "suyuan:party": "91350200M0001300AH"})
    assert read_stored(raw, PARTY).party == PARTY
    with pytest.raises(ReportRefused):
        read_stored(observed(action="x"), PARTY)


def test_the_words_of_the_city_form_are_read_under_any_prefix() -> None:
    context = [STANDARD_CONTEXT, {"sy": "urn:suyuan:epcis:"}]
    own = {"sy:kind": "wholesale", "sy:activity": "sale", "sy:sector": "meat", "sy:extra": {"a": 1}}
    event = event_of(observed(**{"@context": context}, **own))
    assert (event.kind, event.activity, event.sector) == ("wholesale", "sale", "meat")
    assert event.extra == {"a": 1}
