"""One window over three departments: routing, the joined chain, the proxy, and honest silence."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.city import BUYER, SELLER, City
from tests.services.reports import report

PORK = f"urn:suyuan:{SELLER}:PORK"
CASE = "(00)106141412345678908"


def post(city: City, key: str, *events: dict[str, Any]) -> dict[str, Any]:
    answer = city.client(key).post("/v1/events", json=list(events))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def chain(city: City, code: str = PORK, key: str | None = "city", **query: str) -> dict[str, Any]:
    answer = city.client(key).get(f"/v1/chains/{code}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(found: dict[str, Any]) -> list[str]:
    return [e["id"] for e in found["events"]]


def thing(name: str, party: str = SELLER) -> list[dict[str, Any]]:
    return [{"code": f"urn:suyuan:{party}:{name}"}]


def across_three_departments(city: City) -> None:
    """Raw meat cleared at the border, sold at the market, made into sausage by a factory."""
    day = "2026-03-0{}T08:00:00+08:00".format
    post(
        city,
        "department imports",
        report(
            "clear", party=SELLER, kind="import", activity="clear", time=day(1), items=thing("RAW")
        ),
    )
    post(
        city,
        "seller",
        report(
            "sale",
            kind="wholesale",
            activity="sale",
            time=day(2),
            items=thing("RAW"),
            to={"party": BUYER},
            extra={"price": "12.50"},
        ),
    )
    post(
        city,
        "buyer",
        report(
            "entry",
            kind="wholesale",
            activity="entry",
            time=day(3),
            items=thing("RAW"),
            **{"from": {"party": SELLER}},
        ),
        report(
            "make",
            activity="process",
            time=day(4),
            inputs=thing("RAW"),
            outputs=thing("SAUSAGE", BUYER),
        ),
    )


SAUSAGE = f"urn:suyuan:{BUYER}:SAUSAGE"


@contextmanager
def stopped(city: City, subsystem: str) -> Iterator[None]:
    city.served[subsystem].stop()
    try:
        yield
    finally:
        city.served[subsystem].start()


def test_a_chain_crosses_three_departments(city: City) -> None:
    across_three_departments(city)
    found = chain(city, SAUSAGE, direction="up")
    assert ids(found) == ["clear", "sale", "entry", "make"]
    assert [e["subsystem"] for e in found["events"]] == [["imports"], ["meat"], ["food"], ["food"]]
    assert {s["subsystem"]: s["status"] for s in found["sources"]} == dict.fromkeys(
        ("food", "meat", "imports"), "answered"
    )
    assert found["complete"]
    assert found["holes"] == []


def test_a_stopped_department_is_named_and_healed_by_the_next_question(city: City) -> None:
    across_three_departments(city)
    with stopped(city, "meat"):
        found = chain(city, SAUSAGE, direction="up")
        assert ids(found) == ["clear", "entry", "make"]
        assert {s["subsystem"]: s["status"] for s in found["sources"]}["meat"] == "down"
        assert not found["complete"]
        assert {(h["subsystem"], h["reason"]) for h in found["holes"]} == {("meat", "unavailable")}
        assert {e["certainty"] for e in found["events"]} == {"may_be_superseded"}
    assert chain(city, SAUSAGE, direction="up")["complete"]


def test_a_stopped_department_is_named_on_the_consumers_page(city: City) -> None:
    across_three_departments(city)
    client = city.client()
    assert "暂时没有应答" not in client.get(f"/t/{SAUSAGE}").text
    with stopped(city, "meat"):
        page = client.get(f"/t/{SAUSAGE}")
        assert page.status_code == 200
        assert "没有应答" in page.text


def test_a_report_goes_to_its_sector_else_to_its_reporters_home(city: City) -> None:
    post(city, "seller", report("home", items=thing("PORK")))
    post(city, "seller", report("sector", items=thing("PORK"), sector="food"))
    assert {e["id"]: e["subsystem"] for e in chain(city)["events"]} == {
        "home": ["meat"],
        "sector": ["food"],
    }


def test_a_rollback_batch_must_concern_one_subsystem(city: City) -> None:
    batch = [report("a", items=thing("PORK")), report("b", items=thing("PORK"), sector="food")]
    answer = city.client("seller").post("/v1/events", json=batch)
    assert answer.status_code == 422
    assert answer.json()["code"] == "several_subsystems"
    assert ids(chain(city)) == []


def test_a_proceed_batch_is_split_and_its_answer_put_together(city: City) -> None:
    batch = [
        report("a", items=thing("PORK")),
        report("b", items=thing("PORK"), sector="food"),
        report("c", items=thing("PORK"), time="never"),
        report("d", items=thing("PORK"), sector="liquor"),
    ]
    answer = city.client("seller").post(
        "/v1/events", json=batch, headers={"GS1-Capture-Error-Behaviour": "proceed"}
    )
    assert answer.status_code == 200
    told = answer.json()
    assert told["accepted"] == 2
    assert [i is not None for i in told["ids"]] == [True, True, False, False]
    assert [(r["index"], r["code"]) for r in told["rejected"]] == [
        (2, "time_malformed"),
        (3, "sector_not_federated"),
    ]


def test_a_report_to_a_stopped_department_is_503_and_says_which(city: City) -> None:
    with stopped(city, "meat"):
        answer = city.client("seller").post("/v1/events", json=report("a"))
    assert answer.status_code == 503
    assert answer.json()["subsystem"] == "meat"
    assert answer.headers["retry-after"]


def test_a_consumer_sees_no_price_no_buyer_and_no_downstream(city: City) -> None:
    across_three_departments(city)
    client = city.client()
    answer = client.get(f"/v1/chains/{SAUSAGE}")
    assert "12.50" not in answer.text
    sale = next(e for e in answer.json()["events"] if e["id"] == "sale")
    assert sale["to"] is None
    assert {"to", "extra"} <= set(sale["redacted"])
    assert client.get(f"/v1/chains/{PORK}", params={"direction": "down"}).status_code == 403


def test_of_another_department_an_inspector_sees_code_time_action_and_party(city: City) -> None:
    across_three_departments(city)
    events = {e["id"]: e for e in chain(city, SAUSAGE, "inspector food", direction="up")["events"]}
    assert events["sale"]["to"] is None
    assert events["sale"]["party"] == SELLER
    assert "extra" in events["sale"]["redacted"]
    assert events["make"]["redacted"] == []


def test_what_a_consumer_may_not_see_does_not_leave_the_subsystem(city: City) -> None:
    """The gateway's own call, with a consumer's claims, to the subsystem that holds the price."""
    from services.gateway.members import Members
    from services.gateway.registry import read_registry
    from suyuan.domain.caller import CONSUMER
    from suyuan.domain.codes import recognise
    from suyuan.domain.events import event_key
    from suyuan.web.claims import read_key

    across_three_departments(city)
    key = read_key(city.folder / "private.jwk", private=True)
    members = Members(read_registry(city.folder / "registry.toml"), key)
    asked = event_key("sale", recognise(SELLER)).hex()
    answer = city.client(at="meat").post(
        "/v1/lookups",
        json={"keys": [{"key": asked, "kind": "event"}], "bodies": True},
        headers=members.headers(CONSUMER, "meat"),
    )
    city.run(members.close())
    assert answer.status_code == 200
    assert len(answer.json()["events"]) == 1
    assert "12.50" not in answer.text
    assert BUYER not in answer.text


@pytest.mark.parametrize("key", [None, "city", "inspector meat", "seller"])
def test_lookups_are_for_the_gateway_only(city: City, key: str | None) -> None:
    at_home = city.client(key, at="meat").post("/v1/lookups", json={"keys": []})
    through_gateway = city.client(key).post("/meat/v1/lookups", json={"keys": []})
    assert (at_home.status_code, through_gateway.status_code) == (403, 404)


def test_claims_from_outside_are_refused_by_the_gateway(city: City) -> None:
    answer = city.client().get(f"/v1/chains/{PORK}", headers={"Suyuan-Claims": "x.y.z"})
    assert answer.status_code == 401


def test_a_subsystem_is_reached_under_its_id_with_path_and_query_as_they_came(city: City) -> None:
    code = f"urn:suyuan:{SELLER}:A/B?C=1+2"
    post(city, "seller", report("slash", items=[{"code": "A/B?C=1+2"}]))
    for spelled in (
        f"urn:suyuan:{SELLER}:A%2FB%3FC=1+2",
        f"urn:suyuan:{SELLER}:A%252FB%253FC%3D1%2B2",
    ):
        answer = city.client("city").get(
            f"/meat/v1/chains/{spelled}?as_of=2027-01-01T00:00:00+08:00"
        )
        assert answer.status_code == 200, answer.text
        assert ids(answer.json()) == ["slash"], code


def test_the_proxy_carries_reports_too(city: City) -> None:
    answer = city.client("seller").post(
        "/meat/v1/events", json=report("direct", items=thing("PORK"))
    )
    assert answer.json()["accepted"] == 1
    assert ids(chain(city)) == ["direct"]


@pytest.mark.parametrize("path", ["/meat/a/../../x", "/meat/%2e%2e/x", "/meat/v1/./lookups"])
def test_dot_segments_are_refused(city: City, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", city.served["gateway"].port)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    assert status == 400


def test_an_unknown_subsystem_is_404(city: City) -> None:
    assert city.client().get("/nowhere/v1/chains/x").status_code == 404


def test_subsystems_say_who_is_federated_and_who_is_down(city: City) -> None:
    with stopped(city, "imports"):
        told = city.client().get("/v1/subsystems").json()["subsystems"]
    assert {s["id"]: s["state"] for s in told} == {
        "food": "ready",
        "meat": "ready",
        "imports": "down",
    }


def test_an_event_is_found_by_its_id_wherever_it_is_held(city: City) -> None:
    across_three_departments(city)
    client = city.client("city")
    for event_id in ("sale", f"urn:suyuan:event:{SELLER}:sale"):
        event = client.get(f"/v1/events/{event_id}")
        assert event.status_code == 200, event.text
        assert event.json()["extra"] == {"price": "12.50"}
    assert client.get("/v1/events/nothing").status_code == 404


def test_a_bare_id_of_two_reporters_is_300_with_both_uris(city: City) -> None:
    post(city, "department meat", report("same", party=SELLER, items=thing("PORK")))
    post(city, "department meat", report("same", party=BUYER, items=thing("PORK")))
    answer = city.client("city").get("/v1/events/same")
    assert answer.status_code == 300
    assert sorted(answer.json()["uris"]) == sorted(
        f"urn:suyuan:event:{party}:same" for party in (SELLER, BUYER)
    )


def test_a_key_is_good_at_the_gateway_and_at_a_subsystem_and_nowhere_when_unknown(
    city: City,
) -> None:
    for at in ("gateway", "meat"):
        assert city.client("city", at=at).get(f"/v1/chains/{PORK}").status_code == 200
        with httpx.Client(base_url=city.served[at].url) as stranger:
            headers = {"Authorization": "Bearer nonsense"}
            assert stranger.get(f"/v1/chains/{PORK}", headers=headers).status_code == 401


def test_a_shipment_in_one_department_and_its_receipt_in_another_are_confirmed_by_both(
    city: City,
) -> None:
    across_three_departments(city)
    said = {e["id"]: (e["said_by"], e["standing"]) for e in chain(city, SAUSAGE)["events"]}
    assert said["sale"] == said["entry"] == ("both", "evidenced")


def test_a_case_packed_in_one_department_and_unpacked_in_another(city: City) -> None:
    day = "2026-03-0{}T08:00:00+08:00".format
    post(
        city,
        "seller",
        report("pack", activity="pack", time=day(1), parent=CASE, children=thing("PORK")),
    )
    post(
        city,
        "seller",
        report("ship", kind="logistics", activity="ship", time=day(2), items=[{"code": CASE}]),
    )
    post(city, "buyer", report("unpack", activity="unpack", time=day(3), parent=CASE, children=[]))
    post(
        city,
        "seller",
        report("later", kind="logistics", activity="ship", time=day(4), items=[{"code": CASE}]),
    )
    found = chain(city, direction="own")
    assert ids(found) == ["pack", "ship", "unpack"]
    with stopped(city, "food"):
        partial = chain(city, direction="own")
    assert ids(partial) == ["pack", "ship", "later"]
    assert {e["id"]: e["certainty"] for e in partial["events"]}["later"] == "uncertain_end"


@pytest.mark.parametrize("path", ["/food/v1%2Flookups", "/food/v1%2flookups", "/food/%761/lookups"])
def test_lookups_are_not_reached_by_another_spelling(city: City, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", city.served["gateway"].port)
    connection.request("POST", path, b'{"keys": []}', {"Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    assert status == 404


@pytest.mark.parametrize("path", ["/food%2F", "/food%2Fv1/x", "/v1/events/x"])
def test_headers_and_paths_that_no_client_sends_are_no_failure(city: City, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", city.served["gateway"].port)
    connection.request("GET", path, headers={"Accept-Language": "\xe9", "X-A": "\xe9"})
    status = connection.getresponse().status
    connection.close()
    assert status == 404


def test_an_event_by_its_id_shows_a_stranger_no_person_and_no_siblings(city: City) -> None:
    farmer = f"urn:suyuan:{SELLER}:farmer"
    sold = report("farm", party=farmer, place="home", items=[*thing("A"), *thing("B")])
    assert city.client("department meat").post("/v1/events", json=sold).status_code == 200
    answer = city.client().get(f"/v1/events/urn:suyuan:event:{farmer.replace(':', '%253A')}:farm")
    assert answer.status_code == 200
    told = str({k: v for k, v in answer.json().items() if k not in ("id", "eventID")})
    assert "farmer" not in told
    assert ":A" not in told
