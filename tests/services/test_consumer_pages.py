"""The consumer's page over real HTTP, from one subsystem and from all of them."""

from __future__ import annotations

import json
from hashlib import sha256
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from suyuan.web.consumer import STEP_SECONDS
from suyuan.web.pages.fingerprint import MEMBERS
from tests.city import City
from tests.services.reports import GTIN

HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
SERIAL = f"/01/{GTIN}/21/7"


def made(code: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "production",
        "activity": "commission",
        "time": "2026-03-01T08:00:00+08:00",
        "items": [{"code": code}],
        **more,
    }


def destroyed(code: str) -> dict[str, Any]:
    return {
        "kind": "inspection",
        "activity": "destroy",
        "time": "2026-03-02T08:00:00+08:00",
        "items": [{"code": code}],
    }


def report(city: City, *events: dict[str, Any], at: str = "food") -> list[str]:
    answer = city.client("seller", at=at).post("/v1/events", json=list(events))
    assert answer.status_code == 200, answer.text
    ids: list[str] = answer.json()["ids"]
    return ids


def page(city: City, path: str, at: str = "gateway", **headers: str) -> httpx.Response:
    return city.client(at=at).get(path, headers=HTML | headers)


WINDOWS = pytest.mark.parametrize("at", ["gateway", "food"])


@WINDOWS
def test_a_reported_code_is_issued_here(city: City, at: str) -> None:
    report(city, made(f"https://id.gs1.org{SERIAL}", product={"name": "腊肉"}))
    answer = page(city, SERIAL, at)
    assert answer.status_code == 200
    assert "平台签发" in answer.text
    assert "<h1>腊肉</h1>" in answer.text


@WINDOWS
def test_a_number_that_nobody_reported_is_not_issued_though_its_lot_is_known(
    city: City, at: str
) -> None:
    lot = f"(01){GTIN}(10)L1"
    report(city, made(lot, items=[{"code": lot, "quantity": "5"}]))
    assert page(city, f"/01/{GTIN}/10/L1", at).status_code == 200
    assert page(city, f"/01/{GTIN}/10/L1/21/9", at).status_code == 404


@WINDOWS
def test_temperatures_of_either_form_are_on_the_route_and_the_rest_of_extra_is_not(
    city: City, at: str
) -> None:
    code = f"https://id.gs1.org{SERIAL}"
    told = {"temperature": "2–6 °C", "temperature_limit": "2–8 °C", "driver": "张三"}
    report(city, made(code, place="350203001", extra=told), sensed(code))
    shown = page(city, SERIAL, at).text.replace("\u00a0", " ")
    assert "2 至 6 °C（要求 2 至 8 °C）" in shown
    assert "9.5 °C，超出要求" in shown
    assert "张三" not in shown
    chain = city.client(at=at).get("/v1/chains/" + quote(code, safe="")).json()
    first, second = chain["events"]
    assert first["extra"] == {}
    assert first["temperature"] == {
        "low": "2", "high": "6", "at_least": "2", "at_most": "8", "out_of_limit": False,
    }  # fmt: skip
    assert second["temperature"]["out_of_limit"] is True


def sensed(code: str) -> dict[str, Any]:
    """An EPCIS event of a lorry's thermometer that told of an alarm."""
    celsius = {"type": "Temperature", "value": 9.5, "uom": "CEL", "exception": "ALARM_CONDITION"}
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": "2026-03-02T08:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": [code],
        "bizStep": "storing",
        "bizLocation": {"id": "urn:suyuan:cn:350205003"},
        "sensorElementList": [{"sensorReport": [celsius]}],
    }


@WINDOWS
def test_a_destroyed_piece_is_void(city: City, at: str) -> None:
    code = f"(01){GTIN}(21)7"
    report(city, made(code), destroyed(code))
    answer = page(city, SERIAL, at)
    assert answer.status_code == 410
    assert "已停用" in answer.text


@WINDOWS
def test_a_code_whose_only_report_was_an_error_is_void(city: City, at: str) -> None:
    event = made(f"(01){GTIN}(21)7", id="wrong")
    report(city, event)
    correction = {"declared_at": "2026-03-01T09:00:00+08:00", "reason": "did_not_occur"}
    report(city, event | {"correction": correction})
    assert page(city, SERIAL, at).status_code == 410


@WINDOWS
def test_a_code_that_nobody_reported_is_not_issued(city: City, at: str) -> None:
    answer = page(city, f"/01/{GTIN}/21/NOBODY", at)
    assert answer.status_code == 404
    assert "未签发" in answer.text


def test_the_states_without_a_chain_take_the_same_time_and_the_same_bytes(city: City) -> None:
    code = f"(01){GTIN}(21)7"
    report(city, made(code), destroyed(code))
    paths = {"void": SERIAL, "unissued": f"/01/{GTIN}/21/NO", "malformed": "/01/06901234567893"}
    client = city.client()
    seconds: dict[str, list[float]] = {name: [] for name in paths}
    sizes = set()
    for _ in range(7):
        for name, path in paths.items():
            began = perf_counter()
            sizes.add(len(client.get(path, headers=HTML).content))
            seconds[name].append(perf_counter() - began)
    middles = [median(times) for times in seconds.values()]
    assert len(sizes) == 1
    assert min(middles) >= STEP_SECONDS
    assert max(middles) < 1.25 * min(middles)


def test_the_fingerprint_of_the_page_is_over_the_public_chain(city: City) -> None:
    report(city, made(f"(01){GTIN}(21)7", extra={"price": "38.80"}))
    public = page(city, SERIAL, Accept="application/json").json()
    lines = (
        json.dumps([e[m] for m in MEMBERS], ensure_ascii=False, separators=(",", ":")) + "\n"
        for e in public["events"]
    )
    assert sha256("".join(lines).encode()).hexdigest() in page(city, SERIAL).text
