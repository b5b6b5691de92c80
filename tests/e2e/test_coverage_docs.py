"""The commands of docs/coverage.md, typed as they stand there, and what they say of the city."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

from tests.e2e.running import RunningCity
from tests.e2e.test_readme import typed

DOCS = (Path(__file__).parents[2] / "docs" / "coverage.md").read_text("utf-8")
ASK, OWN = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)[:2]
OF_XIAMEN = ["350203", "350205", "350206", "350211", "350212", "350213"]


def asked(city: RunningCity) -> dict[str, Any]:
    """The city's answer, once all that was loaded is counted."""
    until = time.monotonic() + 60
    while True:
        found: dict[str, Any] = json.loads(typed(city, ASK))
        if not found["pending"] and not found["behind"]:
            return found
        assert time.monotonic() < until, found
        time.sleep(0.5)


def test_the_city_asks_for_its_districts(running: RunningCity) -> None:
    found = asked(running)
    assert found["complete"]
    assert [row["district"] for row in found["rows"]] == OF_XIAMEN
    told = re.search(r"```json\n(.*?)```", DOCS, re.DOTALL)
    assert told is not None
    row = json.loads(told[1])
    assert row.keys() == found["rows"][0].keys()
    assert row["shares"].keys() == found["rows"][0]["shares"].keys()


def test_figures_of_the_city_are_plausible(running: RunningCity) -> None:
    for row in asked(running)["rows"]:
        assert 0 < row["active"] <= row["filed"]
        assert row["filed"] % 28 == 0  # the same enterprises on each day of the month
        assert row["in_time"] == 0  # reported when the city was loaded, months later
        assert row["complete"] <= row["checked"] <= row["reports"]
        assert row["broken"] < row["links"] * 0.02  # faults are planted, and few
        assert 0 < row["evidenced"] <= row["reports"]


def test_a_department_asks_for_its_own(running: RunningCity) -> None:
    printed = typed(running, OWN)
    months, end = json.JSONDecoder().raw_decode(printed)
    assert [row["from"] for row in months["rows"]] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert [s["subsystem"] for s in months["sources"]] == ["food"]
    sheet = printed[end:].strip().splitlines()
    assert len(sheet) == 1 + 28
