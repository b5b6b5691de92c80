"""``/v1/filings``: filed by an enterprise, decided by its department, once, and kept for ever."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services import filing_table
from services.ingest.filing_effects import rebuild
from services.place import Place
from services.terminal import Terminal
from suyuan.domain.register import today
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from tests.city import BUYER, SELLER, City
from tests.services.entries import put
from tests.services.filings import (
    LICENCE,
    PERSON,
    PHONE,
    approved,
    dossier,
    filed,
    party,
    step,
    stepped,
)

SELF = f"/v1/parties/{SELLER}"


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(e["pointer"], e["code"]) for e in answer.json()["errors"]]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_what_is_approved_is_what_the_register_says_from_its_date(city: City, at: str) -> None:
    seller, department = city.client("seller", at=at), city.client("department meat", at=at)
    filing = filed(seller)
    assert (filing["state"], filing["step"], filing["party"]) == ("filed", 1, SELLER)
    assert seller.get(SELF).status_code == 404
    decided = stepped(department, filing, "approve", note="材料齐全")
    assert (decided["state"], decided["step"]) == ("approved", 2)
    shown = city.client(at=at).get(SELF).json()
    assert (shown["names"]["zh"], shown["said_by"]) == ("鹭洋肉品", "department")
    assert (shown["categories"], shown["valid_from"]) == (["wholesale"], "2026-01-01")
    assert seller.get(SELF, params={"as_of": "2025-12-31"}).status_code == 404
    assert city.client(at=at).get("/v1/places/350212109").json()["party"] == SELLER
    product = city.client(at=at).get(f"/v1/products/urn:suyuan:{SELLER}:PORK")
    assert product.json()["names"]["zh"] == "猪肉"


def test_what_is_returned_says_why_field_by_field_and_is_filed_again(
    seller: httpx.Client, department: httpx.Client
) -> None:
    reasons = [
        {"pointer": "/party/licences/0/number", "text": "与许可证不符"},
        {"pointer": "/people", "text": "缺少食品安全员"},
    ]
    returned = stepped(department, filed(seller), "return", reasons=reasons)
    assert returned["state"] == "returned"
    seen = seller.get(f"/v1/filings/{returned['id']}").json()
    assert seen["steps"][-1]["reasons"] == reasons
    assert code(step(department, returned, "approve")) == (409, "filing_state")
    path = f"/v1/filings/{returned['id']}"
    again = seller.put(path, params={"step": 2}, json=party(names={"zh": "改名"})).json()
    assert (again["state"], again["step"]) == ("filed", 3)
    assert seller.get(path, params={"step": 2}).json()["dossier"]["party"]["names"]["zh"] != "改名"
    stepped(department, again, "approve")
    assert seller.get(SELF).json()["names"]["zh"] == "改名"
    steps = seller.get(path).json()["steps"]
    assert [s["action"] for s in steps] == ["file", "return", "file_again", "approve"]
    assert [s["by"] for s in steps] == [SELLER, "department:meat", SELLER, "department:meat"]


def test_reasons_must_point_at_something(seller: httpx.Client, department: httpx.Client) -> None:
    filing = filed(seller)
    for pointer in ("/party/licences/7", "/licences", "party", "/people/-1", "/people/00", 5):
        answer = step(department, filing, "return", reasons=[{"pointer": pointer, "text": "x"}])
        assert faults(answer) == [("/reasons/0/pointer", "reason_pointer")], pointer
    assert faults(step(department, filing, "return")) == [("/reasons", "reasons_missing")]
    assert seller.get(f"/v1/filings/{filing['id']}").json()["step"] == 1


def test_a_withdrawn_filing_makes_room_for_another(
    seller: httpx.Client, department: httpx.Client
) -> None:
    filing = filed(seller)
    second = seller.post("/v1/filings", json=dossier())
    assert code(second) == (409, "filing_open")
    assert second.json()["id"] == filing["id"]
    withdrawn = stepped(seller, filing, "withdraw")
    assert code(step(department, withdrawn, "approve")) == (409, "filing_state")
    assert filed(seller)["id"] != filing["id"]
    listed = seller.get("/v1/filings").json()["filings"]
    assert [one["state"] for one in listed] == ["withdrawn", "filed"]
    rest = seller.get("/v1/filings", params={"after": filing["id"]}).json()["filings"]
    assert [one["state"] for one in rest] == ["filed"]


def test_every_fault_of_a_dossier_comes_at_once(seller: httpx.Client) -> None:
    later = (today(datetime.now(UTC)) + timedelta(days=400)).isoformat()
    body = {
        "party": {
            "names": {},
            "district": "350299",
            "categories": ["sorcery"],
            "licences": [{"number": "SC10744030704995"}],
            "contact": {"person": PERSON},
        },
        "places": [
            {"id": "350212109", "names": {"zh": "库"}, "party": BUYER},
            {"id": "nowhere near", "names": {"zh": "库"}, "valid_from": later},
            7,
        ],
        "products": [
            {"id": f"urn:suyuan:{BUYER}:PORK", "names": {"zh": "肉"}},
            {"id": "6901234567892", "names": {"zh": "肉"}},
            {"id": "06901234567892", "names": {"zh": "肉"}},
        ],
        "people": [{"role": "wizard", "phone": PHONE}],
    }
    found = faults(seller.post("/v1/filings", json=body))
    assert set(found) >= {
        ("/party/names", "names_missing"),
        ("/party/district", "division_unknown"),
        ("/party/categories/0", "unknown_word"),
        ("/party/licences/0/number", "licence_check_digit"),
        ("/places/0/party", "register_not_yours"),
        ("/places/1/valid_from", "filing_too_early"),
        ("/places/2", "not_object"),
        ("/products/0/id", "register_not_yours"),
        ("/products/2/id", "filing_twice"),
        ("/people/0/role", "unknown_word"),
        ("/people/0/name", "missing"),
    }
    assert faults(seller.post("/v1/filings", json={})) == [
        ("/party", "missing"),
        ("/people", "filing_no_people"),
    ]
    bare = {"party": {"names": {"zh": "厂"}, "contact": {"person": PERSON}}}
    assert faults(seller.post("/v1/filings", json=bare)) == [
        ("/party/contact", "filing_contact"),
        ("/party/categories", "filing_no_categories"),
        ("/party/district", "filing_no_district"),
        ("/people", "filing_no_people"),
    ]
    assert seller.get("/v1/filings").json()["filings"] == []


def test_nobody_files_what_another_has_registered(city: City, seller: httpx.Client) -> None:
    put(city.client("buyer", at="meat"), "/v1/products/6901234567892", names={"zh": "别人的"})
    body = dossier(products=[{"id": "6901234567892", "names": {"zh": "抢注"}}])
    assert faults(seller.post("/v1/filings", json=body)) == [("/products/0/id", "register_taken")]


def test_what_another_registers_meanwhile_is_not_taken_by_an_approval(
    city: City, seller: httpx.Client, department: httpx.Client
) -> None:
    filing = filed(seller, dossier(products=[{"id": "6901234567892", "names": {"zh": "甲"}}]))
    put(city.client("buyer", at="meat"), "/v1/products/6901234567892", names={"zh": "乙"})
    assert code(step(department, filing, "approve")) == (409, "register_taken")
    assert seller.get(f"/v1/filings/{filing['id']}").json()["state"] == "filed"
    assert seller.get(SELF).status_code == 404


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_another_departments_reviewer_decides_nothing(city: City, at: str) -> None:
    filing = filed(city.client("seller", at="meat"))
    for key in ("department food", "inspector meat", "city", "seller", "buyer"):
        answer = step(city.client(key, at=at), filing, "approve")
        # At the gateway a department is asked in its own subsystem, where there is no such filing.
        assert answer.status_code in (403, 404), (key, answer.text)
    other = city.client("department food")
    answer = other.post(f"/meat/v1/filings/{filing['id']}/approve", json={"step": 1})
    assert code(answer) == (403, "filing_reviewed_at_home")
    assert city.client("seller", at="meat").get(SELF).status_code == 404


def test_another_enterprise_sees_no_filing_of_this_one(city: City, seller: httpx.Client) -> None:
    filing = filed(seller)
    buyer = city.client("buyer", at="meat")
    path = f"/v1/filings/{filing['id']}"
    assert code(buyer.get(path)) == (404, "filing_unknown")
    assert code(buyer.put(path, params={"step": 1}, json=dossier())) != (200, "")
    assert code(step(buyer, filing, "withdraw")) == (404, "filing_unknown")
    assert buyer.get("/v1/filings", params={"party": SELLER}).json()["filings"] == []


def test_people_are_for_the_enterprise_and_its_department_alone(city: City) -> None:
    filing = filed(city.client("seller", at="meat"))
    path = f"/v1/filings/{filing['id']}"
    for key, seen in (
        ("seller", True),
        ("department meat", True),
        ("inspector meat", False),
        ("city", False),
    ):
        answer = city.client(key, at="meat").get(path)
        assert answer.status_code == 200, key
        assert (PERSON in answer.text, PHONE in answer.text) == (seen, seen), key
        assert answer.json()["redacted"] == ([] if seen else ["people"])
        assert answer.headers["cache-control"] == "no-store"
    stepped(city.client("department meat", at="meat"), filing, "approve")
    for key in ("seller", "department meat", None):
        assert PERSON not in city.client(key, at="meat").get(SELF).text


def test_people_are_sealed_at_rest(city: City, seller: httpx.Client) -> None:
    filed(seller)
    rows = city.run(_rows(city, "SELECT filing_steps::text FROM filing_steps"))
    assert len(rows) == 1
    assert PERSON not in str(rows)
    assert PHONE not in str(rows)


def test_what_was_approved_is_not_edited(seller: httpx.Client, department: httpx.Client) -> None:
    decided = approved(seller, department)
    path = f"/v1/filings/{decided['id']}"
    answer = seller.put(path, params={"step": 2}, json=party(names={"zh": "偷改"}))
    assert code(answer) == (409, "filing_state")
    assert code(step(seller, decided, "withdraw")) == (409, "filing_state")
    assert seller.get(SELF).json()["names"]["zh"] == "鹭洋肉品"
    change = dict(party(names={"zh": "新名"}), valid_from="2026-06-01")
    approved(seller, department, change)
    assert seller.get(SELF, params={"as_of": "2026-05-31"}).json()["names"]["zh"] == "鹭洋肉品"
    assert seller.get(SELF, params={"as_of": "2026-06-01"}).json()["names"]["zh"] == "新名"


def test_a_decision_on_a_dossier_that_changed_meanwhile_is_refused(
    seller: httpx.Client, department: httpx.Client
) -> None:
    seen = filed(seller)
    path = f"/v1/filings/{seen['id']}"
    seller.put(path, params={"step": 1}, json=party(names={"zh": "换掉"})).raise_for_status()
    assert code(step(department, seen, "approve")) == (409, "filing_moved")
    assert seller.get(path).json()["state"] == "filed"


def test_of_two_reviewers_at_once_one_decides(city: City, seller: httpx.Client) -> None:
    filing = filed(seller)
    answers: list[httpx.Response] = []
    ready = threading.Barrier(6)

    def decide(name: str, body: dict[str, Any]) -> None:
        client = city.client("department meat", at="meat")
        ready.wait()
        answers.append(step(client, filing, name, **body))

    why = {"reasons": [{"pointer": "/party", "text": "不符"}]}
    threads = [
        threading.Thread(target=decide, args=("return", why) if n % 2 else ("approve", {}))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.status_code for a in answers) == [200, *[409] * 5]
    now = seller.get(f"/v1/filings/{filing['id']}").json()
    assert (now["step"], len(now["steps"])) == (2, 2)
    assert seller.get(SELF).status_code == (200 if now["state"] == "approved" else 404)


def test_of_two_filings_at_once_one_is_taken(city: City) -> None:
    answers: list[httpx.Response] = []
    ready = threading.Barrier(4)

    def send() -> None:
        client = city.client("seller", at="meat")
        ready.wait()
        answers.append(client.post("/v1/filings", json=dossier()))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]


def test_a_decision_that_dies_before_the_register_has_it_is_none(
    city: City, seller: httpx.Client, department: httpx.Client
) -> None:
    filing = filed(seller)
    answers: list[httpx.Response] = []
    decide = threading.Thread(target=lambda: answers.append(step(department, filing, "approve")))
    city.run(_kill_in_between(city, decide))
    decide.join()
    assert answers[0].status_code == 503
    assert seller.get(f"/v1/filings/{filing['id']}").json()["step"] == 1
    assert seller.get(SELF).status_code == 404
    stepped(department, filing, "approve")
    assert seller.get(SELF).status_code == 200


def test_what_is_filed_for_next_month_holds_from_then(
    seller: httpx.Client, department: httpx.Client
) -> None:
    soon = (today(datetime.now(UTC)) + timedelta(days=30)).isoformat()
    approved(seller, department, dossier(valid_from=soon))
    assert seller.get(SELF).status_code == 404
    assert seller.get(SELF, params={"as_of": soon}).status_code == 200


def test_what_an_enterprise_said_itself_is_said_by_the_department_once_it_is_approved(
    seller: httpx.Client, department: httpx.Client
) -> None:
    told = dossier()["party"]
    put(seller, SELF, **told, valid_from="2026-01-01")
    assert seller.get(SELF).json()["said_by"] == "enterprise"
    approved(seller, department)
    assert seller.get(SELF).json()["said_by"] == "department"
    assert put(seller, SELF, **told)["repeated"] == 1


def test_a_revoked_licence_is_not_filed_again_and_may_be_reinstated(
    seller: httpx.Client, department: httpx.Client
) -> None:
    decided = approved(seller, department)
    assert faults(step(department, decided, "revoke-licence", licence="X", note="y")) == [
        ("/licence", "licence_not_filed")
    ]
    assert ("/note", "missing") in faults(
        step(department, decided, "revoke-licence", licence=LICENCE)
    )
    revoked = stepped(department, decided, "revoke-licence", licence=LICENCE, note="出借许可证")
    assert revoked["steps"][-1]["since"] == today(datetime.now(UTC)).isoformat()
    at = "/party/licences/0/number"
    assert faults(seller.post("/v1/filings", json=dossier())) == [(at, "filing_licence_revoked")]
    restored = stepped(department, revoked, "reinstate-licence", licence=LICENCE, note="查错了")
    again = step(department, restored, "reinstate-licence", licence=LICENCE, note="再来")
    assert faults(again) == [("/licence", "licence_not_revoked")]
    filed(seller)


def test_a_licence_that_is_revoked_meanwhile_is_not_approved(
    seller: httpx.Client, department: httpx.Client
) -> None:
    decided = approved(seller, department)
    change = filed(seller, party(names={"zh": "新名"}))
    stepped(department, decided, "revoke-licence", licence=LICENCE, note="出借")
    assert code(step(department, change, "approve")) == (409, "filing_licence_revoked")


def test_the_register_is_made_again_from_the_steps(
    city: City,
    seller: httpx.Client,
    department: httpx.Client,
    capsys: pytest.CaptureFixture[str],
) -> None:
    decided = approved(seller, department)
    approved(seller, department, dict(party(names={"zh": "新名"}), valid_from="2026-06-01"))
    stepped(department, decided, "revoke-licence", licence=LICENCE, note="出借")

    def told() -> list[Any]:
        history = [
            {k: v for k, v in version.items() if k != "subsystem"}
            for path in (SELF, "/v1/places/350212109")
            for version in seller.get(path, params={"history": "true"}).json()["versions"]
        ]
        return [
            history,
            city.run(_rows(city, "SELECT party, licence, filing, since FROM revocations")),
        ]

    before = told()
    city.run(_rebuild(city))
    assert told() == before, "what is there is not said twice"
    city.run(_rows(city, "DELETE FROM register RETURNING code"))
    city.run(_rows(city, "DELETE FROM revocations RETURNING party"))
    assert seller.get(SELF).status_code == 404
    filing_table.rebuild(Place(city.server_url, ("meat",)), Terminal())
    assert " 3 " in capsys.readouterr().out
    assert told() == before


# --- What the tests do to the database behind the service ---------------------------------------


def _database(city: City) -> Database:
    return Database(service_url(city.server_url, "meat"), roles=False)


async def _rows(city: City, statement: str) -> list[Any]:
    database = _database(city)
    try:
        async with database.writing() as connection:
            return [tuple(row) for row in await connection.execute(text(statement))]
    finally:
        await database.close()


async def _rebuild(city: City) -> int:
    database = _database(city)
    try:
        return await rebuild(database, "meat")
    finally:
        await database.close()


async def _kill_in_between(city: City, decide: threading.Thread) -> None:
    """Hold the register's table, and end whoever has decided and waits to write into it."""
    holder, killer = _database(city), _database(city)
    waiting = text("""
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
          AND query LIKE '%INSERT INTO register%'
    """)
    async with holder.writing() as held:
        await held.execute(text("LOCK TABLE register IN SHARE MODE"))
        decide.start()
        until = time.monotonic() + 10
        ended = False
        while not ended and time.monotonic() < until:
            await asyncio.sleep(0.05)
            async with killer.writing() as connection:
                ended = (await connection.execute(waiting)).first() is not None
        assert ended, "nobody waited for the register"
    await holder.close()
    await killer.close()
