"""EPCIS 2.0 documents: their envelope, their contexts, and the events in them."""

from __future__ import annotations

from typing import Any

import pytest

from suyuan.domain.events import Item
from suyuan.wire.epcis_context import STANDARD_CONTEXT
from suyuan.wire.epcis_hash import event_hash
from suyuan.wire.epcis_json import EpcisReading
from tests.wire.epcis_examples import (
    CONTEXT,
    PLACE,
    SERIAL,
    code,
    document,
    event_of,
    faults,
    observed,
    packed,
    read,
)

# --- Documents ----------------------------------------------------------------------------------


def test_the_events_of_a_document_come_in_order() -> None:
    first, second = observed(eventID="urn:x:1"), packed(eventID="urn:x:2")
    found = read(document(first, second))
    assert [event and event.event.id for event in found.events] == ["urn:x:1", "urn:x:2"]
    assert [event and event.bare["@context"] for event in found.events] == [CONTEXT, CONTEXT]


def test_a_query_document_holds_events_too() -> None:
    results = {"queryName": "Q", "resultsBody": {"eventList": [observed(eventID="urn:x:1")]}}
    raw = document(type="EPCISQueryDocument", epcisBody={"queryResults": results})
    assert event_of(raw).id == "urn:x:1"


def test_a_bare_event_is_a_document_of_one() -> None:
    assert event_of(observed(eventID="urn:x:1")).id == "urn:x:1"


def test_a_document_may_hold_no_event() -> None:
    assert read(document()) == EpcisReading(())


def test_one_faulty_event_leaves_the_others() -> None:
    found = read(document(observed(), observed(action="x"), 7, observed()), index=10)
    assert [event is None for event in found.events] == [False, True, True, False]
    assert [(f.code, f.pointer, f.index) for f in found.faults] == [
        ("unknown_word", "/epcisBody/eventList/1/action", 11),
        ("not_object", "/epcisBody/eventList/2", 12),
    ]


def test_a_faulty_document_gives_no_event_and_says_so_of_each() -> None:
    found = read(document(observed(), observed(action="x"), creationDate="today"))
    assert found.events == (None, None)
    assert [(f.code, f.pointer, f.index) for f in found.faults] == [
        ("time_malformed", "/creationDate", 0),
        ("document_faulty", "/epcisBody/eventList/0", 0),
        ("unknown_word", "/epcisBody/eventList/1/action", 1),
    ]


@pytest.mark.parametrize(
    ("raw", "code", "pointer"),
    [
        (None, "not_object", ""),
        ([], "not_object", ""),
        ({}, "document_type_unknown", "/type"),
        ({"type": ["EPCISDocument"]}, "document_type_unknown", "/type"),
        ({"type": "EPCISMasterDataDocument"}, "document_type_unknown", "/type"),
        (document(schemaVersion="two"), "version_malformed", "/schemaVersion"),
        (document(schemaVersion=2), "version_malformed", "/schemaVersion"),
        (document(id="x"), "uri_malformed", "/id"),
        (document(comment="x"), "unknown_member", "/comment"),
        (document(epcisBody=[]), "not_object", "/epcisBody"),
        (document(epcisBody={"eventList": {}}), "not_array", "/epcisBody/eventList"),
        (document(epcisBody={}), "missing", "/epcisBody/eventList"),
        (document(epcisHeader={"x": 1}), "unknown_member", "/epcisHeader/x"),
        (document(sender=1), "not_text", "/sender"),
    ],
)
def test_what_is_no_document_is_a_fault(raw: Any, code: str, pointer: str) -> None:
    assert (code, pointer) in faults(raw)


def test_master_data_may_stand_in_the_header() -> None:
    gate = {"id": PLACE, "attributes": [{"id": "cbvmda:name", "attribute": "闸"}]}
    places = {
        "type": "urn:epcglobal:epcis:vtype:ReadPoint",
        "vocabularyElementList": [{**gate, "children": [PLACE]}],
    }
    header = {"epcisMasterData": {"vocabularyList": [places]}}
    assert read(document(observed(), epcisHeader=header)).faults == ()
    places["type"] = "read points"
    at = "/epcisHeader/epcisMasterData/vocabularyList/0/type"
    assert ("uri_malformed", at) in faults(document(observed(), epcisHeader=header))


# --- Contexts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "context",
    [
        STANDARD_CONTEXT,
        {"ex": "https://ns.example.com/"},
        [STANDARD_CONTEXT, {"ex": {"@id": "https://ns.example.com/", "@prefix": True}}],
        [STANDARD_CONTEXT, {"eventTime": "urn:evil:", "type": "urn:evil:", "ObjectEvent": "x"}],
        [],
    ],
)
def test_a_context_may_be_text_an_object_or_an_array(context: Any) -> None:
    assert event_of(observed(**{"@context": context})).items == (Item(code(SERIAL)),)


def test_an_event_keeps_the_context_of_its_document_and_its_own() -> None:
    own = {"my": "https://my.example.com/"}
    raw = document(observed())
    raw["epcisBody"]["eventList"] = [{**observed(), "@context": own, "my:a": "1", "ex:b": "2"}]
    (found,) = read(raw).events
    assert found is not None
    assert found.bare["@context"] == [*CONTEXT, own]
    assert event_hash(found.bare) == found.event.id
    assert read(found.bare).events == (found,)


@pytest.mark.parametrize("member", ["foo:bar", "suyu:kind", "eX:a"])
def test_a_prefix_must_be_declared(member: str) -> None:
    assert faults(observed(**{member: 1})) == [("prefix_unknown", "/" + member)]
    assert faults(observed(readPoint={"id": PLACE, member: 1})) == [
        ("prefix_unknown", f"/readPoint/{member}")
    ]


@pytest.mark.parametrize("member", ["rdfs:comment", "cbvmda:x", "https://ns.example.com/a", "ex:a"])
def test_declared_standard_and_whole_names_are_kept(member: str) -> None:
    (found,) = read(observed(**{member: {"any": ["thing"]}})).events
    assert found is not None
    assert found.bare[member] == {"any": ["thing"]}


def test_a_context_that_is_not_known_here_may_declare_any_prefix() -> None:
    context = [STANDARD_CONTEXT, "https://example.com/our-context.jsonld"]
    assert read(observed(**{"@context": context, "foo:bar": 1})).faults == ()


@pytest.mark.parametrize(
    ("context", "code", "pointer"),
    [
        (..., "missing", "/@context"),
        ("ours", "context_malformed", "/@context"),
        (7, "context_malformed", "/@context"),
        ([STANDARD_CONTEXT, None], "context_malformed", "/@context/1"),
        ({f"p{n}": "https://example.com/" for n in range(1_000)}, "context_too_large", "/@context"),
    ],
)
def test_a_context_that_is_none_is_a_fault(context: Any, code: str, pointer: str) -> None:
    assert (code, pointer) in faults(observed(**{"@context": context}))
