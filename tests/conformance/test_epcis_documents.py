"""Every published EPCIS 2.0 document is taken, and what the standard refuses is refused."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suyuan.domain.codes import Level
from suyuan.domain.events import Event, EventType
from suyuan.domain.lookup import edges_of
from suyuan.wire.epcis_json import (
    EpcisEvent,
    read_document,
    read_stored,
    write_document,
    write_event,
    write_query_document,
)
from suyuan.wire.reports import decode, encode
from tests.conformance.material import documents, events, folder
from tests.wire.epcis_events import PARTY
from tests.wire.epcis_events import events as city_events

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DOCUMENTS = documents("json")
SCHEMA = jsonschema_rs.Draft7Validator(
    json.loads((folder() / "EPCIS-JSON-Schema.json").read_text()), validate_formats=True
)


def read(document: Any) -> list[EpcisEvent]:
    found = read_document(document, reporter=PARTY, now=NOW)
    assert found.faults == ()
    return [event for event in found.events if event is not None]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_event_of_a_published_document_is_taken(name: str) -> None:
    sent = events(DOCUMENTS[name])
    found = read(DOCUMENTS[name])
    assert [event.event.type for event in found] == [event["type"] for event in sent]
    for event, raw in zip(found, sent, strict=True):
        assert event.event.id == raw.get("eventID", event.event.id)
        assert event.bare == {
            "eventID": event.event.id,
            **{n: v for n, v in raw.items() if n != "recordTime"},
            "@context": DOCUMENTS[name]["@context"],
        }


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_bare_event_stands_alone(name: str) -> None:
    for event in read(DOCUMENTS[name]):
        SCHEMA.validate(event.bare)
        (again,) = read(decode(encode(event.bare)))
        assert (again.event, again.content) == (event.event, event.content)
        assert read_stored(decode(encode(event.bare)), PARTY) == event.event


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_that_are_written_are_valid_and_say_the_same(name: str) -> None:
    found = read(DOCUMENTS[name])
    bares = [event.bare for event in found]
    for written in (write_document(bares, NOW), write_query_document(bares, NOW)):
        SCHEMA.validate(written)
        assert [event.event for event in read(written)] == [event.event for event in found]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_event_of_a_document_can_be_written_anew(name: str) -> None:
    for found in read(DOCUMENTS[name]):
        written = write_event(found.event)
        SCHEMA.validate(json.loads(encode(written)))
        (again,) = read(written)
        assert again.event == found.event


TRACED = ("ObjectEvent", "AggregationEvent", "TransformationEvent")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_code_finer_than_a_class_can_be_followed(name: str) -> None:
    for found in read(DOCUMENTS[name]):
        event = found.event
        if event.type in TRACED and event.correction is None:
            named = {i.code.key for i in event.things() if i.code.level is not Level.CLASS}
            assert {edge.code for edge in edges_of(event)} == named


def test_a_transformation_is_one_event_in_two_spellings() -> None:
    urns = read(DOCUMENTS["Example_9.6.4-TransformationEvent"])[0].event
    links = read(DOCUMENTS["Example_9.6.4-TransformationEventWithDigitalLink"])[0].event
    assert urns.outputs == links.outputs
    assert urns.type is EventType.TRANSFORMATION


def test_an_error_declaration_names_the_event_and_its_correction() -> None:
    declared, corrective = read(DOCUMENTS["ErrorDeclarationAndCorrectiveEvent"])
    assert declared.event.correction is not None
    assert declared.event.correction.reason == "incorrect_data"
    assert declared.event.correction.replaced_by == (corrective.event.id,)


# --- What we write ------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(city_events())
def test_every_event_of_the_city_form_is_valid_epcis(event: Event) -> None:
    SCHEMA.validate(json.loads(encode(write_event(event))))


# --- What we take -------------------------------------------------------------------------------

# Beyond the schema we refuse what it forgot (an aggregation that adds to no parent, a quantity
# below zero), event types of one's own, prefixes that nobody declared, and members of no namespace
# in places where it lets anything stand.
STRICTER = {
    "parent_id_missing",
    "quantity_malformed",
    "event_type_unknown",
    "prefix_unknown",
    "unknown_member",
    "document_faulty",
}
JUNK: list[Any] = [
    *(None, True, 0, -1, 1.5, "", "x", "a b", "é:x", "Z", "+08:00", "KGM"),
    *("urn:x:y", "https://a.b/c", "2020-01-01", "2020-01-01T00:00:00Z"),
    *("shipping", "ADD", "DELETE", "OBSERVE"),
    *([], {}, ["x"], ["urn:a:b", "urn:a:b"], [[]], [None], [1]),
    *({"id": "urn:a:b"}, {"type": "x"}, {"a:b": 1}, {"a": 1}),
]
NAMES = [
    "foo",
    "example:foo",
    "undeclared:x",
    "@id",
    "https://x.y/z",
    "ilmd",
    "epcList",
    "parentID",
]
NAMES += ["persistentDisposition", "transformationID", "quantityList", "errorDeclaration"]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(DOCUMENTS)), st.integers(0, 2**32))
def test_what_the_schema_refuses_is_refused_and_hardly_more(name: str, seed: int) -> None:
    document = spoiled(DOCUMENTS[name], random.Random(seed))
    codes = {fault.code for fault in read_document(document, reporter=PARTY, now=NOW).faults}
    if SCHEMA.is_valid(document):
        assert codes <= STRICTER
    else:
        assert codes


def spoiled(document: Any, chance: random.Random) -> Any:
    """The document with one member or entry removed, replaced, repeated or added."""
    wounded = copy.deepcopy(document)
    container, key = chance.choice(list(_places(wounded)))
    junk = copy.deepcopy(chance.choice(JUNK))
    wound = chance.choice(["remove", "replace", "add"])
    if wound == "remove":
        del container[key]
    elif wound == "replace":
        container[key] = junk
    elif isinstance(container, list):
        container.append(copy.deepcopy(container[key]))
    else:
        container[chance.choice(NAMES)] = junk
    return wounded


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place below a value but the context: what it stands in, and its key or index there."""
    keys = value if isinstance(value, dict) else range(len(value))
    for key in keys:
        if key == "@context":
            continue
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
