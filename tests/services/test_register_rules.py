"""Rules that a register decides: judged when an event comes in, and again whenever it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from suyuan.wire.profiles import shipped_text
from tests.city import SELLER, City
from tests.services.entries import put
from tests.services.files import csv_text, ended, send
from tests.services.files import report as refused_rows
from tests.services.filings import approved, party, stepped
from tests.services.reports import LOT, report

# The rules of restricted pesticides, in a sector that the test's city has.
RULES = """
[[activity]]
on = ["retail.sale"]
name = { zh = "零售", en = "a sale" }

[[activity.register]]
filed = ["outlet"]
name = { zh = "定点店", en = "an outlet" }
when = { field = "extra.restricted", is = [true] }
rule = "outlet"

[[activity.register]]
purchaser = true
name = { zh = "购买者", en = "purchaser" }
when = { field = "extra.restricted", is = [true] }
rule = "named"
"""
KINDS = "party = [ # words of the register: categories\n"
OUTLETS = '  { id = "outlet", name = { zh = "定点店", en = "outlet" } },\n'
MEAT = shipped_text("meat").decode().replace('version = "2026.1"', 'version = "2026.2-xm"')
TEXT = MEAT.replace(KINDS, KINDS + OUTLETS).replace("\n[[clock]]", f"{RULES}\n[[clock]]", 1)
PROFILE = TEXT.encode()
ENFORCED = TEXT.replace('rule = "outlet"', 'rule = "outlet"\nmode = "enforce"').encode()
DAYS = ("2026-02-01", "2026-04-01")
OUTLET: dict[str, Any] = {**party(categories=["retail", "outlet"]), "valid_from": "2026-03-01"}
PERSON = {"name": "欧阳示例", "id_number": "11010519491231002X"}


def sale(day: str, **extra: Any) -> dict[str, Any]:
    told = {"kind": "retail", "activity": "sale", "sector": "meat", "time": f"{day}T08:00:00+08:00"}
    return report(f"sale-{day}", **told, extra={"restricted": True, **extra})


def advised(answer: httpx.Response) -> list[tuple[int, str]]:
    assert answer.status_code == 200, answer.text
    return [(one["index"], one["rule"]) for one in answer.json().get("advice", ())]


def found(client: httpx.Client) -> list[tuple[str, str]]:
    """The rules that are broken, each with the day of its sale."""
    chain = client.get(f"/v1/chains/{LOT}", headers={"Accept-Language": "en"}).json()
    told = [f for f in chain["findings"] if f["type"] == "profile_breach"]
    days = [f["event"].rpartition("sale-")[2] for f in told]
    rules = [f["detail"].rpartition("rule ")[2].partition(" ")[0] for f in told]
    return sorted(zip(rules, days, strict=True))


def test_the_list_is_the_departments_and_goes_by_the_day_of_the_sale(
    city: City,
    seller: httpx.Client,
    department: httpx.Client,
    in_force: Callable[[bytes], None],
) -> None:
    in_force(PROFILE)
    # A shop that says of itself that it is one is none.
    put(seller, f"/v1/parties/{SELLER}", names={"zh": "店"}, categories=["retail", "outlet"])
    sold = [sale(day, designated_outlet=True, real_name=True) for day in DAYS]
    told = advised(seller.post("/v1/events", json=sold))
    assert told == [(0, "outlet"), (0, "named"), (1, "outlet"), (1, "named")]
    both = sorted((rule, day) for rule in ("outlet", "named") for day in DAYS)
    for name in ("city", "inspector meat", "department meat", "seller"):
        assert found(city.client(name)) == both, name
        assert found(city.client(name, at="meat")) == both, name
    # Filed and approved from March on: April's sale was in order, February's was not.
    decided = approved(seller, department, OUTLET)
    assert found(city.client("city")) == [*((r, d) for r, d in both if r == "named"), both[2]]
    stepped(department, decided, "revoke", note="虚假备案", **{"from": "2026-03-15"})
    assert found(city.client("city")) == both


def test_a_registered_purchaser_ends_the_finding_also_when_it_comes_later(
    city: City,
    seller: httpx.Client,
    department: httpx.Client,
    in_force: Callable[[bytes], None],
) -> None:
    in_force(PROFILE)
    approved(seller, department, {**OUTLET, "valid_from": "2026-01-01"})
    seller.post("/v1/purchasers", json={"event": f"sale-{DAYS[0]}", **PERSON}).raise_for_status()
    told = advised(seller.post("/v1/events", json=[sale(day) for day in DAYS]))
    assert told == [(1, "named")]
    assert found(city.client("city")) == [("named", DAYS[1])]
    seller.post("/v1/purchasers", json={"event": f"sale-{DAYS[1]}", **PERSON}).raise_for_status()
    assert found(city.client("city")) == []
    assert found(department) == []


def test_nobody_else_is_told(
    city: City, seller: httpx.Client, in_force: Callable[[bytes], None]
) -> None:
    in_force(PROFILE)
    seller.post("/v1/events", json=sale(DAYS[0])).raise_for_status()
    for name in (None, "buyer", "inspector food", "department imports"):
        assert found(city.client(name)) == [], name


def test_what_is_no_restricted_sale_asks_nothing(
    city: City, seller: httpx.Client, in_force: Callable[[bytes], None]
) -> None:
    in_force(PROFILE)
    assert advised(seller.post("/v1/events", json=sale(DAYS[0], restricted=False))) == []
    assert found(city.client("city")) == []


def test_a_department_may_refuse_it(
    seller: httpx.Client, department: httpx.Client, in_force: Callable[[bytes], None]
) -> None:
    in_force(ENFORCED)
    answer = seller.post("/v1/events", json=sale(DAYS[1]))
    assert answer.status_code == 422
    assert [r["code"] for r in answer.json()["rejected"]] == ["profile_breach"]
    header = ("Event id", "Kind", "Activity", "Time", "Code", "Sector", "extra.restricted")
    row = ("r1", "retail", "sale", f"{DAYS[1]}T08:00:00+08:00", "B-7", "meat", "true")
    other = ("r2", *row[1:-1], "false")
    job = ended(seller, send(seller, csv_text(row, other, header=header)))
    assert (job["accepted"], job["rejected"]) == (1, 1), job
    assert "outlet" in str(refused_rows(seller, job, "en"))
    approved(seller, department, OUTLET)
    assert advised(seller.post("/v1/events", json=sale(DAYS[1]))) == [(0, "named")]
    job = ended(seller, send(seller, csv_text(row, header=header)))
    assert (job["accepted"], job["advised"]) == (1, 1), job


def test_a_sectors_own_word_is_taken_while_its_profile_has_it(
    city: City,
    seller: httpx.Client,
    department: httpx.Client,
    in_force: Callable[[bytes], None],
) -> None:
    answer = seller.post("/v1/filings", json=OUTLET)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/party/categories/1"
    in_force(PROFILE)
    approved(seller, department, OUTLET)
    row = (SELLER, "鹭洋肉品", "零售；定点店")
    header = ("统一社会信用代码", "名称", "经营类别")
    job = ended(seller, send(seller, csv_text(row, header=header), kind="parties"))
    assert (job["accepted"], job["rejected"]) == (1, 0), job
    for client in (city.client(), city.client(at="meat")):
        listed = client.get("/v1/directory", params={"category": "outlet"}).json()["parties"]
        assert [one["categories"] for one in listed] == [["retail", "outlet"]]
        other = client.get("/v1/directory", params={"category": "market"}).json()["parties"]
        assert other == []
    elsewhere = city.client("buyer", at="food").post("/v1/filings", json=OUTLET)
    assert elsewhere.status_code == 422
