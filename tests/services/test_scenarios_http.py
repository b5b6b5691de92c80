"""The tracing scenarios as an ERP posts them and an inspector asks: over HTTP, whole and split."""

from __future__ import annotations

import random
from typing import Any

import pytest

from suyuan.domain.codes import Code
from suyuan.wire import epcis_json
from tests import scenarios
from tests.city import SELLER, City

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
    for stored in scenario.stored:
        document = epcis_json.write_event(stored.event)
        named = sorted(stored.subsystems)
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


def test_scenarios_speak_of_a_party_that_may_report() -> None:
    assert isinstance(scenarios.PARTY, Code)
    assert scenarios.PARTY.short != SELLER
