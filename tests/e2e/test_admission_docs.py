"""The commands of docs/admission.md, typed as they stand there."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.e2e.running import RunningCity
from tests.e2e.test_readme import typed

DOCS = (Path(__file__).parents[2] / "docs" / "admission.md").read_text("utf-8")
(GATE,) = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)


def test_a_load_without_any_paper_is_red(running: RunningCity) -> None:
    printed = typed(running, GATE)
    entry, end = json.JSONDecoder().raw_decode(printed)
    assert (entry["accepted"], entry["subsystem"]) == (1, "food")
    told = json.loads(printed[end:])
    assert (told["colour"], told["complete"], told["extra"]) == ("red", True, {"admission": "red"})
    assert [reason["rule"] for reason in told["reasons"]] == ["no_certificate_no_entry", "known"]
    assert told["market"] in DOCS
    assert told["supplier"]["on_file"]
