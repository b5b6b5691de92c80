"""Certificates: entered once, changed by steps, seen by everybody, in subsystems and over all."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from suyuan.web.page_cache import KEEP_SECONDS
from tests.city import SELLER, City
from tests.services.certificates import PATH, TODAY, certificate, entered
from tests.services.entries import put


def step(client: httpx.Client, certificate_id: str, action: str) -> httpx.Response:
    return client.post(f"{PATH}/{certificate_id}/{action}", json={"note": "年度监督审核"})


def test_a_certificate_and_its_history_are_for_everybody(city: City) -> None:
    meat = city.client("department meat", at="meat")
    told = entered(meat)
    found = city.client(at="meat").get(f"{PATH}/{told['id']}").json()
    assert found == told
    assert found["status"] == "valid"
    assert found["standards"] == ["GB/T 38155-2019"]
    assert [(s["action"], s["by"]) for s in found["history"]] == [("issue", "department:meat")]


def test_it_is_suspended_resumed_and_withdrawn(city: City) -> None:
    meat = city.client("department meat", at="meat")
    id_ = entered(meat)["id"]
    assert [step(meat, id_, a).json()["status"] for a in ("suspend", "resume", "withdraw")] == [
        "suspended",
        "valid",
        "withdrawn",
    ]
    for action in ("suspend", "resume", "withdraw"):
        refused = step(meat, id_, action)
        assert (refused.status_code, refused.json()["code"]) == (409, "certificate_step")
    history = meat.get(f"{PATH}/{id_}").json()["history"]
    assert [s["step"] for s in history] == [1, 2, 3, 4]
    assert history[-1]["note"] == "年度监督审核"


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [(-10, -1, "expired"), (-10, 0, "valid"), (0, 10, "valid"), (1, 10, "upcoming")],
)
def test_its_dates_are_days_of_the_city(city: City, first: int, last: int, status: str) -> None:
    days = {"valid_from": first, "valid_to": last}
    told = entered(
        city.client("department meat", at="meat"),
        **{name: str(TODAY + timedelta(days=n)) for name, n in days.items()},
    )
    assert told["status"] == status


def test_a_number_is_its_issuers_once(city: City) -> None:
    meat = city.client("department meat", at="meat")
    first = entered(meat)
    again = meat.post(PATH, json=certificate(sectors=["food"]))
    assert (again.status_code, again.json()["code"]) == (409, "certificate_known")
    assert again.json()["id"] == first["id"]
    entered(meat, issuer={"names": {"en": "Another body"}})


def test_the_register_shows_what_is_valid(city: City) -> None:
    meat = city.client("department meat", at="meat")
    put(meat, f"/v1/parties/{SELLER}", names={"zh": "企业"}, valid_from="2026-01-01")
    valid, suspended = entered(meat), entered(meat, number="TRC-2")
    step(meat, suspended["id"], "suspend")
    for where in ("meat", "gateway"):
        entry = city.client(at=where).get(f"/v1/parties/{SELLER}").json()
        assert [one["id"] for one in entry["certificates"]] == [valid["id"]]


def test_systems_are_certified_by_the_city(city: City) -> None:
    told = entered(city.client("city"), party=None, system="meat")
    assert told["source"] == "city"
    systems = {s["id"]: s for s in city.client().get("/v1/subsystems").json()["subsystems"]}
    assert [one["number"] for one in systems["meat"]["certificates"]] == ["TRC-1"]
    assert systems["food"]["certificates"] == []
    step(city.client("city"), told["id"], "withdraw")
    systems = {s["id"]: s for s in city.client().get("/v1/subsystems").json()["subsystems"]}
    assert systems["meat"]["certificates"] == []


def test_the_gateway_joins_all_and_pages_them(city: City) -> None:
    own = entered(city.client("city"), number="CITY")
    theirs = [
        entered(city.client("department meat"), number="MEAT"),  # at the gateway it goes home
        *(entered(city.client("department food", at="food"), number=f"F{n}") for n in range(3)),
    ]
    assert theirs[0]["source"] == "meat"
    seen, after = [], {}
    while True:
        page = city.client().get(PATH, params={"party": SELLER, "limit": 2, **after}).json()
        seen += page["certificates"]
        assert page["complete"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert [one["id"] for one in seen] == sorted(one["id"] for one in (own, *theirs))
    assert {one["source"] for one in seen} == {"city", "meat", "food"}
    one = city.client().get(f"{PATH}/{theirs[1]['id']}").json()
    assert one == theirs[1]
    assert step(city.client("department meat"), theirs[0]["id"], "suspend").status_code == 200
    found = city.client().get(PATH, params={"status": "suspended"}).json()["certificates"]
    assert [one["number"] for one in found] == ["MEAT"]


def test_a_silent_department_is_named(city: City) -> None:
    told = entered(city.client("department meat", at="meat"))
    served = city.served["meat"]
    served.stop()
    try:
        page = city.client().get(PATH).json()
        assert not page["complete"]
        assert {s["subsystem"]: s["status"] for s in page["sources"]}["meat"] == "down"
        answer = city.client().get(f"{PATH}/{told['id']}")
        assert (answer.status_code, answer.json()["subsystems"]) == (503, ["meat"])
    finally:
        served.start()


@pytest.mark.parametrize(
    ("members", "code", "pointer"),
    [
        ({"number": None}, "missing", "/number"),
        ({"issuer": None}, "missing", "/issuer"),
        ({"issuer": {"names": {}}}, "names_missing", "/issuer/names"),
        ({"standards": []}, "missing", "/standards"),
        ({"standards": "GB/T 38155-2019"}, "not_array", "/standards"),
        ({"party": None}, "certificate_subject", "/party"),
        ({"system": "meat"}, "certificate_subject", "/party"),
        ({"party": None, "system": "weapons"}, "certificate_no_system", "/system"),
        ({"party": None, "system": "food"}, "certificate_no_system", "/system"),
        ({"sectors": ["weapons"]}, "unknown_word", "/sectors/0"),
        ({"valid_from": "2026-02-30"}, "date_malformed", "/valid_from"),
        ({"valid_from": "2030-01-01", "valid_to": "2029-01-01"}, "dates_reversed", "/valid_to"),
        ({"url": "javascript:alert(1)"}, "link_url", "/url"),
        ({"status": "valid"}, "unknown_field", "/status"),
        ({"number": "x" * 81}, "text_too_long", "/number"),
    ],
)
def test_a_faulty_one_is_refused(
    city: City, members: dict[str, Any], code: str, pointer: str
) -> None:
    meat = city.client("department meat", at="meat")
    answer = meat.post(PATH, json=certificate(**members))
    assert answer.status_code == 422
    assert (code, pointer) in [(f["code"], f["pointer"]) for f in answer.json()["errors"]]
    assert meat.get(PATH).json()["certificates"] == []


def test_a_step_says_why(city: City) -> None:
    meat = city.client("department meat", at="meat")
    id_ = entered(meat)["id"]
    answer = meat.post(f"{PATH}/{id_}/suspend", json={})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/note")


@pytest.mark.parametrize("who", [None, "seller", "department food", "inspector meat"])
def test_nobody_else_enters_or_changes_one(city: City, who: str | None) -> None:
    told = entered(city.client("department meat", at="meat"))
    other = city.client(who, at="meat")
    assert other.post(PATH, json=certificate("X")).status_code in (401, 403)
    assert step(other, told["id"], "withdraw").status_code in (401, 403)


def test_an_unknown_one_is_404(city: City) -> None:
    for where in ("meat", "gateway"):
        client = city.client("city", at=where)
        answer = client.get(f"{PATH}/00000000-0000-4000-8000-000000000000")
        assert (answer.status_code, answer.json()["code"]) == (404, "certificate_unknown")
    assert step(client, "00000000-0000-4000-8000-000000000000", "suspend").status_code == 404


MAKING = {
    "kind": "production",
    "activity": "process",
    "sector": "meat",
    "time": "2026-03-01T08:00:00+08:00",
    "items": [{"code": "(01)06901234567892(10)CERT1", "quantity": "5"}],
}


def shown(city: City, at: str) -> str:
    """The consumer page of something that the seller has made."""
    path = "/01/06901234567892/10/CERT1?lang=en"
    answer = city.client(at=at).get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("at", ["gateway", "meat"])
def test_the_consumer_page_shows_what_the_producer_has_in_force(city: City, at: str) -> None:
    meat = city.client("department meat", at="meat")
    seller = city.client("seller", at="meat")
    assert seller.post("/v1/events", json=MAKING).json()["accepted"] == 1
    valid = entered(meat, number="VALID")
    entered(meat, number="OVER", valid_to=str(TODAY - timedelta(days=1)))
    entered(meat, number="SOON", valid_from=str(TODAY + timedelta(days=1)))
    entered(meat, number="FOOD", sectors=["food"])
    entered(city.client("city"), number="CITY", sectors=None)
    page = shown(city, at)
    assert "VALID" in page
    assert "adopted by Meat and vegetable markets" in page or "adopted by meat" in page
    assert ("adopted by The city" in page) is (at == "gateway")
    assert [word for word in ("OVER", "SOON", "FOOD") if f"Number {word}" in page] == []
    assert step(meat, valid["id"], "suspend").status_code == 200
    until = monotonic() + 5
    while "VALID" in shown(city, at):  # a page is kept for a moment
        assert monotonic() < until
        sleep(0.1)


def test_a_silent_department_costs_its_certificates_alone(city: City) -> None:
    seller = city.client("seller", at="meat")
    assert seller.post("/v1/events", json=MAKING).json()["accepted"] == 1
    entered(city.client("department food", at="food"), number="FOOD-1", sectors=None)
    assert "FOOD-1" in shown(city, "gateway")
    city.served["food"].stop()
    try:
        sleep(KEEP_SECONDS)
        page = shown(city, "gateway")
    finally:
        city.served["food"].start()
    assert "FOOD-1" not in page
    assert "food</b>" in page  # it is named as the one that did not answer
