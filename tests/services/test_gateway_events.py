"""One event by its id over several subsystems: versions, corrections, and who was silent."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from suyuan.domain.codes import Use, recognise
from suyuan.domain.events import event_urn
from tests.city import BUYER, SELLER, City
from tests.services.reports import report
from tests.services.test_gateway import stopped
from tests.wire.epcis_examples import CONTEXT, observed

LD = "application/ld+json"
DECLARED = {"declared_at": "2026-03-02T08:00:00+08:00", "reason": "did_not_occur"}


def send(city: City, at: str, event: dict[str, Any], key: str | None = None) -> None:
    answer = city.client(key or f"department {at}", at=at).post("/v1/events", json=event)
    assert answer.status_code == 200, answer.text


def get(city: City, event_id: str, key: str | None = "city", **headers: str) -> httpx.Response:
    return city.client(key).get(f"/v1/events/{event_id}", headers=headers)


def urn(event_id: str, party: str) -> str:
    return f"urn:suyuan:event:{party}:{event_id}"


def test_a_bare_id_of_reporters_in_two_subsystems_is_300_with_both_uris(city: City) -> None:
    send(city, "meat", report("same", party=SELLER))
    send(city, "food", report("same", party=BUYER))
    answer = get(city, "same")
    assert (answer.status_code, answer.json()["code"]) == (300, "event_ambiguous")
    assert sorted(answer.json()["uris"]) == sorted([urn("same", SELLER), urn("same", BUYER)])
    assert get(city, urn("same", BUYER)).json()["party"] == BUYER


def test_of_a_bare_id_an_enterprise_gets_its_own_wherever_it_lies(city: City) -> None:
    send(city, "meat", report("same", party=SELLER, extra={"n": 1}))
    send(city, "food", report("same", party=BUYER))
    told = get(city, "same", "seller")
    assert (told.status_code, told.json()["party"], told.json()["extra"]) == (200, SELLER, {"n": 1})


@pytest.mark.parametrize("original_too", [True, False])
@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_extensions_of_a_declaration_are_kept(city: City, at: str, original_too: bool) -> None:
    event = observed(eventID="urn:uuid:3", **{"@context": [*CONTEXT, {"why": "urn:x:why:"}]})
    told = {
        "declarationTime": "2026-03-02T09:00:00.000+08:00",
        "reason": "did_not_occur",
        "why:issuer": {"why:name": "某某", "why:n": [1, 2.50]},
    }
    seller = city.client("seller", at=at)
    if original_too:
        assert seller.post("/v1/events", json=event).status_code == 200
    answer = seller.post("/v1/events", json={**event, "errorDeclaration": told})
    assert answer.status_code == 200, answer.text
    shown = seller.get(f"/v1/events/{event['eventID']}", headers={"Accept": LD}).json()
    assert shown["errorDeclaration"] == told


def test_a_declaration_with_other_prefixes_is_told_without_its_extensions(city: City) -> None:
    seller = city.client("seller")
    event = observed(eventID="urn:uuid:4", **{"@context": [*CONTEXT, {"why": "urn:x:why:"}]})
    other = {**event, "@context": [*CONTEXT, {"why": "urn:x:other:"}]}
    told = {"declarationTime": "2026-03-02T09:00:00+08:00", "why:issuer": "某某"}
    for sent in (event, {**other, "errorDeclaration": told}):
        assert seller.post("/v1/events", json=sent).status_code == 200
    shown = seller.get(f"/v1/events/{event['eventID']}", headers={"Accept": LD}).json()
    assert shown["errorDeclaration"] == {"declarationTime": "2026-03-02T09:00:00+08:00"}


def test_one_event_with_different_content_in_two_subsystems_is_300(city: City) -> None:
    send(city, "meat", report("e1", party=SELLER))
    send(city, "food", report("e1", party=SELLER, place="350203002"))
    assert get(city, urn("e1", SELLER)).status_code == 300


def test_one_event_in_two_subsystems_is_shown_as_the_one_who_may_see_it_whole(city: City) -> None:
    for at in ("imports", "meat"):
        send(city, at, report("e1", party=SELLER, extra={"price": "1.50"}))
    told = get(city, "e1", "inspector meat")
    assert (told.status_code, told.json()["extra"]) == (200, {"price": "1.50"})
    assert "suyuan-redacted" not in told.headers
    hidden = get(city, "e1", "inspector food")
    assert "extra" not in hidden.json()
    assert "extra" in hidden.headers["suyuan-redacted"]


@pytest.mark.parametrize("accept", ["application/json", "application/ld+json"])
def test_a_correction_that_lies_in_another_subsystem_is_seen(city: City, accept: str) -> None:
    event = report("e1", party=SELLER)
    send(city, "meat", event)
    send(city, "food", {**event, "correction": DECLARED})
    told = get(city, "e1", Accept=accept).json()
    named = "correction" if accept == "application/json" else "errorDeclaration"
    assert "did_not_occur" in str(told[named])


def test_an_epcis_event_stays_as_it_was_reported_and_shows_its_correction(city: City) -> None:
    event = observed(eventID="urn:uuid:1", **{"ex:colour": "red"})
    send(city, "meat", event, "seller")
    declared = {
        "declarationTime": "2026-03-02T00:00:00Z",
        "reason": "https://ref.gs1.org/cbv/ER-did_not_occur",
    }
    send(city, "food", {**event, "errorDeclaration": declared}, "seller")
    told = get(city, "urn:uuid:1", Accept="application/ld+json").json()
    assert (told["ex:colour"], told["eventID"]) == ("red", "urn:uuid:1")
    assert told["errorDeclaration"]["reason"] == "did_not_occur"


def test_a_declaration_of_somebody_else_corrects_nothing(city: City) -> None:
    send(city, "meat", report(urn("e1", SELLER), party=SELLER))
    wrong = observed(eventID="urn:uuid:2")
    send(city, "meat", wrong, "seller")
    declared = {"declarationTime": "2026-03-02T00:00:00Z", "reason": "did_not_occur"}
    send(city, "food", {**wrong, "errorDeclaration": declared}, "buyer")
    told = get(city, "urn:uuid:2", Accept="application/ld+json")
    assert (told.status_code, "errorDeclaration" in told.json()) == (200, False)


def test_an_event_whose_original_is_not_known_yet_is_its_declaration(city: City) -> None:
    send(city, "food", {**report("e9", party=SELLER), "correction": DECLARED})
    assert get(city, "e9").json()["correction"]["reason"] == "did_not_occur"


def test_an_id_that_no_event_can_have_is_nobodys_silence(city: City) -> None:
    for at in ("gateway", "meat"):
        refused = city.client("city", at=at).get("/v1/events/a%00b")
        assert (refused.status_code, refused.json()["code"]) == (400, "text_not_storable")


def test_who_was_silent_is_named_beside_the_event_or_makes_it_503(city: City) -> None:
    send(city, "meat", report("e1", party=SELLER))
    assert "suyuan-silent" not in get(city, "e1").headers
    with stopped(city, "imports"):
        told, unknown = get(city, "e1"), get(city, "nothing")
    assert (told.status_code, told.headers["suyuan-silent"]) == (200, "imports")
    assert (unknown.status_code, unknown.json()["subsystems"]) == (503, ["imports"])
    assert get(city, "nothing").status_code == 404


def test_a_form_that_cannot_say_it_is_406(city: City) -> None:
    send(city, "meat", report("e1", party=SELLER))
    assert get(city, "e1", Accept="text/plain").status_code == 406


@pytest.mark.parametrize("key", [None, "city", "seller"])
def test_versions_are_for_the_gateway_only(city: City, key: str | None) -> None:
    body = {"id": "e1"}
    assert city.client(key, at="meat").post("/v1/versions", json=body).status_code == 403
    assert city.client(key).post("/meat/v1/versions", json=body).status_code == 404


def test_what_a_stranger_may_not_see_does_not_leave_the_subsystem(city: City) -> None:
    farmer = f"urn:suyuan:{SELLER}:farmer"
    items = [{"code": f"urn:suyuan:{SELLER}:{name}"} for name in "AB"]
    send(city, "meat", report("farm", party=farmer, place="home", items=items))
    answer = get(
        city, event_urn("farm", recognise(farmer, use=Use.PARTY)).replace("%", "%25"), None
    )
    assert answer.status_code == 200, answer.text
    told = str({k: v for k, v in answer.json().items() if k not in ("id", "eventID")})
    assert "farmer" not in told
    assert ":A" not in told
