"""The tracing scenarios as an ERP posts them and an inspector asks: over HTTP, whole and split."""

from __future__ import annotations

import random
from typing import Any

import pytest

from suyuan.domain.codes import Code
from suyuan.wire import epcis_json
from tests import scenarios
from tests.build import stored
from tests.city import SELLER, City
from tests.hostile import HOSTILE
from tests.rules import NAMES_BOTH, RULES, Rule

# ``known_at`` of a scenario is a day; over HTTP record time is the server's own clock.
CASES = [
    pytest.param(s, c, id=f"{s.name}-{c['query']}-{c['of']}-{c['args']}")
    for s in scenarios.load()
    for c in s.checks
    if "known_at" not in c["args"]
]
DIRECTIONS = {"history": "own", "back": "up", "forward": "down"}


def post(city: City, scenario: scenarios.Scenario, subsystems: list[str], seed: int) -> None:
    """Post each event as EPCIS to a subsystem drawn by chance."""
    chance = random.Random(seed)
    for one in chance.sample(scenario.stored, len(scenario.stored)):  # the order of arrival
        document = epcis_json.write_event(one.event)
        named = sorted(one.subsystems)
        at = chance.choice(subsystems) if not named else subsystems[ord(named[0]) % len(subsystems)]
        answer = city.client("department " + at, at=at).post("/v1/events", json=document)
        assert answer.status_code == 200, answer.text


def ask(city: City, check: dict[str, Any]) -> list[str]:
    window = {"as_of": check["args"].get("b"), "since": check["args"].get("a")}
    query = {k: scenarios.day(v).isoformat() for k, v in window.items() if v is not None}  # type: ignore[union-attr]
    query["direction"] = DIRECTIONS[check["query"]]
    code = scenarios.thing(check["of"]).key
    found = city.client("city").get(f"/v1/chains/{code}", params=query).json()
    assert found["complete"]
    return sorted({e["id"].rsplit(":", 1)[-1] for e in found["events"]})


@pytest.mark.parametrize(("scenario", "check"), CASES)
@pytest.mark.parametrize(
    "subsystems", [["meat"], ["food", "meat", "imports"]], ids=["one", "three"]
)
def test_a_scenario_over_http(
    city: City, scenario: scenarios.Scenario, check: dict[str, Any], subsystems: list[str]
) -> None:
    post(city, scenario, subsystems, seed=len(scenario.name))
    assert ask(city, check) == sorted(check["expected"])


# The EPCIS form of a code has its finest key alone.
HTTP_RULES = [r for r in (*RULES, *HOSTILE) if r.name != NAMES_BOTH]


@pytest.mark.parametrize("rule", HTTP_RULES, ids=lambda r: r.name)
@pytest.mark.parametrize(
    "subsystems", [["meat"], ["food", "meat", "imports"]], ids=["one", "three"]
)
def test_a_rule_over_http(city: City, rule: Rule, subsystems: list[str]) -> None:
    post(city, scenarios.Scenario(rule.name, tuple(map(stored, rule.events)), ()), subsystems, 7)
    window = {name: time.isoformat() for name, time in rule.question.items()}
    query = {**window, "direction": rule.direction}
    found = city.client("city").get(f"/v1/chains/{rule.code.key}", params=query).json()
    assert found["complete"]
    assert sorted(e["id"].rsplit(":", 1)[-1] for e in found["events"]) == sorted(rule.expected)
    told = {(f["type"], f["event"].rsplit(":", 1)[-1]) for f in found["findings"]}
    assert rule.findings <= told
    assert not rule.without & {kind for kind, _ in told}


def test_a_code_in_the_city_form_may_name_lot_and_serial(city: City) -> None:
    client = city.client("department meat", at="meat")
    said = {"kind": "production", "party": SELLER, "items": [{"code": "(01)06901234567892(10)L1"}]}
    tank = {**said, "id": "tank", "activity": "commission", "time": "2026-03-01T08:00:00+08:00"}
    fill = {**tank, "id": "fill", "time": "2026-03-02T08:00:00+08:00"}
    fill["items"] = [{"code": "(01)06901234567892(10)L1(21)S1"}]
    assert client.post("/v1/events", json=[tank, fill]).status_code == 200
    query = {"direction": "up"}
    chain = city.client("city").get("/v1/chains/(01)06901234567892(21)S1", params=query).json()
    assert [(e["id"], e["via"]) for e in chain["events"]] == [("tank", "lot"), ("fill", "direct")]
    assert {k["kind"] for k in chain["links"]} == {"of_lot"}


def test_scenarios_speak_of_a_party_that_may_report() -> None:
    assert isinstance(scenarios.PARTY, Code)
    assert scenarios.PARTY.short != SELLER
