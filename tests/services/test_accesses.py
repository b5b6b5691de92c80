"""What authorities look at is written down in the subsystem that answered, before it answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from suyuan.storage.engine import Database
from suyuan.web.accesses import PURPOSE_HEADER
from tests.city import BUYER, SELLER, SUBSYSTEMS, City
from tests.services.reports import report
from tests.services.test_gateway import SAUSAGE, across_three_departments, post, stopped
from tests.web.service import NO_DATABASE

INSPECTOR = "inspector food"


def write_now(city: City) -> None:
    for name in SUBSYSTEMS:
        city.run(city.served[name]._app.state.accesses.flush())


def accesses(city: City, *, at: str = "gateway", key: str = "city", **query: Any) -> list[Any]:
    """What is written down, the oldest first."""
    write_now(city)
    answer = city.client(key, at=at).get("/v1/accesses", params=query)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["accesses"]
    return found[::-1]


def asked(
    city: City, path: str, *, key: str = INSPECTOR, at: str = "gateway", **headers: str
) -> tuple[httpx.Response, str]:
    """The answer to a question, and the id under which it is written down."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = city.client(key, at=at).get(path, headers=given)
    return answer, answer.headers["X-Request-Id"]


def test_one_question_is_followed_over_departments(city: City) -> None:
    across_three_departments(city)
    answer, request = asked(
        city,
        f"/v1/chains/{SAUSAGE}",
        Suyuan_Purpose="case; XM-2026-0012",
        X_Request_Id=str(uuid4()),
    )
    assert answer.status_code == 200
    found = accesses(city, request=request)
    assert {entry["subsystem"] for entry in found} == {"food", "meat", "imports"}
    for entry in found:
        assert entry["request"] == request
        assert (entry["role"], entry["owner"]) == ("inspector", "inspector:food")
        assert len(entry["key"]) == 12
        assert (entry["through"], entry["route"]) == ("gateway", "/v1/lookups")
        assert (entry["reason"], entry["reference"]) == ("case", "XM-2026-0012")
    assert len({entry["trace"] for entry in found}) == 1
    assert sum(e["events"] for e in found) == len(answer.json()["events"]) == 4
    of_food = [key for e in found if e["subsystem"] == "food" for key in e["asked"]]
    assert SAUSAGE in of_food
    assert f"urn:suyuan:event:{BUYER}:make" in of_food
    assert SAUSAGE not in [k for e in found if e["subsystem"] == "imports" for k in e["asked"]]


def test_a_walk_is_written_down_before_its_first_answer_and_its_numbers_after(city: City) -> None:
    across_three_departments(city)
    _, request = asked(city, f"/v1/chains/{SAUSAGE}")
    first = city.client("city", at="food").get("/v1/accesses", params={"request": request}).json()
    assert [(e["calls"], e["events"]) for e in first["accesses"]] == [(1, 0)]
    told = accesses(city, at="food", request=request)
    assert len(told) == 2
    assert sum(e["events"] for e in told) == 2
    assert sum(e["calls"] for e in told) > 2


def test_nobody_hides_a_question_behind_the_request_id_of_another(city: City) -> None:
    across_three_departments(city)
    request = str(uuid4())
    for _ in range(2):
        asked(city, f"/v1/chains/{SAUSAGE}", X_Request_Id=request)
    told = city.client("city", at="food").get("/v1/accesses", params={"request": request}).json()
    first = [entry for entry in told["accesses"] if entry["calls"] == 1 and entry["edges"]]
    assert len({entry["trace"] for entry in first}) == 2


@pytest.mark.parametrize("key", ["department food", "city"])
def test_departments_and_the_city_are_written_down_too(city: City, key: str) -> None:
    post(city, "buyer", report("one"))
    _, request = asked(city, "/v1/events", key=key, at="food")
    (entry,) = accesses(city, at="food", request=request)
    assert (entry["role"], entry["through"]) == (key.partition(" ")[0], None)
    assert (entry["route"], entry["events"]) == ("/v1/events", 1)


@pytest.mark.parametrize("key", ["seller", None])
def test_nobody_else_is_written_down(city: City, key: str | None) -> None:
    post(city, "seller", report("one", items=[{"code": "PORK"}]))
    code = f"urn:suyuan:{SELLER}:PORK"
    answer = city.client(key).get(f"/v1/chains/{code}")
    assert answer.json()["events"]
    assert accesses(city, request=answer.headers["X-Request-Id"]) == []


@pytest.mark.parametrize(
    ("path", "route", "wanted"),
    [
        ("/v1/chains/{code}", "/v1/chains/{code:text}", ["{code}"]),
        ("/v1/traceability/{code}", "/v1/traceability/{code:text}", ["{code}"]),
        ("/t/{code}", "/t/{code:text}", ["{code}"]),
        ("/v1/exports/chains/{code}.csv", "/v1/exports/chains/{code:text}.csv", ["{code}"]),
        ("/v1/events?code={code}", "/v1/events", ["{code}"]),
        ("/v1/events?party={party}", "/v1/events", ["urn:suyuan:cn:{party}"]),
        ("/v1/events/one?x", "/v1/events/{event_id:path}", ["urn:suyuan:event:{party}:one"]),
        ("/v1/reach/{code}", "/v1/reach/{code:text}", ["{code}"]),
        ("/v1/code-status/{code}", "/v1/code-status/{code:text}", ["{code}"]),
    ],
)
def test_every_route_that_tells_says_what_it_told_of(
    city: City, path: str, route: str, wanted: list[str]
) -> None:
    post(city, "seller", report("one", items=[{"code": "PORK"}]))
    names = {"code": f"urn:suyuan:{SELLER}:PORK", "party": SELLER}
    key = "inspector meat"
    answer, request = asked(city, path.format(**names).removesuffix("?x"), key=key, at="meat")
    assert answer.status_code == 200, answer.text
    (entry,) = accesses(city, at="meat", request=request)
    assert (entry["route"], entry["asked"]) == (route, [w.format(**names) for w in wanted])
    assert entry["asked_count"] == 1


def test_what_tells_nothing_is_not_written_down(city: City) -> None:
    for path in (
        "/healthz",
        "/v1/codes/6901234567892",
        "/v1/recalls/in-force",
        "/docs",
        "/metrics",
    ):
        answer, request = asked(city, path, at="food")
        assert answer.status_code == 200, path
        assert accesses(city, at="food", request=request) == [], path


def test_of_what_is_not_held_only_the_number_is_kept(city: City) -> None:
    _, request = asked(city, "/v1/chains/350203199001011234", at="food")
    (entry,) = accesses(city, at="food", request=request)
    assert (entry["asked"], entry["asked_count"], entry["events"]) == ([], 1, 0)


def test_a_farmer_without_a_code_of_his_own_is_not_named(city: City) -> None:
    farmer = f"urn:suyuan:{SELLER}:farmer-7"
    event = report("one", party=farmer, items=[{"code": f"urn:suyuan:{SELLER}:EGGS"}])
    assert city.client("department meat", at="meat").post("/v1/events", json=event).is_success
    answer, request = asked(city, "/v1/chains/" + f"urn:suyuan:{SELLER}:EGGS")
    assert answer.json()["events"]
    assert farmer not in str(accesses(city, request=request))


def test_a_refused_question_is_no_access(city: City) -> None:
    answer, request = asked(city, f"/v1/reach/{SAUSAGE}", at="meat")
    assert answer.status_code == 403
    assert accesses(city, at="meat", request=request) == []


def test_what_cannot_be_written_down_is_not_answered(city: City) -> None:
    post(city, "buyer", report("one", items=[{"code": "PORK"}]))
    code = f"urn:suyuan:{BUYER}:PORK"
    away = Database(NO_DATABASE, roles=False)
    writer = city.served["food"]._app.state.accesses
    own, writer._database = writer._database, away
    try:
        answer, _ = asked(city, f"/v1/chains/{code}", at="food")
        assert (answer.status_code, answer.json()["code"]) == (503, "access_not_recorded")
        assert code not in answer.text
        chain = asked(city, f"/v1/chains/{code}")[0].json()
        assert {s["subsystem"]: s["status"] for s in chain["sources"]}["food"] == "down"
        assert not chain["complete"]
        public = city.client(at="food").get(f"/v1/chains/{code}")
        assert len(public.json()["events"]) == 1
    finally:
        writer._database = own
        city.run(away.close())


@pytest.mark.parametrize(
    ("at", "key", "status"),
    [
        ("food", "department food", 200),
        ("food", "city", 200),
        ("food", "department meat", 403),
        ("food", INSPECTOR, 403),
        ("food", "seller", 403),
        ("food", None, 401),
        ("gateway", "department meat", 200),
        ("gateway", "city", 200),
        ("gateway", INSPECTOR, 403),
        ("gateway", "seller", 403),
    ],
)
def test_who_may_read_them(city: City, at: str, key: str | None, status: int) -> None:
    assert city.client(key, at=at).get("/v1/accesses").status_code == status


def test_a_department_reads_at_the_gateway_what_was_looked_at_in_its_own_subsystem(
    city: City,
) -> None:
    across_three_departments(city)
    _, request = asked(city, f"/v1/chains/{SAUSAGE}")
    found = accesses(city, key="department meat", request=request)
    assert {entry["subsystem"] for entry in found} == {"meat"}


def test_the_list_is_filtered_and_read_in_pages(city: City) -> None:
    began = datetime.now(UTC)
    across_three_departments(city)
    for _ in range(3):
        asked(city, f"/v1/chains/{SAUSAGE}", Suyuan_Purpose="recall; R-9")
    asked(city, f"/v1/chains/{SAUSAGE}", key="department meat")
    write_now(city)
    client = city.client("city")
    wanted = {"owner": "inspector:food", "reason": "recall", "reference": "R-9"}
    query: dict[str, Any] = {**wanted, "from": began.isoformat(), "limit": 4}
    whole = client.get("/v1/accesses", params={**query, "limit": 1000}).json()["accesses"]
    pages: list[Any] = []
    while True:
        answer = client.get("/v1/accesses", params=query)
        body = answer.json()
        assert body["complete"]
        pages += body["accesses"]
        if body["next"] is None:
            break
        assert f"after={body['next']}" in answer.headers["Link"]
        query["after"] = body["next"]
    assert pages == whole
    assert [e["at"] for e in pages] == sorted((e["at"] for e in pages), reverse=True)
    of_code = client.get("/v1/accesses", params={**wanted, "code": SAUSAGE}).json()["accesses"]
    assert {e["subsystem"] for e in of_code} == {"food"}
    assert len({e["request"] for e in of_code}) == 3


def test_a_silent_department_is_named_and_read_later(city: City) -> None:
    across_three_departments(city)
    _, request = asked(city, f"/v1/chains/{SAUSAGE}")
    write_now(city)
    client = city.client("city")
    with stopped(city, "meat"):
        body = client.get("/v1/accesses", params={"request": request}).json()
        assert not body["complete"]
        assert {s["subsystem"]: s["status"] for s in body["sources"]}["meat"] == "down"
        assert {e["subsystem"] for e in body["accesses"]} == {"food", "imports"}
    assert "meat" in {e["subsystem"] for e in accesses(city, request=request)}


@pytest.mark.parametrize(
    "given", ["", "curiosity", "case;", "case; Zhang San", "case; 张三1", ";1"]
)
@pytest.mark.parametrize("at", ["gateway", "food"])
def test_a_malformed_purpose_is_refused_with_what_would_be_right(
    city: City, given: str, at: str
) -> None:
    headers = {PURPOSE_HEADER: given.encode()}
    answer = city.client("city", at=at).get("/v1/events", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "purpose_malformed")
    assert "routine" in answer.json()["detail"]


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"from": "2026-03-02", "to": "2026-03-01"}, {"colour": "red"}]
)
@pytest.mark.parametrize("at", ["gateway", "food"])
def test_a_malformed_question_about_accesses_is_refused(
    city: City, query: dict[str, str], at: str
) -> None:
    assert city.client("city", at=at).get("/v1/accesses", params=query).status_code == 422
