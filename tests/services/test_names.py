"""Names on chains and pages: in one subsystem, through the gateway, and when one is silent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from services.gateway.members import Members
from services.gateway.registry import read_registry
from suyuan.domain.caller import CONSUMER
from suyuan.web.claims import read_key
from tests.city import BUYER, SELLER, City
from tests.services.entries import BUYER_NAMES, FARM, SELLER_NAMES, put
from tests.services.reports import GTIN, LOT, report

PLACE = {"names": {"zh": "第八市场", "en": "8th Market"}, "district": "350203", "address": "思明"}


def chain(client: httpx.Client, code: str = LOT, language: str = "zh") -> dict[str, Any]:
    answer = client.get(f"/v1/chains/{code}", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def names(found: dict[str, Any], member: str) -> dict[str, str | None]:
    return {entry["id"]: entry["name"] for entry in found[member]}


def page(client: httpx.Client, language: str = "zh") -> str:
    headers = {"Accept": "text/html", "Accept-Language": language}
    return client.get(f"/01/{GTIN}/10/L1", headers=headers).text


@pytest.fixture
def told(city: City) -> City:
    """A harvest at the seller's home, and the seller, a market and a product registered there."""
    seller = city.client("seller", at="meat")
    assert seller.post("/v1/events", json=report("e1")).status_code == 200
    put(seller, f"/v1/parties/{SELLER}", names=SELLER_NAMES, district="350212")
    put(city.client("department meat", at="meat"), "/v1/places/350203001", **PLACE)
    put(seller, f"/v1/products/{GTIN}", names={"zh": "上海青", "en": "Pak choi"}, spec="500 g")
    return city


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_a_chain_shows_the_names_of_parties_places_and_things(told: City, at: str) -> None:
    found = chain(told.client(at=at))
    assert names(found, "parties") == {SELLER: "鹭洋肉品"}
    assert found["parties"][0]["district_name"] == "福建省厦门市同安区"
    (place,) = found["places"]
    assert (place["name"], place["address"]) == ("第八市场", "思明")
    assert place["names"] == {"zh": "第八市场", "en": "8th Market"}
    assert {t["name"] for t in found["things"]} == {"上海青"}
    assert (found["product"]["name"], found["product"]["spec"]) == ("上海青", "500 g")


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_names_are_in_the_language_of_the_answer(told: City, at: str) -> None:
    found = chain(told.client(at=at), language="en")
    assert names(found, "parties") == {SELLER: "Luyang Meat"}
    assert found["product"]["name"] == "Pak choi"


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_the_page_shows_names_and_no_number(told: City, at: str) -> None:
    seen = page(told.client(at=at))
    assert "鹭洋肉品" in seen
    assert "第八市场" in seen
    assert "上海青" in seen
    assert SELLER not in seen
    assert "Luyang Meat" in page(told.client(at=at), "en")


def test_what_an_event_states_goes_before_the_register(told: City) -> None:
    stated = report("e2", time="2026-03-02T08:00:00+08:00", product={"name": "有机青菜"})
    told.client("seller", at="meat").post("/v1/events", json=stated)
    found = chain(told.client(at="meat"))
    assert (found["product"]["name"], found["product"]["spec"]) == ("有机青菜", "500 g")


def test_a_lot_that_nobody_reported_gets_no_products_name(told: City) -> None:
    fake = f"(01){GTIN}(10)FAKE"
    assert chain(told.client(at="meat"), fake)["product"] is None
    assert "上海青" not in told.client(at="meat").get(f"/t/01/{GTIN}/10/FAKE").text


def test_a_lone_gtin_has_its_products_name(told: City) -> None:
    assert chain(told.client(at="meat"), GTIN)["product"]["name"] == "上海青"
    assert "上海青" in told.client().get(f"/t/01/{GTIN}").text


def test_a_name_holds_from_its_date(told: City) -> None:
    seller = told.client("seller", at="meat")
    put(seller, f"/v1/parties/{SELLER}", names={"zh": "将来"}, valid_from="2999-01-01")
    assert names(chain(told.client()), "parties") == {SELLER: "鹭洋肉品"}


def test_names_come_from_whichever_department_knows_them(told: City) -> None:
    sale = report(
        "sale",
        kind="wholesale",
        activity="sale",
        time="2026-03-03T08:00:00+08:00",
        to={"party": BUYER},
    )
    told.client("seller").post("/v1/events", json=sale)
    put(told.client("buyer"), f"/v1/parties/{BUYER}", names=BUYER_NAMES)
    found = chain(told.client("city"))
    assert names(found, "parties") == {SELLER: "鹭洋肉品", BUYER: "闽味香肠厂"}


def test_the_first_subsystem_in_the_registry_that_knows_a_code_is_believed(told: City) -> None:
    own = told.client("department food", at="food")
    put(own, f"/v1/parties/{SELLER}", names={"zh": "食品系统的名字"})
    assert names(chain(told.client()), "parties") == {SELLER: "食品系统的名字"}


@contextmanager
def stopped(city: City, subsystem: str) -> Iterator[None]:
    city.served[subsystem].stop()
    try:
        yield
    finally:
        city.served[subsystem].start()


def test_a_silent_subsystem_costs_its_names_and_nothing_else(told: City) -> None:
    put(told.client("department imports", at="imports"), f"/v1/parties/{BUYER}", names=BUYER_NAMES)
    harvest = report("b1", items=[{"code": "LOT-B"}])
    told.client("buyer").post("/v1/events", json=harvest)
    code = f"urn:suyuan:{BUYER}:LOT-B"
    assert names(chain(told.client(), code), "parties") == {BUYER: "闽味香肠厂"}
    with stopped(told, "imports"):
        found = chain(told.client(), code)
        assert names(found, "parties") == {BUYER: None}
        assert {e["id"] for e in found["events"]} == {"b1"}
        assert names(chain(told.client()), "parties") == {SELLER: "鹭洋肉品"}


def test_a_party_with_an_own_code_is_withheld_unless_it_is_registered_as_an_organisation(
    city: City,
) -> None:
    department, shopper = city.client("department meat", at="meat"), city.client()
    department.post(
        "/v1/events",
        json=[
            report("f1", party=FARM),
            report(
                "s1",
                party=SELLER,
                kind="wholesale",
                activity="entry",
                time="2026-03-02T08:00:00+08:00",
                **{"from": {"party": FARM}},
            ),
        ],
    )
    for registered, kind in ((False, None), (False, "person"), (True, "organisation")):
        if kind is not None:
            put(department, f"/v1/parties/{FARM}", names={"zh": "云岭合作社"}, type=kind)
        for client in (shopper, city.client(at="meat")):
            found = chain(client)
            events = {e["id"]: e for e in found["events"]}
            assert (events["f1"]["party"] == FARM) is registered
            assert (events["s1"]["from"] is not None) is registered
            assert ("云岭合作社" in json.dumps(found, ensure_ascii=False)) is registered
            assert ("云岭合作社" in page(client)) is registered


# --- Between the gateway and a subsystem --------------------------------------------------------


@pytest.mark.parametrize("key", [None, "city", "seller"])
def test_names_are_for_the_gateway_only(city: City, key: str | None) -> None:
    at_home = city.client(key, at="meat").post("/v1/names", json={})
    through = city.client(key).post("/meat/v1/names", json={})
    assert (at_home.status_code, through.status_code) == (403, 404)


def asked(city: City, body: object) -> httpx.Response:
    """What the meat subsystem answers to the gateway's own question."""
    key = read_key(city.folder / "private.jwk", private=True)
    members = Members(read_registry(city.folder / "registry.toml"), key)
    headers = members.headers(CONSUMER, "meat")
    city.run(members.close())
    return city.client(at="meat").post("/v1/names", json=body, headers=headers)


def test_neither_people_nor_their_telephones_leave_the_subsystem(told: City) -> None:
    seller = told.client("seller", at="meat")
    put(seller, "/v1/parties/FARM-7", names={"zh": "张三"})
    put(seller, f"/v1/parties/{SELLER}", names=SELLER_NAMES, contact={"phone": "13900000000"})
    answer = asked(told, {"parties": [FARM, f"urn:suyuan:cn:{SELLER}"]})
    assert [p["names"] for p in answer.json()["parties"]] == [SELLER_NAMES]
    assert "139" not in answer.text
    assert "张三" not in answer.text


@pytest.mark.parametrize(
    "body",
    [[], {"parties": 1}, {"parties": [""]}, {"people": []}, {"places": ["x"] * 2_001}],
)
def test_a_question_that_is_none_is_422(city: City, body: object) -> None:
    assert asked(city, body).status_code == 422


# --- Through the gateway ------------------------------------------------------------------------


def test_an_entry_goes_to_its_writers_home_and_is_found_from_anywhere(city: City) -> None:
    told = put(city.client("buyer"), f"/v1/parties/{BUYER}", names=BUYER_NAMES)
    assert told["subsystem"] == "food"
    found = city.client().get(f"/v1/parties/{BUYER}").json()
    assert (found["subsystem"], found["names"]) == ("food", BUYER_NAMES)
    assert city.client().get("/v1/parties/" + SELLER).status_code == 404


def test_an_entry_is_written_and_read_under_a_subsystems_id_too(city: City) -> None:
    put(city.client("buyer"), f"/meat/v1/parties/{BUYER}", names=BUYER_NAMES)
    assert city.client().get(f"/meat/v1/parties/{BUYER}").json()["names"] == BUYER_NAMES
    assert city.client().get(f"/food/v1/parties/{BUYER}").status_code == 404


def test_the_owner_reads_its_contact_through_the_gateway_and_nobody_else(city: City) -> None:
    path = f"/v1/parties/{BUYER}"
    put(city.client("buyer"), path, names=BUYER_NAMES, contact={"phone": "13900000000"})
    assert city.client("buyer").get(path).json()["contact"]["phone"] == "13900000000"
    assert "139" not in city.client("city").get(path).text


def test_faults_come_through_the_gateway_in_the_subsystems_own_words(city: City) -> None:
    answer = city.client("buyer").put(f"/v1/parties/{BUYER}", json={"names": {}})
    assert answer.status_code == 422
    assert [e["code"] for e in answer.json()["errors"]] == ["names_missing"]
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(("key", "status"), [(None, 401), ("city", 403), ("inspector food", 403)])
def test_who_may_not_register_is_refused_at_the_gateway(
    city: City, key: str | None, status: int
) -> None:
    answer = city.client(key).put(f"/v1/parties/{BUYER}", json={"names": BUYER_NAMES})
    assert answer.status_code == status


def test_an_entry_that_a_silent_subsystem_may_hold_is_503(city: City) -> None:
    with stopped(city, "imports"):
        answer = city.client().get(f"/v1/parties/{BUYER}")
        assert (answer.status_code, answer.json()["code"]) == (503, "register_holder_silent")
        put(city.client("buyer"), f"/v1/parties/{BUYER}", names=BUYER_NAMES)
        assert city.client().get(f"/v1/parties/{BUYER}").status_code == 200


async def test_a_register_that_does_not_answer_in_time_is_left_out() -> None:
    from suyuan.domain.chain import SourceStatus
    from suyuan.domain.lookup import HoleReason
    from suyuan.domain.naming import Known, Wanted
    from suyuan.sources.asking import Silent
    from suyuan.sources.names import FederatedNames

    class Slow:
        async def ask(self, wanted: Wanted) -> Known:
            del wanted
            await asyncio.sleep(60)
            raise AssertionError("nobody waits so long")

    class Lying:
        async def ask(self, wanted: Wanted) -> Known:
            del wanted
            raise Silent(SourceStatus.REFUSED, HoleReason.REFUSED)

    names = FederatedNames({"slow": Slow(), "lying": Lying()}, seconds=0.05)
    assert await names.ask(Wanted(parties=("x",))) == Known({}, {}, {})
