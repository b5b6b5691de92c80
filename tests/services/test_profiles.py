"""Sector profiles over HTTP: advice, refusals, what is kept, and a department's own file."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.ingest import party_kinds
from services.ingest.capture import Submission, capture
from services.ingest.checking import Checking
from services.ingest.party_kinds import PartyKinds
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Use, recognise
from suyuan.domain.profiles.checking import Checkers
from suyuan.storage.engine import Database
from suyuan.web import profiles as web_profiles
from suyuan.wire.profiles import read_profile, shipped, shipped_text
from tests.city import SELLER, SUBSYSTEMS, City
from tests.services.entries import put
from tests.services.files import csv_text, ended, send
from tests.services.files import report as refused_rows
from tests.services.reports import item, report

CERTIFICATE = {"type": "quarantine_certificate", "number": "Q1"}
LABEL = shipped()["meat"].label
COLUMNS = (
    *("Event id", "Kind", "Activity", "Time", "Code", "Quantity", "Unit", "From party", "Sector"),
    *("Document type", "Document number"),
)
STRICT = shipped_text("meat").replace(b'mode = "advise"', b'mode = "enforce"')
OWN = STRICT.replace(b'version = "2026.1"', b'version = "2026.2-xm"')


def entry(event_id: str = "e1", **members: Any) -> dict[str, Any]:
    """An entry to a market that states its supplier, and no certificate unless told."""
    told = {"kind": "wholesale", "activity": "entry", "sector": "meat"}
    return report(event_id, **{**told, "from": {"party": SELLER}, **members})


def rules(answer: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(a["index"], a["pointer"], a["rule"]) for a in answer.get("advice", ())]


def breaches(client: httpx.Client, code: str = "(01)06901234567892(10)L1") -> list[str]:
    chain = client.get(f"/v1/chains/{code}").json()
    return [f["detail"] for f in chain["findings"] if f["type"] == "profile_breach"]


def test_advice_is_given_and_the_event_is_stored_with_it(city: City, seller: httpx.Client) -> None:
    answer = seller.post("/v1/events", json=entry(), headers={"Accept-Language": "en"}).json()
    assert (answer["accepted"], answer["rejected"]) == (1, [])
    assert rules(answer) == [(0, "/documents", "no_certificate_no_entry")]
    assert answer["advice"][0]["detail"].startswith("An admission to the market must name")
    assert answer["advice"][0]["profile"] == LABEL
    (told,) = breaches(city.client("inspector meat", at="meat"))
    assert "no_certificate_no_entry" in told
    assert LABEL in told


def test_advice_is_in_chinese_by_default(seller: httpx.Client) -> None:
    (told,) = seller.post("/v1/events", json=entry()).json()["advice"]
    assert told["detail"].startswith("进场须附进场凭证")


def test_an_event_that_lacks_nothing_or_names_no_sector_gets_none(seller: httpx.Client) -> None:
    good, silent = entry(documents=[CERTIFICATE]), entry("e2")
    del silent["sector"]
    assert "advice" not in seller.post("/v1/events", json=[good, silent]).json()


def test_an_event_without_a_sector_is_of_the_subsystem_that_the_gateway_brings_it_to(
    city: City,
) -> None:
    silent = entry()
    del silent["sector"]
    seller = city.client("seller")
    answer = seller.post("/v1/events", json=silent).json()
    assert rules(answer) == [(0, "/documents", "no_certificate_no_entry")]
    assert answer["accepted"] == 1
    assert seller.get("/v1/events/e1").headers["suyuan-profile"] == LABEL
    assert len(breaches(city.client("city"))) == 1
    # Past the gateway nobody has said what the subsystem is for.
    direct = city.client("seller", at="meat")
    assert "advice" not in direct.post("/v1/events", json=silent | {"id": "e2"}).json()


def test_a_dry_run_advises_and_stores_nothing(city: City, seller: httpx.Client) -> None:
    answer = seller.post("/v1/events?dry_run=true", json=entry()).json()
    assert rules(answer) == [(0, "/documents", "no_certificate_no_entry")]
    assert breaches(city.client("city")) == []


def test_a_repeated_report_is_advised_again_and_found_once(
    city: City, seller: httpx.Client
) -> None:
    answers = [seller.post("/v1/events", json=entry()).json() for _ in range(2)]
    assert answers[1]["repeated"] == 1
    assert rules(answers[0]) == rules(answers[1])
    assert len(breaches(city.client("city"))) == 1


def test_the_version_is_kept_and_given_back(city: City, seller: httpx.Client) -> None:
    seller.post("/v1/events", json=[entry(documents=[CERTIFICATE]), report("e2")])
    for client in (seller, city.client("seller"), city.client("inspector meat")):
        assert client.get("/v1/events/e1").headers["suyuan-profile"] == LABEL
        assert "suyuan-profile" not in client.get("/v1/events/e2").headers
    outsider = city.client("buyer").get(f"/v1/events/urn:suyuan:event:{SELLER}:e1")
    assert "suyuan-profile" not in outsider.headers


def test_only_who_sees_the_event_whole_sees_what_it_lacks(city: City, seller: httpx.Client) -> None:
    seller.post("/v1/events", json=entry())
    for name in ("city", "inspector meat", "department meat", "seller"):
        assert len(breaches(city.client(name))) == 1, name
    for other in ("inspector food", "buyer", None):
        assert breaches(city.client(other)) == [], other
    direct = city.client(None, at="meat")
    assert breaches(direct) == []


def test_one_event_may_lack_several_things(city: City, seller: httpx.Client) -> None:
    told = entry(extra={"admission": "red"}, items=[item("(01)06901234567892(10)L1")])
    found = ["items.quantity", "admission", "no_certificate_no_entry"]
    assert [r for _, _, r in rules(seller.post("/v1/events", json=told).json())] == found
    assert len(breaches(city.client("city"))) == 3


def test_who_is_registered_as_something_else_is_told(
    city: City, seller: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(party_kinds, "REMEMBERED_SECONDS", 0.0)
    city.served["meat"]._app.state.checking._kinds._known.clear()
    told = entry(documents=[CERTIFICATE])
    assert "advice" not in seller.post("/v1/events", json=told).json()
    names = {"names": {"zh": "鹭洋运输"}, "categories": ["transport"], "valid_from": "2026-01-01"}
    put(seller, f"/v1/parties/{SELLER}", **names)
    (advice,) = seller.post("/v1/events", json=told | {"id": "e2"}).json()["advice"]
    assert (advice["rule"], advice["pointer"]) == ("party", "/party")
    assert "物流企业" in advice["detail"]
    header = ("Event id", "Kind", "Activity", "Time", "Code", "From party", "Sector")
    row = ("r1", "wholesale", "sale", "2026-03-01T08:00:00+08:00", "BATCH-7", "", "meat")
    job = ended(seller, send(seller, csv_text(row, header=header)))
    assert [a["rule"] for a in job["advice"]] == ["to.party", "party"]
    # A department reports for others, and knows whom it registered.
    department = city.client("department meat", at="meat")
    assert (
        "advice"
        not in department.post("/v1/events", json=told | {"id": "e3", "party": SELLER}).json()
    )


def test_an_enterprise_point_is_found_in_an_event_of_any_sector(
    city: City, seller: httpx.Client
) -> None:
    told = report("e1", activity="process", extra={"core_temperature": "61.5"})
    (advice,) = seller.post("/v1/events", json=told).json()["advice"]
    assert advice["rule"] == "control_point.core_temperature"
    assert advice["pointer"] == "/extra/core_temperature"
    assert len(breaches(city.client("city"))) == 1


def test_what_the_gateway_parts_is_told_by_its_places_in_the_whole(city: City) -> None:
    batch = [
        entry("e1", documents=[CERTIFICATE]),
        report("e2", kind="retail", activity="receive", sector="food"),
        entry("e3"),
    ]
    headers = {"GS1-Capture-Error-Behaviour": "proceed"}
    answer = city.client("seller").post("/v1/events", json=batch, headers=headers).json()
    assert answer["accepted"] == 3
    assert [(i, r) for i, _, r in rules(answer)] == [
        (1, "from.party"),
        (1, "document.release_certificate"),
        (2, "no_certificate_no_entry"),
    ]


def test_a_declaration_of_error_is_never_advised(seller: httpx.Client) -> None:
    seller.post("/v1/events", json=entry())
    declared = {"declared_at": "2026-03-02T08:00:00+08:00", "reason": "did_not_occur"}
    answer = seller.post("/v1/events", json=entry(correction=declared)).json()
    assert answer["accepted"] == 1
    assert "advice" not in answer


EPCIS = {
    "@context": [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        {"suyuan": "urn:suyuan:epcis:"},
    ],
    "type": "ObjectEvent",
    "eventID": "https://erp.example/events/1",
    "eventTime": "2026-03-01T08:00:00+08:00",
    "eventTimeZoneOffset": "+08:00",
    "action": "OBSERVE",
    "bizStep": "receiving",
    "quantityList": [
        {"epcClass": "https://id.gs1.org/01/06901234567892/10/L1", "quantity": 5, "uom": "KGM"}
    ],
    "suyuan:sector": "meat",
}


def test_an_epcis_event_is_checked_by_the_sector_that_it_names(seller: httpx.Client) -> None:
    media = {"Content-Type": "application/ld+json"}
    named = {"suyuan:kind": "wholesale", "suyuan:activity": "entry"}
    # Without an activity only what holds for all of the sector is asked.
    assert "advice" not in seller.post("/v1/events", json=EPCIS, headers=media).json()
    told = {**EPCIS, **named, "eventID": "https://erp.example/events/2"}
    answer = seller.post("/v1/events", json=told, headers=media).json()
    assert [r for _, _, r in rules(answer)] == ["from.party", "no_certificate_no_entry"]
    kept = seller.get("/v1/events/https://erp.example/events/2", headers={"Accept": "*/*"})
    assert kept.headers["suyuan-profile"] == LABEL


def test_a_file_is_advised_row_by_row(city: City) -> None:
    seller = city.client("seller", at="meat")
    told = ("wholesale", "entry", "2026-03-01T08:00:00+08:00", "BATCH-7", "5", "KGM")
    rows = [
        ("r1", *told, SELLER, "meat", "quarantine_certificate", "Q1"),
        ("r2", *told, SELLER, "meat", "", ""),
        ("r3", *told, "", "meat", "", ""),
        ("r4", *told, "", "", "", ""),
    ]
    job = ended(seller, send(seller, csv_text(*rows, header=COLUMNS)))
    assert (job["state"], job["accepted"], job["rejected"]) == ("done", 4, 0), job
    assert job["advised"] == 2
    assert [(a["row"], a["rule"]) for a in job["advice"]] == [
        (3, "no_certificate_no_entry"),
        (4, "from.party"),
        (4, "no_certificate_no_entry"),
    ]
    assert len(breaches(city.client("city"), f"urn:suyuan:{SELLER}:BATCH-7")) == 3


# --- A department's own ----------------------------------------------------------------------


def test_a_profile_that_enforces_refuses_with_a_problem(
    city: City, seller: httpx.Client, in_force: Callable[[bytes], None]
) -> None:
    in_force(OWN)
    answer = seller.post("/v1/events", json=[entry("good", documents=[CERTIFICATE]), entry()])
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (refusal,) = answer.json()["rejected"]
    assert (refusal["index"], refusal["pointer"]) == (1, "/documents")
    assert refusal["code"] == "profile_breach"
    assert "进场须附进场凭证" in refusal["detail"]
    assert "no_certificate_no_entry" in refusal["detail"]
    assert seller.get("/v1/events/good").status_code == 404


def test_with_proceed_the_rest_is_stored(
    seller: httpx.Client, in_force: Callable[[bytes], None]
) -> None:
    in_force(OWN)
    batch = [entry("good", documents=[CERTIFICATE]), entry("bad")]
    headers = {"GS1-Capture-Error-Behaviour": "proceed"}
    answer = seller.post("/v1/events", json=batch, headers=headers).json()
    assert (answer["accepted"], [r["code"] for r in answer["rejected"]]) == (1, ["profile_breach"])
    assert "2026.2-xm" in seller.get("/v1/events/good").headers["suyuan-profile"]
    assert seller.get("/v1/events/bad").status_code == 404


def test_a_file_is_refused_row_by_row(
    seller: httpx.Client, in_force: Callable[[bytes], None]
) -> None:
    in_force(OWN)
    when = "2026-03-01T08:00:00+08:00"
    rows = [
        ("r1", "wholesale", "entry", when, "B-7", "5", "KGM", SELLER, "meat", "", ""),
        ("r2", "production", "harvest", when, "B-8", "5", "KGM", "", "", "", ""),
    ]
    job = ended(seller, send(seller, csv_text(*rows, header=COLUMNS)))
    assert (job["accepted"], job["rejected"], job["advised"]) == (1, 1, 0)
    (listed,) = refused_rows(seller, job, "en")
    (why,) = [cell for cell in listed.values() if "must name the voucher of admission" in cell]
    assert "no_certificate_no_entry" in why
    assert "Document type" in listed.values()


def test_one_rule_alone_may_be_enforced(
    seller: httpx.Client, in_force: Callable[[bytes], None]
) -> None:
    loose = OWN.replace(b'mode = "enforce"', b'mode = "advise"', 1)
    rule = b'rule = "no_certificate_no_entry"'
    in_force(loose.replace(rule, rule + b', mode = "enforce"'))
    assert seller.post("/v1/events", json=entry("e1")).status_code == 422
    told = entry("e2", documents=[CERTIFICATE])
    del told["from"]
    answer = seller.post("/v1/events", json=told).json()
    assert [r for _, _, r in rules(answer)] == ["from.party"]


async def test_a_copy_of_another_departments_report_is_not_checked_again(
    database: Database,
) -> None:
    # It was checked where it was reported; refused here it would be missing for ever.
    party = recognise(SELLER, use=Use.PARTY)
    caller = Caller(CallerRole.ENTERPRISE, party, "meat", delivered=True)
    body = json.dumps(entry("a-copy")).encode()
    submission = Submission(body, "application/json", caller, datetime.now(UTC))
    strict = Checkers([read_profile(OWN)])
    checking = Checking(lambda: strict, PartyKinds(database))
    captured = await capture(
        database, submission, subsystem="food", max_events=10, checking=checking
    )
    assert (captured.accepted, captured.advice) == (1, [])


def test_a_wrong_profile_changes_nothing_and_is_told(
    city: City,
    seller: httpx.Client,
    in_force: Callable[[bytes], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_force(OWN)
    told: list[list[str]] = []

    def keep(_: str, *, problems: list[str]) -> None:
        told.append(problems)

    monkeypatch.setattr(web_profiles.log, "warning", keep)
    (city.profiles / "meat.toml").write_bytes(OWN.replace(b"document = [", b"documents = [", 1))
    ends = time.monotonic() + 20
    while len(told) < len(SUBSYSTEMS) + 1:
        assert time.monotonic() < ends
        time.sleep(0.02)
    (problem,) = told[0]
    assert problem.startswith("meat.toml: activity[0].documents: 没有名为“documents”的项")
    assert 'There is no field "documents"; the closest one is "document"' in problem
    assert seller.post("/v1/events", json=entry()).status_code == 422


NARROW = shipped_text("meat").replace(b'version = "2026.1"', b'version = "2026.2-xm"')
NARROW = NARROW.replace(b'"product.origin", ', b"").replace(b'"place", ', b"")
NARROW += b"""
[[control_point]]
id = "chilled_temperature"
name = { zh = "\xe5\x86\xb7\xe8\x97\x8f", en = "chilled" }
on = ["wholesale.entry"]
unit = "CEL"
most = 4
"""
PORK = {"name": "鲜猪肉", "origin": "福建南平"}


@pytest.mark.parametrize("at", ["gateway", "meat"])
def test_what_a_departments_own_profile_does_not_list_the_public_is_not_shown(
    city: City, seller: httpx.Client, in_force: Callable[[bytes], None], at: str
) -> None:
    told = {"chilled_temperature": 5}
    events = [
        entry(documents=[CERTIFICATE], product=PORK, extra=told, place="350203001"),
        entry("e2", product=PORK, place="350203001", sector="food"),
    ]
    assert seller.post("/v1/events", json=events).json()["accepted"] == 2
    in_force(NARROW)
    path = "/v1/chains/(01)06901234567892(10)L1"
    narrowed, other = city.client(at=at).get(path).json()["events"]
    assert {"place", "product.origin"} <= set(narrowed["redacted"])
    assert (narrowed["place"], narrowed["product"]["origin"]) == (None, None)
    assert narrowed["product"]["name"] == "鲜猪肉"
    limit = {"at_least": None, "at_most": "4", "out_of_limit": True}
    assert narrowed["temperature_limit"] == limit
    assert (other["place"], other["product"]["origin"]) == ("350203001", "福建南平")
    whole = city.client("department meat", at=at).get(path).json()["events"][0]
    assert (whole["place"], whole["product"]["origin"]) == ("350203001", "福建南平")
    one = city.client(at=at).get(f"/v1/events/urn:suyuan:event:{SELLER}:e1")
    assert "product.origin" in one.headers["suyuan-redacted"]
    assert "福建南平" not in one.text


def test_a_limit_of_the_profile_is_on_the_page_as_a_stated_one_is(
    city: City, seller: httpx.Client, in_force: Callable[[bytes], None]
) -> None:
    in_force(NARROW.replace(b'"time", ', b'"time", "place", '))
    told = entry(documents=[CERTIFICATE], extra={"chilled_temperature": 5}, place="350203001")
    assert seller.post("/v1/events", json=told).json()["accepted"] == 1
    page = city.client().get("/01/06901234567892/10/L1", headers={"Accept": "text/html"}).text
    assert "5 °C（要求 ≤ 4 °C），超出要求" in page.replace("\u00a0", " ")
