"""``POST /v1/admissions``: the colour of a load, at a subsystem and over all of them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.city import BUYER, SELLER, City
from tests.services.entries import put
from tests.services.filings import LICENCE, approved, dossier, party, stepped
from tests.services.recalls import Recall, wait
from tests.services.reports import report

BATCH = "3502121020000001"
PAPER = {"type": "quarantine_certificate", "number": "Q1", "issued_on": "2026-03-01"}
WHERE = ("gateway", "food")


@pytest.fixture
def market(city: City) -> httpx.Client:
    """A market of the department of food, registered as one, at the gateway."""
    buyer = city.client("buyer", at="food")
    told = {"names": {"zh": "示例市场"}, "categories": ["market"], "valid_from": "2026-01-01"}
    put(buyer, f"/v1/parties/{BUYER}", **told)
    return city.client("buyer")


@pytest.fixture
def supplier(city: City) -> httpx.Client:
    """A supplier whom the department of meat has on file."""
    seller = city.client("seller", at="meat")
    approved(seller, city.client("department meat", at="meat"), party())
    return seller


def load(*codes: str, **members: Any) -> dict[str, Any]:
    """A load of pork at the gate of the market, with a certificate of the same day."""
    return {
        "kind": "wholesale",
        "activity": "entry",
        "sector": "meat",
        "time": "2026-03-02T02:00:00+08:00",
        "place": "350203601",
        "items": [{"code": code, "quantity": "80", "unit": "KGM"} for code in codes or (BATCH,)],
        "from": {"party": SELLER},
        "documents": [PAPER],
        **members,
    }


def slaughtered(seller: httpx.Client, *codes: str, **members: Any) -> None:
    for code in codes or (BATCH,):
        things = [{"code": code, "quantity": "80", "unit": "KGM"}]
        told = report(f"made-{code[-8:]}", activity="slaughter", items=things, **members)
        seller.post("/v1/events", json=told).raise_for_status()


def asked(client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v1/admissions", json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert told["extra"] == {"admission": told["colour"]}
    return told


def rules(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["rule"], one["colour"]) for one in told["reasons"]]


def test_a_load_with_everything_right_is_green_and_its_entry_is_taken(
    city: City, market: httpx.Client, supplier: httpx.Client
) -> None:
    slaughtered(supplier, product={"name": "白条猪肉", "origin": "福建龙岩"})
    told = asked(market, load())
    assert (told["colour"], told["reasons"], told["complete"]) == ("green", [], True)
    assert told["supplier"] == {
        "id": SELLER,
        "names": {"zh": "鹭洋肉品", "en": "Luyang Meat"},
        "on_file": True,
    }
    (item,) = told["items"]
    assert (item["name"], item["origin"], item["colour"]) == ("白条猪肉", "福建龙岩", "green")
    assert {source["subsystem"] for source in told["sources"]} == {"food", "meat", "imports"}
    entered = market.post("/v1/events", json=load(extra=told["extra"]))
    assert "advice" not in entered.json(), entered.text


def test_no_certificate_no_entry_and_the_reason_says_what_would_make_it_green(
    market: httpx.Client, supplier: httpx.Client
) -> None:
    slaughtered(supplier)
    told = asked(market, load(documents=[]))
    assert rules(told) == [("no_certificate_no_entry", "red"), ("quarantine", "red")]
    first = told["reasons"][0]
    assert first["pointer"] == "/documents"
    assert first["detail"]["zh"].startswith("进场须附进场凭证")
    assert first["detail"]["en"].startswith("An admission to the market must name")
    assert first["remedy"]["en"] == "Add it to the entry."
    entered = market.post("/v1/events", json=load(documents=[], extra=told["extra"])).json()
    assert {a["rule"] for a in entered["advice"]} == {"admission", "no_certificate_no_entry"}


def test_a_revoked_licence_and_a_revoked_filing_are_refused_from_their_day_on(
    city: City, market: httpx.Client
) -> None:
    seller, department = (city.client(n, at="meat") for n in ("seller", "department meat"))
    decided = approved(seller, department, dossier())
    slaughtered(seller)
    why = {"licence": LICENCE, "note": "出借许可证", "from": "2026-03-02"}
    stepped(department, decided, "revoke-licence", **why)
    yesterday = load(time="2026-03-01T09:00:00+08:00")
    assert asked(market, yesterday)["colour"] == "green"
    told = asked(market, load())
    assert [(r["code"], r["colour"]) for r in told["reasons"]] == [
        ("admission_licence_revoked", "red")
    ]
    assert LICENCE in told["reasons"][0]["detail"]["en"]


def test_who_is_on_nobodys_file_and_what_nobody_reported_wait(market: httpx.Client) -> None:
    told = asked(market, load())
    assert rules(told) == [("known", "yellow"), ("supplier", "yellow")]
    assert told["supplier"] == {"id": SELLER, "names": None, "on_file": False}
    assert told["items"][0]["colour"] == "yellow"


def test_a_product_under_recall_is_refused(
    city: City, market: httpx.Client, supplier: httpx.Client
) -> None:
    lot = "3502121020000099"  # of no other test: a recall is remembered for a second
    slaughtered(supplier, lot)
    recall = Recall(city.client("department meat", at="meat"), codes=[lot])
    recall.publish(city.client("city", at="meat"))
    # Recalls in force are known for a second before they are asked for anew.
    reasons = wait(lambda: asked(market, load(lot))["reasons"] or None)
    assert [(r["rule"], r["colour"], r["item"]) for r in reasons] == [("recall", "red", 0)]


def test_a_failed_test_of_the_goods_is_refused(
    city: City, market: httpx.Client, supplier: httpx.Client
) -> None:
    slaughtered(supplier)
    failed = {"type": "test_report", "number": "T9", "result": "failed"}
    things = [{"code": BATCH, "quantity": "1", "unit": "KGM"}]
    tested = report("t", kind="inspection", activity="test", items=things, documents=[failed])
    city.client("department meat", at="meat").post(
        "/v1/events", json={**tested, "party": SELLER}
    ).raise_for_status()
    assert rules(asked(market, load())) == [("result", "red")]


def test_each_thing_of_a_load_has_a_colour_and_the_load_has_the_gravest(
    market: httpx.Client, supplier: httpx.Client
) -> None:
    slaughtered(supplier)
    told = asked(market, load(BATCH, "3502121020000002"))
    assert [item["colour"] for item in told["items"]] == ["green", "yellow"]
    assert told["colour"] == "yellow"
    assert told["reasons"][0]["pointer"] == "/items/1/code"


def test_a_silent_department_is_named_and_nothing_is_green(
    city: City, market: httpx.Client, supplier: httpx.Client
) -> None:
    slaughtered(supplier)
    city.served["imports"].stop()
    try:
        told = asked(market, load())
    finally:
        city.served["imports"].start()
    assert rules(told) == [("department_silent", "yellow")]
    assert "imports" in told["reasons"][0]["detail"]["en"]
    assert told["complete"] is False
    assert {s["subsystem"]: s["status"] for s in told["sources"]}["imports"] != "answered"


def test_a_silent_home_of_goods_and_supplier_does_not_refuse_them(
    city: City, market: httpx.Client, supplier: httpx.Client
) -> None:
    """That nobody there is on file, or that nothing is known of the goods, cannot be said."""
    slaughtered(supplier)
    city.served["meat"].stop()
    try:
        told = asked(market, load())
    finally:
        city.served["meat"].start()
    assert rules(told) == [("department_silent", "yellow")]


def test_officials_are_told_the_same_whoever_they_are(
    city: City, market: httpx.Client, supplier: httpx.Client
) -> None:
    slaughtered(supplier, documents=[PAPER])
    body = load(documents=[{"type": "transaction_ticket", "number": "T1"}])
    first = asked(market, body)
    assert first["colour"] == "green"
    for name in ("department meat", "department food", "inspector imports", "city"):
        told = asked(city.client(name), {**body, "party": BUYER})
        assert (told["colour"], told["market"]) == ("green", BUYER), name


def test_who_keeps_no_gate_is_refused(city: City, supplier: httpx.Client) -> None:
    buyer = city.client("buyer")
    refused = buyer.post("/v1/admissions", json=load())
    assert (refused.status_code, refused.json()["code"]) == (403, "admission_by_markets")
    told = {"names": {"zh": "某运输"}, "categories": ["transport"], "valid_from": "2026-01-01"}
    put(city.client("buyer", at="food"), f"/v1/parties/{BUYER}", **told)
    assert buyer.post("/v1/admissions", json=load()).status_code == 403
    assert city.client().post("/v1/admissions", json=load()).status_code == 401
    city.served["imports"].stop()
    try:
        put(city.client("seller", at="meat"), f"/v1/parties/{SELLER}", names={"zh": "屠宰"})
        unknown = city.client("seller").post("/v1/admissions", json=load())
    finally:
        city.served["imports"].start()
    assert unknown.status_code == 403  # what it does is known, and it keeps no gate


def test_a_market_whose_register_is_silent_is_asked_to_come_back(
    city: City, market: httpx.Client
) -> None:
    city.served["food"].stop()
    try:
        answer = market.post("/v1/admissions", json=load())
    finally:
        city.served["food"].start()
    assert (answer.status_code, answer.json()["code"]) == (503, "register_holder_silent")


@pytest.mark.parametrize(
    ("members", "pointer", "code"),
    [
        ({"sector": "liquor"}, "/sector", "admission_no_gate"),
        ({"activity": "sale"}, "/activity", "admission_activity"),
        ({"party": SELLER}, "/party", "party_not_yours"),
        ({"items": [{"code": "6901234567893"}]}, "/items/0/code", "check_digit"),
        ({"items": [{"code": f"B{n}"} for n in range(21)]}, "/items", "array_too_long"),
        ({"colour": "green"}, "/colour", "unknown_field"),
        ({"time": "2099-01-01T00:00:00+08:00"}, "/time", "time_in_future"),
    ],
)
def test_what_is_no_load_is_told_with_its_place(
    market: httpx.Client, members: dict[str, Any], pointer: str, code: str
) -> None:
    answer = market.post("/v1/admissions", json=load(**members))
    assert answer.status_code == 422, answer.text
    faults = [(f["pointer"], f["code"]) for f in answer.json()["errors"]]
    assert (pointer, code) in faults


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'{"a":' * 5_000, b"\xff"])
def test_what_is_no_object_is_refused(market: httpx.Client, body: bytes) -> None:
    answer = market.post("/v1/admissions", content=body)
    assert answer.status_code == 422, answer.text


def test_a_body_is_bounded(market: httpx.Client) -> None:
    assert market.post("/v1/admissions", content=b" " * 70_000).status_code == 413


def test_nothing_is_stored(city: City, market: httpx.Client, supplier: httpx.Client) -> None:
    asked(market, load())
    chain = city.client("city").get(f"/v1/chains/{BATCH}").json()
    assert chain["events"] == []


@pytest.mark.parametrize("at", WHERE)
def test_a_subsystem_answers_by_what_it_holds(
    city: City, market: httpx.Client, supplier: httpx.Client, at: str
) -> None:
    """At its own subsystem a market is told of what others hold that it is not known there."""
    slaughtered(supplier)
    told = asked(city.client("buyer", at=at), load())
    assert told["colour"] == ("green" if at == "gateway" else "yellow")
