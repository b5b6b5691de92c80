"""``POST /v1/lookups`` as the gateway asks it: windows, pages, deadlines, rights, read-ahead."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.codes import recognise
from suyuan.domain.events import event_key
from suyuan.web import claims
from suyuan.web.claims import read_key
from tests.city import SELLER, City
from tests.services.reports import report

CITY = Caller(CallerRole.CITY)


class Gateway:
    """Asks one subsystem's lookups with claims, as the gateway does."""

    def __init__(self, city: City) -> None:
        self._key = read_key(city.folder / "private.jwk", private=True)
        self._client = city.client(at="meat")

    def ask(self, *keys: dict[str, Any], caller: Caller = CITY, **more: Any) -> httpx.Response:
        signed = claims.sign(caller, audience="meat", key=self._key)
        body = {"keys": list(keys), **more}
        return self._client.post("/v1/lookups", json=body, headers={"Suyuan-Claims": signed})

    def told(self, *keys: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = self.ask(*keys, **more)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def gateway(city: City) -> Gateway:
    seller = city.client("seller")
    day = "2026-03-0{}T08:00:00+08:00".format
    made = report(
        "make", activity="process", time=day(3), inputs=thing("RAW"), outputs=thing("HAM")
    )
    events = [report("raw", time=day(1), items=thing("RAW")), made]
    events.append(report("late", time=day(5), items=thing("HAM")))
    assert seller.post("/v1/events", json=events).status_code == 200
    return Gateway(city)


def thing(name: str) -> list[dict[str, Any]]:
    return [{"code": key(name)}]


def key(name: str) -> str:
    return f"urn:suyuan:{SELLER}:{name}"


def code(name: str, **window: str) -> dict[str, Any]:
    return {"key": key(name), "kind": "code", **window}


def ids(told: dict[str, Any]) -> list[str]:
    return sorted({e["id"] for e in told["edges"]})


def test_nothing_later_than_the_bound_is_given_also_of_what_is_read_ahead(gateway: Gateway) -> None:
    bound = "2026-03-04T00:00:00Z"
    told = gateway.told(code("HAM", to=bound), direction="up")
    assert ids(told) == ["make", "raw"]
    assert {(k["kind"], k["key"]) for k in told["answered"]} >= {("code", key("RAW"))}
    assert {k["to"] for k in told["answered"]} == {bound}


def test_without_a_direction_nothing_is_read_ahead(gateway: Gateway) -> None:
    told = gateway.told(code("HAM"))
    assert (ids(told), told["answered"]) == (["late", "make"], [])


def test_a_thousand_keys_are_taken_and_the_unknown_ones_named(gateway: Gateway) -> None:
    keys = [code("HAM"), *(code(f"X{n}") for n in range(1_500))]
    told = gateway.told(*keys)
    assert ids(told) == ["late", "make"]
    pages = [told]
    while pages[-1]["cursor"] is not None:
        pages.append(gateway.told(*keys, cursor=pages[-1]["cursor"]))
    unknown = [k for page in pages for k in page["unknown"]]
    assert unknown == [key(f"X{n}") for n in range(1_500)]


def test_an_answer_that_is_long_enough_goes_on_behind_its_cursor(gateway: Gateway) -> None:
    keys = [code(f"X{n}") for n in range(1_000)] + [code("RAW"), code("HAM")]
    first = gateway.told(code("RAW"), *keys, limit=1)
    assert ids(first) == ["make", "raw"] or first["truncated"]
    assert first["cursor"] == "1000"
    second = gateway.told(code("RAW"), *keys, limit=5, cursor=first["cursor"])
    assert ids(second) == ["late", "make", "raw"]
    assert second["cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "-1", "99", "1" * 30, "٣"])
def test_a_cursor_that_is_none_is_refused(gateway: Gateway, cursor: str) -> None:
    answer = gateway.ask(code("RAW"), cursor=cursor)
    assert answer.status_code == 422
    assert answer.json()["code"] == "lookup_malformed"


@pytest.mark.parametrize("kind", ["code", "contents", "transformation"])
def test_a_key_that_no_table_can_hold_is_refused(gateway: Gateway, kind: str) -> None:
    answer = gateway.ask({"key": "urn:x:a\0b", "kind": kind})
    assert (answer.status_code, answer.json()["code"]) == (422, "lookup_malformed")


@pytest.mark.parametrize("wrong", [{"deadline_ms": 0}, {"deadline_ms": 10**9}, {"limit": 0}])
def test_limits_that_make_no_sense_are_refused(gateway: Gateway, wrong: dict[str, int]) -> None:
    assert gateway.ask(code("RAW"), **wrong).status_code == 422


def test_what_cannot_be_answered_in_time_is_503_and_says_so(gateway: Gateway) -> None:
    keys = [code(f"X{n}") for n in range(5_000)]
    answer = gateway.ask(*keys, deadline_ms=1)
    assert answer.status_code == 503
    assert answer.json()["code"] == "lookup_too_slow"


def test_where_a_product_went_is_withheld_from_a_consumer_and_says_who_may(
    gateway: Gateway,
) -> None:
    told = gateway.told(code("RAW"), caller=CONSUMER, direction="down")
    assert told["edges"] == []
    assert told["withheld"] == [{"key": key("RAW"), "kind": "code", "needs": "enterprise"}]


def test_transformations_and_events_are_asked_by_their_own_ids(gateway: Gateway) -> None:
    event = event_key("make", recognise(SELLER)).hex()
    told = gateway.told(
        {"key": f"event:{event}", "kind": "transformation"}, {"key": event, "kind": "event"}
    )
    assert {(e["id"], e["role"]) for e in told["edges"]} == {("make", 4), ("make", 5)}


def test_a_body_is_told_as_the_caller_may_see_it(gateway: Gateway) -> None:
    event = event_key("late", recognise(SELLER)).hex()
    asked = {"key": event, "kind": "event"}
    stranger = Caller(CallerRole.INSPECTOR, home="food")
    told = gateway.told(asked, bodies=True, caller=stranger)
    assert told["events"][0]["event"]["place"] is None
    assert "place" in told["events"][0]["redacted"]
    own = gateway.told(asked, bodies=True, caller=Caller(CallerRole.INSPECTOR, home="meat"))
    assert own["events"][0]["redacted"] == []
