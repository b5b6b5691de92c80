"""``PUT`` and ``GET /v1/parties|places|products``: who may write and read what, and since when."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suyuan.domain.register import today
from tests.city import City
from tests.services.entries import BUYER, FARM, SELLER, SELLER_NAMES, put

SELF = f"/v1/parties/{SELLER}"
PHONE = "13900000000"


@pytest.fixture
def meat(city: City) -> httpx.Client:
    return city.client("seller", at="meat")


@pytest.fixture
def shopper(city: City) -> httpx.Client:
    return city.client(at="meat")


def shown(client: httpx.Client, path: str, **query: str) -> dict[str, Any]:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(e["pointer"], e["code"]) for e in answer.json()["errors"]]


def test_an_enterprise_registers_itself_and_everybody_reads_it(
    meat: httpx.Client, shopper: httpx.Client
) -> None:
    told = put(meat, SELF, names=SELLER_NAMES, district="350212", licences=[{"number": "X-1"}])
    assert (told["accepted"], told["repeated"], told["id"]) == (1, 0, SELLER)
    seen = shown(shopper, SELF)
    assert seen["names"] == SELLER_NAMES
    assert seen["district_name"] == "福建省厦门市同安区"
    assert [licence["number"] for licence in seen["licences"]] == ["X-1"]
    assert seen["valid_from"] == today(datetime.now(UTC)).isoformat()
    assert seen["said_by"] == "enterprise"


def test_the_same_content_again_is_repeated_and_adds_no_version(meat: httpx.Client) -> None:
    put(meat, SELF, names=SELLER_NAMES, valid_from="2026-01-01")
    assert put(meat, SELF, names=SELLER_NAMES)["repeated"] == 1
    assert len(shown(meat, SELF, history="true")["versions"]) == 1


def test_a_later_version_holds_from_its_date_and_the_earlier_one_is_kept(
    meat: httpx.Client,
) -> None:
    put(meat, SELF, names={"zh": "旧名"}, valid_from="2025-01-01")
    put(meat, SELF, names={"zh": "新名"}, valid_from="2026-03-01")
    assert shown(meat, SELF)["names"]["zh"] == "新名"
    assert shown(meat, SELF, as_of="2026-02-28")["names"]["zh"] == "旧名"
    assert shown(meat, SELF, as_of="2026-03-01")["names"]["zh"] == "新名"
    assert meat.get(SELF, params={"as_of": "2024-12-31"}).status_code == 404
    versions = shown(meat, SELF, history="true")["versions"]
    assert [(v["names"]["zh"], v["valid_from"], v["valid_to"]) for v in versions] == [
        ("新名", "2026-03-01", None),
        ("旧名", "2025-01-01", "2026-03-01"),
    ]


def test_a_version_for_tomorrow_does_not_hold_today(meat: httpx.Client) -> None:
    tomorrow = today(datetime.now(UTC)) + timedelta(days=1)
    put(meat, SELF, names={"zh": "今天"}, valid_from="2026-01-01")
    put(meat, SELF, names={"zh": "明天"}, valid_from=tomorrow.isoformat())
    assert shown(meat, SELF)["names"]["zh"] == "今天"
    assert shown(meat, SELF, as_of=tomorrow.isoformat())["names"]["zh"] == "明天"


def test_what_is_said_twice_on_one_day_holds_as_it_was_said_last(meat: httpx.Client) -> None:
    for name in ("一", "二", "一"):
        put(meat, SELF, names={"zh": name}, valid_from="2026-01-01")
    assert shown(meat, SELF)["names"]["zh"] == "一"
    assert shown(meat, SELF)["version"] == 3


def test_any_spelling_of_an_id_is_the_same_entry(meat: httpx.Client) -> None:
    put(meat, "/v1/places/9521234900016", names={"zh": "一号冷库"})
    for spelled in (
        "https%3A%2F%2Fid.gs1.org%2F414%2F9521234900016",
        "urn:epc:id:sgln:952123490001..0",
    ):
        assert shown(meat, f"/v1/places/{spelled}")["id"].endswith("/414/9521234900016")


# --- Who may write ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("buyer", SELF),
        ("seller", f"/v1/parties/{BUYER}"),
        ("seller", f"/v1/parties/urn:suyuan:{BUYER}:FARM-7"),
        ("seller", f"/v1/products/urn:suyuan:{BUYER}:PORK"),
        ("inspector meat", SELF),
        ("city", SELF),
        ("department food", SELF),
    ],
)
def test_nobody_registers_what_is_not_theirs(city: City, key: str | None, path: str) -> None:
    answer = city.client(key, at="meat").put(path, json={"names": SELLER_NAMES})
    assert answer.status_code == 403, answer.text
    assert city.client("city", at="meat").get(SELF).status_code == 404


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_registering_without_a_key_is_401(city: City, at: str) -> None:
    answer = city.client(at=at).put(SELF, json={"names": SELLER_NAMES})
    assert (answer.status_code, answer.headers["www-authenticate"][:6]) == (401, "Bearer")


def test_an_enterprise_cannot_register_in_anothers_name(meat: httpx.Client) -> None:
    body = {"names": {"zh": "青菜"}, "party": BUYER}
    assert meat.put("/v1/products/6901234567892", json=body).status_code == 403


def test_whoever_was_first_with_a_gtin_keeps_it_and_a_department_may_override(
    city: City, meat: httpx.Client, department: httpx.Client
) -> None:
    path = "/v1/products/6901234567892"
    put(meat, path, names={"zh": "青菜"})
    late = city.client("buyer", at="meat").put(path, json={"names": {"zh": "白菜"}})
    assert (late.status_code, late.json()["code"]) == (409, "register_taken")
    put(department, path, names={"zh": "白菜"}, party=BUYER)
    assert shown(meat, path)["said_by"] == "department"
    assert meat.put(path, json={"names": {"zh": "青菜"}}).status_code == 409
    put(city.client("buyer", at="meat"), path, names={"zh": "大白菜"})


def test_a_department_registers_a_place_that_is_no_enterprises(
    meat: httpx.Client, department: httpx.Client
) -> None:
    put(department, "/v1/places/350203001", names={"zh": "第八市场"})
    assert shown(meat, "/v1/places/350203001")["party"] is None
    assert meat.put("/v1/places/350203001", json={"names": {"zh": "x"}}).status_code == 409


def test_of_many_who_register_one_gtin_at_once_one_gets_it(city: City) -> None:
    path, statuses = "/v1/products/06901234567892", []

    def register(key: str) -> None:
        client = city.client(key, at="meat")
        for number in range(5):
            answer = client.put(path, json={"names": {"zh": f"{key} {number}"}})
            statuses.append((key, answer.status_code))

    threads = [threading.Thread(target=register, args=(key,)) for key in ("seller", "buyer") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    owners = {key for key, status in statuses if status == 200}
    assert len(owners) == 1
    assert {status for _, status in statuses} == {200, 409}
    versions = shown(city.client(at="meat"), path, history="true")["versions"]
    assert [v["version"] for v in versions] == list(range(len(versions), 0, -1))


# --- Who may read -------------------------------------------------------------------------------


def test_people_are_for_the_department_and_the_party_itself(city: City, meat: httpx.Client) -> None:
    put(meat, SELF, names=SELLER_NAMES, address="同安路 1 号", contact={"phone": PHONE})
    for key in ("seller", "department meat"):
        assert shown(city.client(key, at="meat"), SELF)["contact"]["phone"] == PHONE
    for key in (None, "buyer", "inspector meat", "inspector food", "department food", "city"):
        for query in ({}, {"history": "true"}):
            answer = city.client(key, at="meat").get(SELF, params=query)
            assert PHONE not in answer.text, key
    seen = shown(city.client(at="meat"), SELF)
    assert (seen["address"], seen["redacted"]) == (None, ["address", "contact"])
    assert shown(city.client("inspector meat", at="meat"), SELF)["address"] == "同安路 1 号"


def test_of_a_person_nothing_is_public(city: City, meat: httpx.Client) -> None:
    put(meat, "/v1/parties/FARM-7", names={"zh": "张三"}, district="350212")
    for key in (None, "buyer", "inspector meat", "city"):
        client = city.client(key, at="meat")
        seen = shown(client, f"/v1/parties/{FARM}")
        assert (seen["type"], seen["names"], seen["district"]) == (
            "person",
            {"zh": None, "en": None},
            None,
        )
    assert shown(meat, "/v1/parties/FARM-7")["names"]["zh"] == "张三"


def test_who_is_registered_as_a_person_was_never_public(
    meat: httpx.Client, shopper: httpx.Client
) -> None:
    path = "/v1/parties/FARM-7"
    put(meat, path, names={"zh": "张三"}, type="organisation", valid_from="2025-01-01")
    assert shown(shopper, f"/v1/parties/{FARM}")["names"]["zh"] == "张三"
    put(meat, path, names={"zh": "张三"}, type="person", valid_from="2026-01-01")
    for query in ({"as_of": "2025-06-01"}, {"history": "true"}):
        assert "张三" not in shopper.get(f"/v1/parties/{FARM}", params=query).text


# --- Bad input ----------------------------------------------------------------------------------


def test_every_fault_is_told_with_its_place(meat: httpx.Client) -> None:
    body = {
        "names": {"zh": 7},
        "district": "999999",
        "licences": [
            {"number": "SC10744030704995"},
            {"number": "SC1074403070"},
            {"number": "X", "valid_from": "2026-01-02", "valid_to": "2026-01-01"},
        ],
        "valid_from": "2026-02-30",
        "legal_rep": "张三",
    }
    answer = meat.put(SELF, json=body)
    assert answer.status_code == 422
    assert sorted(faults(answer)) == [
        ("/district", "division_unknown"),
        ("/legal_rep", "unknown_field"),
        ("/licences/0/number", "licence_check_digit"),
        ("/licences/1/number", "licence_malformed"),
        ("/licences/2/valid_to", "dates_reversed"),
        ("/names/zh", "not_text"),
        ("/valid_from", "date_malformed"),
    ]
    said = {e["code"]: e["detail"] for e in answer.json()["errors"]}
    assert "应为 4" in said["licence_check_digit"]
    assert meat.get(SELF).status_code == 404


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/parties/91350200MA0000000X", "check_digit"),
        ("/v1/places/https:%2F%2Fid.gs1.org%2F417%2F9521234900016", "register_id_scheme"),
        ("/v1/products/(01)06901234567892(10)L1", "register_id_scheme"),
        ("/v1/parties/", "code_empty"),
    ],
)
def test_an_id_that_names_no_such_thing_is_refused(
    meat: httpx.Client, path: str, code: str
) -> None:
    answer = meat.put(path, json={"names": SELLER_NAMES})
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_departments_own_code_must_say_whose_it_is(department: httpx.Client) -> None:
    answer = department.put("/v1/parties/FARM-7", json={"names": SELLER_NAMES})
    assert (answer.status_code, answer.json()["code"]) == (400, "register_id_unowned")
    put(department, f"/v1/parties/{FARM}", names={"zh": "合作社"}, type="organisation")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"names":NaN}', b"[" * 100_000])
def test_a_body_that_is_no_entry_is_422(meat: httpx.Client, body: bytes) -> None:
    assert meat.put(SELF, content=body).status_code == 422


@pytest.mark.parametrize("as_of", ["today", "2026-02-30", "1767225600", "2026-01-01T00:00:00Z"])
def test_a_day_that_is_none_is_422(shopper: httpx.Client, as_of: str) -> None:
    assert shopper.get(SELF, params={"as_of": as_of}).status_code == 422


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["names", "zh", "licences", "number", "district", "party"]) | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(["parties", "places", "products"]), key=st.text(), body=JSON)
def test_no_entry_breaks_the_service(city: City, kind: str, key: str, body: Any) -> None:
    path = f"/v1/{kind}/{quote(key.encode('utf-8', 'replace'), safe='')}"
    client = city.client("department meat", at="meat")
    for answer in (
        client.put(path, content=json.dumps(body).encode("utf-8", "replace")),
        client.get(path),
    ):
        assert answer.status_code < 500, (path, body)
    client.close()
