"""The commands of docs/certificates.md, typed as they stand there."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.e2e.running import RunningCity
from tests.e2e.test_readme import typed

DOCS = (Path(__file__).parents[2] / "docs" / "certificates.md").read_text("utf-8")
ENTER, READ = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)


def test_a_certificate_is_entered_and_shown(running: RunningCity) -> None:
    told = json.loads(typed(running, ENTER))
    assert told["status"] == "valid"
    assert told["source"] == "food"
    again = json.loads(typed(running, ENTER))
    assert (again["code"], again["id"]) == ("certificate_known", told["id"])
    printed = typed(running, READ)
    listed, end = json.JSONDecoder().raw_decode(printed)
    assert [one["id"] for one in listed["certificates"]] == [told["id"]]
    entry = json.loads(printed[end:])
    assert [one["number"] for one in entry["certificates"]] == ["TRC-2026-0001"]
