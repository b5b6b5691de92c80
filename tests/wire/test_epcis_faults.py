"""Every fault of an EPCIS 2.0 event has its code and its place, and nothing raises."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from suyuan.domain.errors import Fault
from suyuan.domain.sentences import SENTENCES
from suyuan.wire.epcis_context import STANDARD_CONTEXT
from tests.wire.epcis_examples import (
    GLN,
    LOT,
    PLACE,
    SERIAL,
    SSCC,
    Raw,
    assembled,
    document,
    event_of,
    faults,
    made,
    observed,
    ordered,
    packed,
    read,
)


@pytest.mark.parametrize(
    ("raw", "code", "pointer"),
    [
        (observed(type="QuantityEvent"), "document_type_unknown", "/type"),
        (observed(eventTime=...), "missing", "/eventTime"),
        (observed(eventTimeZoneOffset=...), "missing", "/eventTimeZoneOffset"),
        (observed(action=...), "missing", "/action"),
        (observed(foo=1), "unknown_member", "/foo"),
        (observed(bizStep=None), "null_member", "/bizStep"),
        (observed(eventTime="2026-03-01T00:00:00"), "time_no_offset", "/eventTime"),
        (observed(eventTime="2026-03-01T00:00Z"), "time_malformed", "/eventTime"),
        (observed(eventTime="2026-02-30T00:00:00Z"), "time_malformed", "/eventTime"),
        (observed(eventTime=1772323200), "time_malformed", "/eventTime"),
        (observed(eventTime="2026-06-01T00:11:00Z"), "time_in_future", "/eventTime"),
        (observed(eventTime="1899-12-31T23:59:59Z"), "time_out_of_range", "/eventTime"),
        (observed(eventTimeZoneOffset="Z"), "offset_malformed", "/eventTimeZoneOffset"),
        (observed(eventTimeZoneOffset="+14:01"), "offset_malformed", "/eventTimeZoneOffset"),
        (observed(eventTimeZoneOffset=8), "offset_malformed", "/eventTimeZoneOffset"),
        (observed(recordTime="now"), "time_malformed", "/recordTime"),
        (observed(eventID="7"), "uri_malformed", "/eventID"),
        (observed(eventID="urn:猪"), "uri_malformed", "/eventID"),
        (observed(certificationInfo=["c"]), "uri_malformed", "/certificationInfo/0"),
        (observed(action="observe"), "unknown_word", "/action"),
        (observed(bizStep="shipped"), "unknown_word", "/bizStep"),
        (observed(bizStep="urn:epcglobal:cbv:bizstep:shipped"), "unknown_word", "/bizStep"),
        (observed(disposition="https://ns.gs1.org/cbv/Disp-x"), "unknown_word", "/disposition"),
        (observed(disposition=["active"]), "not_text", "/disposition"),
        (observed(epcList=...), "things_missing", "/epcList"),
        (observed(epcList=SERIAL), "not_array", "/epcList"),
        (observed(epcList=[SERIAL, SERIAL]), "code_repeated", "/epcList/1"),
        (observed(epcList=["4012345"]), "uri_malformed", "/epcList/0"),
        (observed(epcList=[7]), "not_text", "/epcList/0"),
        (observed(epcList=["https://id.gs1.org/01/04012345111119"]), "check_digit", "/epcList/0"),
        (observed(quantityList=[LOT]), "not_object", "/quantityList/0"),
        (observed(quantityList=[{}]), "missing", "/quantityList/0/epcClass"),
        (observed(readPoint={}), "missing", "/readPoint/id"),
        (observed(readPoint=PLACE), "not_object", "/readPoint"),
        (observed(bizLocation={"id": PLACE, "name": "x"}), "unknown_member", "/bizLocation/name"),
        (observed(sourceList=[{"source": GLN}]), "missing", "/sourceList/0/type"),
        (observed(ilmd={"ex:a": 1}), "ilmd_not_allowed", "/ilmd"),
        (observed(action="ADD", ilmd={"lot": 1}), "unknown_member", "/ilmd/lot"),
        (observed(persistentDisposition={}), "missing", "/persistentDisposition/set"),
        (observed(persistentDisposition={"set": []}), "array_empty", "/persistentDisposition/set"),
        (observed(parentID=SSCC), "unknown_member", "/parentID"),
        (packed(parentID=...), "parent_id_missing", "/parentID"),
        (packed(parentID=..., action="DELETE"), "parent_id_missing", "/parentID"),
        (packed(childEPCs=...), "children_missing", "/childEPCs"),
        (packed(childEPCs=[], action="OBSERVE"), "children_missing", "/childEPCs"),
        (packed(ilmd={}), "unknown_member", "/ilmd"),
        (assembled(parentID=...), "missing", "/parentID"),
        (ordered(bizTransactionList=...), "missing", "/bizTransactionList"),
        (ordered(bizTransactionList=[]), "array_empty", "/bizTransactionList"),
        (ordered(epcList=...), "things_missing", "/epcList"),
        (made(inputEPCList=...), "transformation_incomplete", "/transformationID"),
        (made(outputQuantityList=[]), "transformation_incomplete", "/transformationID"),
        (made(action="ADD"), "unknown_member", "/action"),
        (
            made(inputEPCList=..., outputQuantityList=..., transformationID="urn:x:1"),
            "transformation_incomplete",
            "/transformationID",
        ),
        (observed(errorDeclaration={}), "missing", "/errorDeclaration/declarationTime"),
        (observed(errorDeclaration={"why": 1}), "unknown_member", "/errorDeclaration/why"),
        (observed(sensorElementList=[{}]), "missing", "/sensorElementList/0/sensorReport"),
        (observed(**{"suyuan:kind": "war"}), "unknown_word", "/suyuan:kind"),
        (observed(**{"suyuan:price": 1}), "unknown_member", "/suyuan:price"),
        (observed(**{"suyuan:activity": "sale"}), "activity_unknown", "/suyuan:activity"),
        (observed(**{"suyuan:order": {"items": [1]}}), "order_wrong", "/suyuan:order"),
        (observed(**{"suyuan:order": {"items": [True]}}), "order_wrong", "/suyuan:order/items"),
        (observed(**{"suyuan:spelled": {SERIAL: "x:y"}}), "spelling_wrong", "/suyuan:spelled"),
        (observed(**{"suyuan:spelled": {SERIAL: 7}}), "spelling_wrong", "/suyuan:spelled"),
    ],
)
def test_a_fault_has_its_code_and_its_place(raw: Raw, code: str, pointer: str) -> None:
    assert (code, pointer) in faults(raw)


@pytest.mark.parametrize(
    ("amount", "code", "member"),
    [
        ({"quantity": "12.5"}, "not_number", "quantity"),
        ({"quantity": -1}, "quantity_malformed", "quantity"),
        ({"quantity": float("nan")}, "quantity_malformed", "quantity"),
        ({"quantity": float("inf")}, "quantity_malformed", "quantity"),
        ({"quantity": True}, "quantity_malformed", "quantity"),
        ({"quantity": 10**40}, "quantity_malformed", "quantity"),
        ({"uom": "kg"}, "unit_malformed", "uom"),
        ({"uom": "KILO"}, "unit_malformed", "uom"),
        ({"ex:a": 1}, "unknown_member", "ex:a"),
        ({"unit": "KGM"}, "unknown_member", "unit"),
    ],
)
def test_an_amount_is_a_number_and_a_unit(amount: Raw, code: str, member: str) -> None:
    raw = observed(quantityList=[{"epcClass": LOT, **amount}])
    assert faults(raw) == [(code, f"/quantityList/0/{member}")]


@pytest.mark.parametrize(
    ("report", "code", "member"),
    [
        ({}, "missing", "type"),
        ({"type": "Warmth"}, "unknown_word", "type"),
        ({"type": "https://gs1.org/voc/Temperature"}, "unknown_word", "type"),
        ({"type": "Temperature", "value": "20"}, "not_number", "value"),
        ({"type": "Temperature", "value": float("inf")}, "number_out_of_range", "value"),
        ({"type": "Temperature", "booleanValue": 1}, "not_boolean", "booleanValue"),
        ({"type": "Temperature", "hexBinaryValue": "xyz"}, "hex_malformed", "hexBinaryValue"),
        ({"type": "Temperature", "time": "noon"}, "time_malformed", "time"),
        ({"type": "Temperature", "deviceID": "d"}, "uri_malformed", "deviceID"),
        ({"type": "Temperature", "component": "w"}, "unknown_word", "component"),
        ({"type": "Temperature", "exception": "FIRE"}, "unknown_word", "exception"),
        ({"type": "Temperature", "stringValue": 1}, "not_text", "stringValue"),
        ({"type": "Temperature", "mood": 1}, "unknown_member", "mood"),
    ],
)
def test_a_sensor_report_is_checked(report: Raw, code: str, member: str) -> None:
    raw = observed(sensorElementList=[{"sensorReport": [report]}])
    assert faults(raw) == [(code, f"/sensorElementList/0/sensorReport/0/{member}")]


def test_sensor_data_without_things_need_a_read_point() -> None:
    elements = [{"sensorReport": [{"type": "Temperature", "value": 20, "ex:a": [1]}]}]
    alone = observed(epcList=..., sensorElementList=elements)
    assert faults(alone) == [("things_missing", "/epcList")]
    event = event_of({**alone, "readPoint": {"id": PLACE}})
    assert list(event.things()) == []


def test_every_fault_of_an_event_is_told() -> None:
    raw = observed(bizStep="x", disposition="y", epcList=["z"], foo=1, eventTime="w")
    assert {pointer for _, pointer in faults(raw)} == {
        "/bizStep",
        "/disposition",
        "/epcList/0",
        "/foo",
        "/eventTime",
    }


def test_the_list_of_faults_is_bounded() -> None:
    found = read(document(*[observed(action="x", bizStep="y")] * 600))
    assert len(found.faults) == 1_001
    assert found.faults[-1].code == "more_faults"
    assert found.events == (None,) * 600


# --- Anything at all ----------------------------------------------------------------------------


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = {"ex:a": [value]}
    return value


@pytest.mark.parametrize("depth", [60, 5_000])
@pytest.mark.parametrize(
    "member", ["ex:deep", "@context", "suyuan:extra", "ilmd", "readPoint", "epcList", "bizStep"]
)
def test_what_is_nested_without_end_is_a_fault(member: str, depth: int) -> None:
    assert faults(observed(**{"action": "ADD", member: nested(depth)}))
    raw = document(observed())
    raw["epcisBody"]["eventList"][0][member] = nested(depth)
    assert faults(raw)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (nested(40), "object_too_deep"),
        ([0] * 6_000, "object_too_large"),
        ("x" * 20_000, "text_too_long"),
        ("a\0b", "text_control"),
        ({"\ud800": 1}, "text_control"),
        (10**2_000, "number_out_of_range"),
        (float("nan"), "number_out_of_range"),
        (Decimal("1E+1000000"), "number_out_of_range"),
        (Decimal("NaN"), "number_out_of_range"),
    ],
)
def test_foreign_members_are_bounded(value: Any, code: str) -> None:
    assert [found for found, _ in faults(observed(**{"ex:a": value}))] == [code]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=10)
    | st.sampled_from(["urn:x:y", "EPCISDocument", "ObjectEvent", STANDARD_CONTEXT, "ex:a"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
SKELETONS = [
    observed(bizStep="shipping", **{"suyuan:extra": {"a": [1]}, "suyuan:spelled": {"a:b": "a:b"}}),
    made(ilmd={"ex:a": {"ex:b": ["c"]}}),
    packed(sourceList=[{"type": "location", "source": PLACE}], readPoint={"id": PLACE}),
    ordered(errorDeclaration={"declarationTime": "2026-03-02T00:00:00Z"}),
    assembled(sensorElementList=[{"sensorReport": [{"type": "Temperature"}]}]),
    document(observed(), made()),
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SKELETONS), st.lists(st.integers(0, 30), min_size=1, max_size=6), VALUES)
@example({}, [0], {"type": "EPCISDocument", "@context": [[]], "epcisBody": {"eventList": [[]]}})
def test_any_value_anywhere_gives_events_or_faults(
    skeleton: Any, path: list[int], value: Any
) -> None:
    wounded = copy.deepcopy(skeleton)
    _put(wounded, path, value)
    for raw in (wounded, value):
        found = read(raw)
        assert all(isinstance(fault, Fault) for fault in found.faults)
        assert {fault.code for fault in found.faults} <= SENTENCES.keys()
        assert (None in found.events) is bool(found.faults)


def _put(container: Any, path: list[int], value: Any) -> None:
    """Puts a value at a place that is found by walking along the path as far as it leads."""
    for step in path:
        keys = list(container) if isinstance(container, dict) else list(range(len(container)))
        if not keys:
            return
        key = keys[step % len(keys)]
        if step == path[-1] or not isinstance(container[key], dict | list):
            container[key] = value
            return
        container = container[key]
