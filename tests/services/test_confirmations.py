"""A sale and the buyer's word on it: by a receipt, by a confirmation, by a dispute, or by none."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from tests.city import BUYER, SELLER, City
from tests.services.reports import LOT, item, report

SALE = f"urn:suyuan:event:{SELLER}:sale-1"


@pytest.fixture
def seller(city: City) -> httpx.Client:
    return city.client("seller", at="food")


@pytest.fixture
def buyer(city: City) -> httpx.Client:
    return city.client("buyer", at="food")


def sell(seller: httpx.Client, event_id: str = "sale-1", **members: Any) -> None:
    sale = report(
        event_id,
        kind="wholesale",
        activity="sale",
        sector="food",
        to={"party": BUYER},
        documents=[{"type": "test_report", "number": "T-1"}],
        **{"time": "2026-11-01T08:00:00+08:00", **members},
    )
    answer = seller.post("/v1/events", json=sale)
    assert answer.status_code == 200, answer.text


def listed(client: httpx.Client, **query: Any) -> list[tuple[str, str]]:
    answer = client.get("/v1/confirmations", params=query)
    assert answer.status_code == 200, answer.text
    return [(e["event"], e["state"]) for e in answer.json()["confirmations"]]


def word(client: httpx.Client, **said: Any) -> httpx.Response:
    return client.post("/v1/confirmations", json={"event": SALE, **said})


def pushed_long_ago(city: City) -> None:
    async def age() -> None:
        database = Database(service_url(city.server_url, "food"), roles=False)
        async with database.writing() as connection:
            for table in ("events", "edges"):
                past = "record_time = record_time - interval '25 hours'"
                await connection.execute(text(f"UPDATE {table} SET {past}"))
        await database.close()

    city.run(age())


def findings(client: httpx.Client) -> list[str]:
    return [f["type"] for f in client.get(f"/v1/chains/{LOT}").json()["findings"]]


def test_an_open_sale_is_listed_for_both_sides_and_for_nobody_else(
    city: City, seller: httpx.Client, buyer: httpx.Client
) -> None:
    sell(seller)
    assert listed(buyer) == listed(seller, side="seller") == [(SALE, "open")]
    assert listed(seller) == listed(buyer, side="seller") == []
    assert seller.get("/v1/confirmations", params={"party": BUYER}).status_code == 403
    meat = city.client("department meat", at="food")
    assert meat.get("/v1/confirmations", params={"party": BUYER}).status_code == 403
    food = city.client("department food", at="food")
    assert listed(food, party=BUYER) == [(SALE, "open")]
    assert food.get("/v1/confirmations").status_code == 422


def test_the_buyers_own_receipt_confirms(seller: httpx.Client, buyer: httpx.Client) -> None:
    sell(seller)
    entry = report("in-1", kind="wholesale", activity="entry", **{"from": {"party": SELLER}})
    buyer.post("/v1/events", json={**entry, "time": "2026-11-01T12:00:00+08:00"})
    assert listed(buyer) == []
    assert listed(seller, side="seller", state="confirmed") == [(SALE, "confirmed")]
    assert word(buyer, answer="disputed", reason="never came").status_code == 409


def test_one_receipt_confirms_one_sale_of_a_lot_sold_in_parts(
    seller: httpx.Client, buyer: httpx.Client
) -> None:
    second = f"urn:suyuan:event:{SELLER}:sale-2"
    sell(seller)
    sell(seller, "sale-2", time="2026-11-02T08:00:00+08:00")
    word(buyer, event=second, answer="confirmed")
    assert listed(buyer) == [(SALE, "open")]
    assert word(buyer, answer="disputed", reason="never came").status_code == 200
    sell(seller, "sale-3", time="2026-11-03T08:00:00+08:00")
    entry = report("in-1", kind="wholesale", activity="entry", **{"from": {"party": SELLER}})
    buyer.post("/v1/events", json={**entry, "time": "2026-11-01T12:00:00+08:00"})
    assert [state for _, state in listed(buyer, state="confirmed")] == ["confirmed"] * 2
    assert listed(buyer) == [(f"urn:suyuan:event:{SELLER}:sale-3", "open")]


def test_a_confirmation_is_a_receipt_on_every_chain_and_the_same_twice(
    seller: httpx.Client, buyer: httpx.Client
) -> None:
    sell(seller)
    first, second = word(buyer, answer="confirmed"), word(buyer, answer="confirmed")
    assert first.json()["state"] == second.json()["state"] == "confirmed", first.text
    told = buyer.get(f"/v1/chains/{LOT}").json()["events"]
    received = [e for e in told if e["activity"] == "entry"]
    assert [e["extra"]["confirms"] for e in received] == [SALE]
    assert received[0]["documents"][0]["number"] == "T-1"


def test_a_dispute_is_seen_by_both_and_the_department(
    city: City, seller: httpx.Client, buyer: httpx.Client
) -> None:
    sell(seller)
    assert word(buyer, answer="disputed").status_code == 422
    assert word(buyer, answer="disputed", reason="两箱破损").json()["state"] == "disputed"
    assert word(buyer, answer="disputed", reason="两箱破损").status_code == 200
    assert word(buyer, answer="disputed", reason="其他").status_code == 409
    for client in (seller, buyer, city.client("department food", at="food")):
        side = "seller" if client is seller else "buyer"
        party = {} if client in (seller, buyer) else {"party": BUYER}
        query = {"side": side, "state": "disputed", **party}
        (one,) = client.get("/v1/confirmations", params=query).json()["confirmations"]
        assert one["dispute"]["reason"] == "两箱破损"
    assert listed(city.client("department food", at="food"), state="disputed")
    assert "两箱破损" not in city.client(at="food").get(f"/v1/chains/{LOT}").text
    assert word(buyer, answer="confirmed").json()["state"] == "confirmed"


def test_nobody_speaks_for_another_buyer(seller: httpx.Client) -> None:
    sell(seller)
    assert word(seller, answer="confirmed").status_code == 404


def test_an_overdue_sale_is_a_finding_for_whoever_sees_the_buyer(
    city: City, seller: httpx.Client, buyer: httpx.Client
) -> None:
    sell(seller)
    assert "confirmation_overdue" not in findings(buyer)
    pushed_long_ago(city)
    assert listed(buyer, state="overdue") == [(SALE, "overdue")]
    assert listed(buyer, state="open") == []
    department = city.client("department food", at="food")
    assert "confirmation_overdue" in findings(seller)
    assert "confirmation_overdue" in findings(department)
    assert "confirmation_overdue" not in findings(city.client(at="food"))
    word(buyer, answer="confirmed")
    assert "confirmation_overdue" not in findings(department)


def test_a_voided_sale_waits_for_nobody(seller: httpx.Client, buyer: httpx.Client) -> None:
    sell(seller)
    declared = {"declared_at": "2026-11-02T08:00:00+08:00", "reason": "did_not_occur"}
    sell(seller, correction=declared)
    assert listed(buyer) == []
    assert word(buyer, answer="confirmed").status_code == 404


def test_pages_show_every_sale_once(seller: httpx.Client, buyer: httpx.Client) -> None:
    for number in range(7):
        sell(seller, f"sale-{number}", items=[item(f"(01)06901234567892(10)L{number}", "5")])
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = buyer.get("/v1/confirmations", params={"limit": 3, **after}).json()
        seen += [e["event"] for e in page["confirmations"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(seen) == len(set(seen)) == 7


def test_the_gateway_leads_to_the_subsystem(city: City, seller: httpx.Client) -> None:
    sell(seller)
    through = city.client("buyer")
    answer = through.post("/food/v1/confirmations", json={"event": SALE, "answer": "confirmed"})
    assert answer.json()["state"] == "confirmed", answer.text
    found = through.get("/food/v1/confirmations", params={"state": "confirmed"}).json()
    assert [e["event"] for e in found["confirmations"]] == [SALE]
