"""Every scenario of the tracing semantics, over a list in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from suyuan.domain.trail import Direction, Question
from suyuan.sources.base import trace
from suyuan.sources.memory import MemorySource
from tests import scenarios

DESIGN = Path(__file__).parents[3] / "shared" / "tracing" / "scenarios.json"
CASES = [
    pytest.param(s, c, id=f"{s.name}-{c['query']}-{c['of']}-{c['args']}")
    for s in scenarios.load()
    for c in s.checks
]
DIRECTIONS = {"history": Direction.OWN, "back": Direction.UP, "forward": Direction.DOWN}


def question(check: dict[str, Any]) -> Question:
    args = check["args"]
    return Question(
        scenarios.thing(check["of"]),
        DIRECTIONS[check["query"]],
        as_of=scenarios.day(args.get("b")),
        since=scenarios.day(args.get("a")),
        known_at=scenarios.day(args.get("known_at")),
    )


@pytest.mark.parametrize(("scenario", "check"), CASES)
async def test_a_scenario_finds_exactly_the_expected_events(
    scenario: scenarios.Scenario, check: dict[str, Any]
) -> None:
    trail = await trace(MemorySource(scenario.stored), question(check))
    assert sorted({r.edge.id for r in trail.reasons.values()}) == sorted(check["expected"])


@pytest.mark.skipif(not DESIGN.exists(), reason="the design is not beside this checkout")
def test_they_are_those_of_the_design() -> None:
    assert scenarios.FILE.read_bytes() == DESIGN.read_bytes()
