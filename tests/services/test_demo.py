"""The demonstration is right by the rules of others, and tells what it is meant to tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from biip.checksums import gs1_standard_check_digit
from stdnum.cn import uscc

from services import demo
from services.key_ring import IssuedKey, KeyRing
from suyuan.domain.errors import Unavailable
from suyuan.domain.events import Event
from suyuan.storage.keys import new_key
from suyuan.wire.city import read_event
from tests.city import SUBSYSTEMS, City

ENTERPRISES = demo.enterprises()


def events() -> Iterator[Event]:
    for enterprise in ENTERPRISES:
        for index, report in enumerate(enterprise.reports):
            party = enterprise.caller.party
            event, faults = read_event(report, index=index, reporter=party, now=datetime.now(UTC))
            assert faults == []
            assert event is not None
            yield event


@pytest.mark.parametrize("enterprise", ENTERPRISES, ids=lambda each: each.name)
def test_an_enterprise_is_fictitious_and_has_a_valid_code(enterprise: demo.Enterprise) -> None:
    assert uscc.is_valid(enterprise.uscc)
    assert enterprise.uscc[2:6] == "3502"  # Xiamen
    assert enterprise.uscc[8:].startswith("MADEMA")  # no organisation has this code
    assert "虚构" in enterprise.name
    assert "fictitious" in enterprise.name
    assert enterprise.home in SUBSYSTEMS


def test_every_gs1_code_is_an_example_with_a_right_check_digit() -> None:
    found = set()
    for event in events():
        keys = [item.code.key for item in event.things()]
        keys += [place.key for place in (event.place,) if place is not None]
        for key in keys:
            if key.startswith("https://id.gs1.org/"):
                found.add(key.split("/")[4])
    assert len(found) >= 9
    for digits in found:
        assert digits.lstrip("0").startswith("952")  # GS1's prefix for examples
        assert str(gs1_standard_check_digit(digits[:-1])) == digits[-1]


def test_one_chain_crosses_all_three_departments() -> None:
    homes = {
        enterprise.home
        for enterprise in ENTERPRISES
        for report in enterprise.reports
        if report["id"].startswith("demo-A")
    }
    assert homes == set(SUBSYSTEMS)


def test_it_happened_early_in_2026_in_the_order_it_is_told() -> None:
    for enterprise in ENTERPRISES:
        for chain in "ABC":
            times = [
                datetime.fromisoformat(report["time"])
                for report in enterprise.reports
                if report["id"].startswith(f"demo-{chain}")
            ]
            assert times == sorted(times)
            assert all(time.year == 2026 and time.month <= 3 for time in times)


def test_it_is_loaded_once_and_its_pages_open(city: City) -> None:
    keys = {enterprise.uscc: new_key() for enterprise in ENTERPRISES}
    issued = [IssuedKey(keys[each.uscc], each.caller, each.name) for each in ENTERPRISES]
    city.run(KeyRing(city.server_url, SUBSYSTEMS).ensure(issued))
    total = sum(len(enterprise.reports) for enterprise in ENTERPRISES)
    assert demo.load(city.url, keys) == demo.DemoReport(accepted=total, repeated=0)
    assert demo.load(city.url, keys) == demo.DemoReport(accepted=0, repeated=total)
    client = city.client()
    for page in demo.pages():
        chain = client.get(f"/v1/chains/{page.code}").json()
        assert chain["complete"]
        assert client.get(page.path).status_code == 200
        assert all(entry["name"] for entry in (*chain["parties"], *chain["places"]))
    for language, name in (("zh", "闽味香肠厂"), ("en", "Minwei Sausages")):
        shown = client.get(demo.pages()[0].path, headers={"Accept-Language": language}).text
        assert name in shown
        assert "MADEMA" not in shown


def test_a_report_that_is_refused_is_told(city: City) -> None:
    with pytest.raises(Unavailable) as refused:
        demo.load(city.url, {enterprise.uscc: "sk_" + "A" * 43 for enterprise in ENTERPRISES})
    assert refused.value.code == "demonstration_refused"
    assert refused.value.params["status"] == 401


def test_a_gateway_that_does_not_answer_is_told() -> None:
    with pytest.raises(Unavailable, match="demonstration_refused"):
        demo.load("http://127.0.0.1:1", {enterprise.uscc: "" for enterprise in ENTERPRISES})


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"rejected": [{"detail": "The lot is wrong."}]}', "The lot is wrong"),
        (b'{"title": "No", "detail": "Not you."}', "Not you"),
        (b"<html>", "Bad Gateway"),
    ],
)
def test_what_is_wrong_is_told_in_the_gateways_words(body: bytes, told: str) -> None:
    assert demo._first_fault(httpx.Response(502, content=body)) == told
