"""``POST /v1/events``: what is stored, what is refused, and what the answer says."""

from __future__ import annotations

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.city import BUYER, SELLER, City
from tests.services.reports import GTIN, LOT, report


@pytest.fixture
def meat(city: City) -> httpx.Client:
    return city.client("seller", at="meat")


def rejected(answer: httpx.Response) -> list[tuple[int, str, str]]:
    return [(r["index"], r["pointer"], r["code"]) for r in answer.json()["rejected"]]


def events_of(client: httpx.Client, code: str = LOT) -> list[str]:
    return [e["id"] for e in client.get(f"/v1/chains/{code}").json()["events"]]


def test_an_event_is_stored_and_its_id_is_given_as_a_uri(meat: httpx.Client) -> None:
    answer = meat.post("/v1/events", json=report("e1"))
    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": 1,
        "repeated": 0,
        "ids": [f"urn:suyuan:event:{SELLER}:e1"],
        "rejected": [],
    }
    assert events_of(meat) == ["e1"]


def test_an_event_without_an_id_is_given_its_cbv_hash(meat: httpx.Client) -> None:
    answer = meat.post("/v1/events", json=report()).json()
    assert answer["ids"][0].startswith("ni:///sha-256;")
    assert answer["ids"][0].endswith("?ver=CBV2.0")
    assert meat.post("/v1/events", json=report()).json()["repeated"] == 1


def test_the_same_report_again_is_repeated_and_changes_nothing(meat: httpx.Client) -> None:
    batch = [report("e1"), report("e2", activity="release", time="2026-03-02T08:00:00+08:00")]
    assert meat.post("/v1/events", json=batch).json()["accepted"] == 2
    again = meat.post("/v1/events", json=batch).json()
    assert (again["accepted"], again["repeated"]) == (0, 2)
    assert events_of(meat) == ["e1", "e2"]


def test_the_same_id_in_one_batch_twice_is_stored_once(meat: httpx.Client) -> None:
    answer = meat.post("/v1/events", json=[report("e1"), report("e1")]).json()
    assert (answer["accepted"], answer["repeated"]) == (1, 1)


def test_the_same_id_with_other_content_is_409_and_shows_both(meat: httpx.Client) -> None:
    meat.post("/v1/events", json=report("e1"))
    answer = meat.post("/v1/events", json=report("e1", place="350203002"))
    assert answer.status_code == 409
    (clash,) = answer.json()["rejected"]
    assert clash["code"] == "conflict"
    assert (clash["known"]["place"], clash["reported"]["place"]) == ("350203001", "350203002")


def test_one_instant_in_two_zones_is_the_same_content(meat: httpx.Client) -> None:
    meat.post("/v1/events", json=report("e1"))
    same = report("e1", items=[{"code": LOT, "quantity": "100.0", "unit": "KGM"}])
    assert meat.post("/v1/events", json=same).json()["repeated"] == 1


def test_with_rollback_one_fault_refuses_the_whole_batch_and_lists_every_fault(
    meat: httpx.Client,
) -> None:
    batch: list[Any] = [
        report("good"),
        report("bad", kind="magic", time="2026-03-01T08:00:00"),
        17,
    ]
    answer = meat.post("/v1/events", json=batch)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert rejected(answer) == [
        (1, "/kind", "unknown_word"),
        (1, "/time", "time_no_offset"),
        (2, "", "not_object"),
    ]
    assert events_of(meat) == []


def test_with_proceed_what_is_right_is_stored(meat: httpx.Client) -> None:
    meat.post("/v1/events", json=report("known"))
    batch = [
        report("good", activity="release"),
        report("bad", time="yesterday"),
        report("known", place="350203009"),
    ]
    headers = {"GS1-Capture-Error-Behaviour": "proceed"}
    answer = meat.post("/v1/events", json=batch, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 1
    assert rejected(answer) == [(1, "/time", "time_malformed"), (2, "/id", "conflict")]
    assert answer.json()["ids"] == [f"urn:suyuan:event:{SELLER}:good", None, None]
    assert events_of(meat) == ["known", "good"]


def test_a_dry_run_checks_everything_and_stores_nothing(meat: httpx.Client) -> None:
    answer = meat.post("/v1/events?dry_run=true", json=report("e1"))
    assert answer.json()["accepted"] == 1
    assert events_of(meat) == []


def test_ndjson_is_read_line_by_line(meat: httpx.Client) -> None:
    body = "\n".join(json.dumps(report(f"e{n}")) for n in range(3)) + "\n{broken\n"
    headers = {
        "Content-Type": "application/x-ndjson",
        "GS1-Capture-Error-Behaviour": "proceed",
    }
    answer = meat.post("/v1/events", content=body, headers=headers)
    assert answer.json()["accepted"] == 3
    assert rejected(answer) == [(3, "", "json_malformed")]


def test_an_epcis_document_and_the_city_form_of_one_event_are_one_event(
    meat: httpx.Client,
) -> None:
    meat.post("/v1/events", json=report("e1"))
    as_epcis = meat.get("/v1/events/e1", headers={"Accept": "application/ld+json"}).json()
    context = as_epcis["@context"]
    document = {
        "@context": context,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T08:00:00+08:00",
        "epcisBody": {"eventList": [{k: v for k, v in as_epcis.items() if k != "@context"}]},
    }
    answer = meat.post("/v1/events", json=document)
    assert answer.json() == {
        "accepted": 0,
        "repeated": 1,
        "ids": [f"urn:suyuan:event:{SELLER}:e1"],
        "rejected": [],
    }


def test_an_enterprise_reports_only_as_itself(meat: httpx.Client) -> None:
    answer = meat.post("/v1/events", json=report("e1", party=BUYER))
    assert answer.status_code == 422
    assert rejected(answer) == [(0, "/party", "party_not_yours")]


def test_a_department_reports_on_anyones_behalf_but_must_say_whose(city: City) -> None:
    department = city.client("department meat", at="meat")
    assert department.post("/v1/events", json=report("e1", party=SELLER)).status_code == 200
    assert rejected(department.post("/v1/events", json=report("e2"))) == [
        (0, "/party", "party_missing")
    ]


def test_a_department_reports_and_corrects_in_its_own_subsystem_only(city: City) -> None:
    elsewhere = city.client("department food", at="meat")
    answer = elsewhere.post("/v1/events", json=report("e1", party=SELLER))
    assert (answer.status_code, answer.json()["code"]) == (403, "department_elsewhere")


@pytest.mark.parametrize(("key", "status"), [(None, 401), ("city", 403), ("inspector meat", 403)])
def test_others_may_not_report(city: City, key: str | None, status: int) -> None:
    assert city.client(key, at="meat").post("/v1/events", json=report()).status_code == status


def test_an_unknown_key_is_401(city: City) -> None:
    with httpx.Client(base_url=city.served["meat"].url) as client:
        headers = {"Authorization": "Bearer sk_" + "x" * 43}
        assert client.post("/v1/events", json=report(), headers=headers).status_code == 401


def test_a_correction_voids_the_event_and_its_id_takes_no_other_content(
    meat: httpx.Client,
) -> None:
    event = report("e1")
    meat.post("/v1/events", json=event)
    correction = {"declared_at": "2026-03-02T08:00:00+08:00", "reason": "did_not_occur"}
    assert meat.post("/v1/events", json={**event, "correction": correction}).json()["accepted"] == 1
    assert events_of(meat) == []
    assert meat.post("/v1/events", json=event).json()["repeated"] == 1
    assert events_of(meat) == []
    other = meat.post("/v1/events", json=report("e1", place="350203002"))
    assert (other.status_code, rejected(other)) == (409, [(0, "/id", "voided")])


def test_a_correction_is_stored_before_the_event_it_corrects(meat: httpx.Client) -> None:
    correction = {"declared_at": "2026-03-02T08:00:00+08:00", "reason": "did_not_occur"}
    assert meat.post("/v1/events", json={**report("e1"), "correction": correction}).is_success
    assert meat.post("/v1/events", json=report("e1")).json()["accepted"] == 1
    assert events_of(meat) == []


def test_a_batch_over_the_limit_is_413(meat: httpx.Client) -> None:
    answer = meat.post("/v1/events", json=[{}] * 10_001)
    assert answer.status_code == 413
    assert answer.json()["code"] == "batch_too_large"


def test_a_body_over_the_limit_is_413_before_it_is_read(meat: httpx.Client) -> None:
    answer = meat.post("/v1/events", content=b"[" + b" " * (17 * 1024 * 1024))
    assert answer.status_code == 413


def test_faults_are_said_in_the_callers_language(meat: httpx.Client) -> None:
    bad = report("e1", kind="magic")
    chinese = meat.post("/v1/events", json=bad).json()["rejected"][0]["detail"]
    english = meat.post("/v1/events", json=bad, headers={"Accept-Language": "en"}).json()
    assert any("\u4e00" <= c <= "\u9fff" for c in chinese)
    assert english["rejected"][0]["detail"].isascii()


def test_a_wrong_check_digit_says_what_it_should_have_been(meat: httpx.Client) -> None:
    bad = report("e1", items=[{"code": f"(01){GTIN[:-1]}3(10)L1"}])
    (fault,) = meat.post("/v1/events", json=bad, headers={"Accept-Language": "en"}).json()[
        "rejected"
    ]
    assert (fault["pointer"], fault["code"]) == ("/items/0/code", "check_digit")
    assert "2" in fault["detail"]


def test_two_writers_with_the_same_rows_in_opposite_order_store_each_once(city: City) -> None:
    rows = [report(f"e{n}") for n in range(300)]
    answers: list[dict[str, Any]] = []

    def post(batch: list[dict[str, Any]]) -> None:
        with city.client("seller", at="meat") as client:
            answers.append(client.post("/v1/events", json=batch).json())

    writers = [threading.Thread(target=post, args=(b,)) for b in (rows, rows[::-1])]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(a["accepted"] + a["repeated"] for a in answers) == [300, 300]
    assert sum(a["accepted"] for a in answers) == 300


BODIES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=100).map(lambda t: t.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["@context", "id", "items", "time", "type"]), inner)
        ),
        max_leaves=8,
    ).map(lambda v: json.dumps(v).encode()),
)


@given(body=BODIES, kind=st.sampled_from(["application/json", "application/x-ndjson", "a/b", ""]))
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_bytes_posted_give_a_4xx_problem(meat: httpx.Client, body: bytes, kind: str) -> None:
    answer = meat.post("/v1/events", content=body, headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_clash_with_what_the_same_batch_repeats_shows_what_is_stored(meat: httpx.Client) -> None:
    meat.post("/v1/events", json=report("e1"))
    answer = meat.post("/v1/events", json=[report("e1"), report("e1", place="350203002")])
    (clash,) = answer.json()["rejected"]
    assert (answer.status_code, clash["index"]) == (409, 1)
    assert clash["known"]["place"] == "350203001"


def test_an_id_in_another_partys_name_space_is_refused(meat: httpx.Client) -> None:
    answer = meat.post("/v1/events", json=report(f"urn:suyuan:event:{BUYER}:e1"))
    assert rejected(answer) == [(0, "/id", "id_not_yours")]


def test_a_misspelt_parameter_stores_nothing(meat: httpx.Client, city: City) -> None:
    for client in (meat, city.client("seller")):
        refused = client.post("/v1/events?dry-run=true", json=report("typo"))
        assert refused.status_code == 422
        assert "dry-run" in refused.text
    assert meat.get("/v1/events/typo").status_code == 404


def test_lone_reports_at_once_are_each_answered_for_themselves(meat: httpx.Client) -> None:
    bodies = [report(f"e{n % 20}", extra={"n": n // 40}) for n in range(80)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda body: meat.post("/v1/events", json=body), bodies))
    told = Counter(
        (body["id"], answer.status_code) for body, answer in zip(bodies, answers, strict=True)
    )
    accepted = Counter(
        body["id"]
        for body, answer in zip(bodies, answers, strict=True)
        if answer.status_code == 200 and answer.json()["accepted"]
    )
    assert set(accepted.values()) == {1}
    assert len(accepted) == 20
    # Of each id two contents were sent, twice each: one is stored and repeated, the other clashes.
    assert all(told[f"e{n}", 200] == told[f"e{n}", 409] == 2 for n in range(20))
