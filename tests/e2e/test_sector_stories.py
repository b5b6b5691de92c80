"""The stories of docs/sectors, typed as they stand there: file, report, scan, inspect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import RunningCity
from tests.e2e.stories import FOLDER, SECTORS, Told, activities, findings, tell


@pytest.fixture
def told(request: pytest.FixtureRequest, running: RunningCity, tmp_path: Path) -> Told:
    """The story of the test's own name."""
    story = tell(running, request.node.name.removeprefix("test_"), tmp_path)
    filed, approved = story.values["File"]
    assert (filed["state"], approved["state"]) == ("filed", "approved")
    return story


def test_every_sector_has_its_story() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == sorted(SECTORS)


def stored(told: Told, *counts: int) -> list[dict[str, Any]]:
    """The answers to reports, of which nothing was refused and so many were stored."""
    answers = [value for value in told.values["Report"] if "accepted" in value]
    assert [answer["accepted"] for answer in answers] == list(counts)
    assert not any(answer["rejected"] for answer in answers)
    return answers


def test_food(told: Told) -> None:
    stored(told, 4)
    _, listed, confirmed, disputed = told.values["Report"]
    assert [one["state"] for one in listed["confirmations"]] == ["open", "open"]
    assert (confirmed["state"], disputed["state"]) == ("confirmed", "disputed")
    (page,) = told.values["Scan"]
    assert activities(page) == ["process", "release", "sale", "sale", "entry"]
    assert "Two cases are missing" not in told.text["Scan"]
    disputes, chain = told.values["Inspect"]
    assert "少了两箱" in disputes["confirmations"][0]["dispute"]["reason"]
    assert chain["events"][2]["to"]["party"] == "91350203MADEMB0123"


def test_drugs(told: Told) -> None:
    stored(told, 4, 4, 1)
    (opened,) = told.values["Scan"]
    assert activities(opened).count("dispense") == 2
    assert "sold_twice" not in findings(opened)
    again, destinations = told.values["Inspect"]
    assert "sold_twice" in findings(again)
    where = {d["district"]: (d["units"], d["at"], d["ended"]) for d in destinations["districts"]}
    assert where == {"350206": (1, 1, 0), "350203": (2, 1, 1), "350212": (1, 0, 1)}
    assert destinations["products"] == [{"product": "8350231", "units": 4}]


def test_liquor(told: Told) -> None:
    stored(told, 3, 3)
    (bottle,) = told.values["Scan"]
    assert activities(bottle) == ["commission", "pack", "sale", "entry", "unpack", "sale"]
    tried, chain = told.values["Inspect"]
    assert [one["rule"] for one in tried["advice"]] == ["document.liquor_slip"]
    assert chain["events"][2]["documents"][0]["number"] == "350000012345"


def test_produce(told: Told) -> None:
    stored(told, 5, 1)
    (crate,) = told.values["Scan"]
    assert activities(crate).count("harvest") == 2
    up, down = told.values["Inspect"]
    assert {d["type"] for d in up["documents"]} == {"test_report", "commitment_certificate"}
    assert activities(down) == ["harvest", "test", "process", "sale", "entry"]


def test_inputs(told: Told) -> None:
    *_, outlet, other = stored(told, 3, 1, 2, 2)
    assert [(a["index"], a["rule"]) for a in outlet["advice"]] == [(1, "real_name")]
    assert [(a["index"], a["rule"]) for a in other["advice"]] == [(1, "designated_outlet")]
    code, bottle = told.values["Scan"]
    assert code["candidates"][0]["parts"]["registration"] == "092927"
    assert activities(bottle) == ["commission", "sale", "receive", "sale"]
    outlets, unnamed, undesignated, opened, log = told.values["Inspect"]
    listed = [one["id"] for one in outlets["parties"]]
    assert "91350211MADEMB052R" in listed
    assert "91350211MADEMB0540" not in listed
    for chain, rule in ((unnamed, "real_name"), (undesignated, "designated_outlet")):
        (breach,) = (f for f in chain["findings"] if f["type"] == "profile_breach")
        assert rule in breach["detail"]
    assert "示例农户" not in told.text["Report"] + told.text["Scan"]
    assert opened["purchaser"]["name"] == "示例农户"
    assert log["openings"][-1]["reason"] == "案件 17 Case 17"


def test_imports(told: Told) -> None:
    stored(told, 4, 1)
    (page,) = told.values["Scan"]
    assert page["product"]["origin"] == "法国 France"
    numbers = {document["number"] for document in page["documents"]}
    assert numbers == {"370120261000012345", "126000004567"}
    chain, code = told.values["Inspect"]
    assert {s for e in chain["events"] for s in e["subsystem"]} >= {"imports", "food"}
    assert code["candidates"][0]["parts"]["customs"] == "3701"


def test_meat(told: Told) -> None:
    (gate,) = stored(told, 1)
    assert {one["rule"] for one in gate["advice"]} == {"admission", "no_certificate_no_entry"}
    green, red, yellow = (one for one in told.values["Report"] if "colour" in one)
    assert (green["colour"], green["reasons"], green["complete"]) == ("green", [], True)
    assert green["supplier"]["on_file"]
    assert (red["colour"], red["reasons"][0]["rule"]) == ("red", "no_certificate_no_entry")
    assert (yellow["colour"], yellow["complete"]) == ("yellow", True)
    assert [one["rule"] for one in yellow["reasons"]] == ["known", "supplier"]
    assert "mismatched tag" in told.text["Report"]
    assert "35020360300070000092" in told.text["Report"]
    (slip,) = told.values["Scan"]
    assert activities(slip) == ["entry", "split", "sale", "receive", "sale", "split"]
    chain, entry = told.values["Inspect"]
    links = [event["extra"]["linked_by"] for event in chain["events"]]
    assert links == ["certificate", "certificate", "batch", "ticket", "ticket", "ticket"]
    assert {"asserted", "profile_breach"} <= findings(entry)


def test_enterprise(told: Told) -> None:
    tried, kept = stored(told, 1, 4)
    rules = ["control_point.core_temperature"]
    assert [one["rule"] for one in tried["advice"]] == rules
    assert [one["rule"] for one in kept["advice"]] == rules
    assert "core_temperature" not in told.text["Scan"]
    chain, catalogue = told.values["Inspect"]
    assert findings(chain) == {"profile_breach"}
    assert catalogue["id"] == "enterprise"
