"""The commands of docs/files.md for a folder, typed as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e.running import RunningCity
from tests.e2e.test_readme import typed

DOCS = (Path(__file__).parents[2] / "docs" / "files.md").read_text("utf-8")
FOLDER = DOCS.split("## A folder that files are dropped into", 1)[1]


def test_a_dropped_template_is_taken_in_and_reported_on(
    running: RunningCity, tmp_path: Path
) -> None:
    commands = re.findall(r"```sh\n(.*?)```", FOLDER, re.DOTALL)[0]
    said = typed(running, commands, tmp_path)
    assert "文件已全部入库。" in said
    assert "0 reports: 0 new, 0 known, 0 refused." in said
    assert (tmp_path / "inbox" / "done" / "template.csv").exists()
