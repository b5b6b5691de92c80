"""EPCIS documents at the gateway: parted by the sectors of their events, faults told in place."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from suyuan.wire.epcis_context import STANDARD_CONTEXT
from tests.city import City
from tests.services.reports import report
from tests.wire.epcis_examples import document, observed

PROCEED = {"GS1-Capture-Error-Behaviour": "proceed"}


def post(city: City, body: Any, **headers: str) -> httpx.Response:
    return city.client("seller").post("/v1/events", json=body, headers=headers)


def event(number: int, **members: Any) -> dict[str, Any]:
    return observed(eventID=f"urn:uuid:{number}", **members)


def places(answer: httpx.Response) -> list[tuple[int, str, str]]:
    return [(r["index"], r["pointer"], r["code"]) for r in answer.json()["rejected"]]


def holder(city: City, number: int) -> list[str]:
    names = ("food", "meat", "imports")
    asked = {n: city.client("city", at=n).get(f"/v1/events/urn:uuid:{number}") for n in names}
    return [name for name, answer in asked.items() if answer.status_code == 200]


def test_a_document_is_parted_and_its_faults_point_into_what_was_sent(city: City) -> None:
    body = document(
        event(1),
        event(2, **{"suyuan:sector": "food"}),
        event(3, eventTime="never"),
        event(4, **{"suyuan:sector": "food", "epcList": ["(01)1"]}),
        event(5, **{"suyuan:sector": "liquor"}),
        "no event",
    )
    answer = post(city, body, **PROCEED)
    assert answer.status_code == 200, answer.text
    assert answer.json()["ids"] == ["urn:uuid:1", "urn:uuid:2", None, None, None, None]
    told = places(answer)
    assert [(i, p) for i, p, _ in told] == [
        (2, "/epcisBody/eventList/2/eventTime"),
        (3, "/epcisBody/eventList/3/epcList/0"),
        (4, "/epcisBody/eventList/4/suyuan:sector"),
        (5, "/epcisBody/eventList/5"),
    ]
    assert (holder(city, 1), holder(city, 2)) == (["meat"], ["food"])


def test_the_faults_of_a_query_document_point_into_its_results(city: City) -> None:
    events = [event(1), event(2, eventTime="never", **{"suyuan:sector": "food"})]
    whole = document(*events)
    results = {"queryName": "q", "resultsBody": whole.pop("epcisBody")}
    body = {**whole, "type": "EPCISQueryDocument", "epcisBody": {"queryResults": results}}
    answer = post(city, body, **PROCEED)
    assert [p for _, p, _ in places(answer)] == [
        "/epcisBody/queryResults/resultsBody/eventList/1/eventTime"
    ]
    assert answer.json()["accepted"] == 1


def test_documents_and_city_events_of_one_array_keep_their_places(city: City) -> None:
    body = [
        report("a", sector="food"),
        document(event(1), event(2, eventTime="never")),
        report("b", time="never"),
    ]
    answer = post(city, body, **PROCEED)
    assert [(i, p) for i, p, _ in places(answer)] == [
        (2, "/epcisBody/eventList/1/eventTime"),
        (3, "/time"),
    ]


def test_a_document_for_one_subsystem_is_answered_as_there(city: City) -> None:
    body = document(event(1, eventTime="never"), event(2, action="MAYBE"))
    at_home = city.client("seller", at="meat").post("/v1/events", json=body)
    for headers, status in (({}, 422), (PROCEED, 200)):
        here = post(city, body, **headers)
        assert (here.status_code, places(here)) == (status, places(at_home))


@pytest.mark.parametrize("name", ["sy", "su-yuan"])
def test_the_sector_is_read_by_the_documents_own_prefix(city: City, name: str) -> None:
    context = [STANDARD_CONTEXT, {name: "urn:suyuan:epcis:"}]
    body = document(event(1, **{f"{name}:sector": "food"}), **{"@context": context})
    assert post(city, body).status_code == 200
    assert holder(city, 1) == ["food"]


def test_an_events_own_context_goes_before_its_documents(city: City) -> None:
    own = {**event(1, **{"mine:sector": "imports"}), "@context": [{"mine": "urn:suyuan:epcis:"}]}
    body = document()
    body["epcisBody"]["eventList"] = [own]
    assert post(city, body).status_code == 200
    assert holder(city, 1) == ["imports"]


def test_a_prefix_of_another_namespace_moves_nothing(city: City) -> None:
    context = [STANDARD_CONTEXT, {"suyuan": "https://ns.example.com/"}]
    answer = post(city, {**event(1, **{"suyuan:sector": "food"}), "@context": context})
    assert answer.status_code == 200, answer.text
    assert holder(city, 1) == ["meat"]


def test_a_sector_that_nobody_takes_is_told_by_the_name_it_was_sent_under(city: City) -> None:
    context = [STANDARD_CONTEXT, {"sy": "urn:suyuan:epcis:"}]
    body = document(event(1), event(2, **{"sy:sector": "liquor"}), **{"@context": context})
    answer = post(city, body)
    assert answer.status_code == 422
    assert places(answer) == [(1, "/epcisBody/eventList/1/sy:sector", "sector_not_federated")]


@pytest.mark.parametrize("body", [[], document(), document(schemaVersion="9"), [document()]])
@pytest.mark.parametrize("headers", [{}, PROCEED])
def test_a_batch_without_an_event_is_answered_as_in_a_subsystem(
    city: City, body: Any, headers: dict[str, str]
) -> None:
    there = city.client("seller", at="meat").post("/v1/events", json=body, headers=headers)
    here = post(city, body, **headers)
    assert there.status_code == here.status_code
    assert _without_instance(here) == _without_instance(there)


def _without_instance(answer: httpx.Response) -> dict[str, Any]:
    return {k: v for k, v in answer.json().items() if k != "instance"}
