"""The commands of the docs for folders that files are dropped into, typed as they stand there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx

from services.home import Home
from tests.e2e.running import RunningCity
from tests.e2e.test_readme import typed

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = (DOCS / "files.md").read_text("utf-8").split("## A folder that files are dropped", 1)[1]
DEPARTMENT = (DOCS / "federation.md").read_text("utf-8").split("In the city of `make run`", 1)[1]
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def test_a_dropped_template_is_taken_in_and_reported_on(
    running: RunningCity, tmp_path: Path
) -> None:
    said = typed(running, SHELL.findall(FOLDER)[0], tmp_path)
    assert "文件已全部入库。" in said
    assert "0 reports: 0 new, 0 known, 0 refused." in said
    assert (tmp_path / "inbox" / "done" / "template.csv").exists()


def test_what_the_department_without_a_system_drops_is_in_the_chain(running: RunningCity) -> None:
    assert watcher(running) == "watched"
    said = typed(running, SHELL.findall(DEPARTMENT)[0])
    assert "共 1 条：新增 1，已有 0，有误 0。" in said
    chain = json.loads(said[said.index("{") :])
    assert [event["subsystem"] for event in chain["events"]] == [["inputs"]]


def test_its_watcher_is_stopped_and_started_like_a_service(running: RunningCity) -> None:
    running.suyuan("stop", "inputs-drop")
    assert watcher(running) == "unwatched"
    folder = str(Home(running.home).drop_folder("inputs"))
    assert running.suyuan("start", "inputs-drop") == folder
    assert watcher(running) == "watched"
    status = running.suyuan("status")
    assert re.search(rf"^inputs-drop +running \d+ +{re.escape(folder)}$", status, re.MULTILINE)


def watcher(running: RunningCity) -> str:
    """How the folder is watched, as the gateway tells."""
    told = httpx.get(f"{running.url}/v1/subsystems").json()["subsystems"]
    (folder,) = [member["folder"] for member in told if member["adapter"] == "file"]
    state: str = folder["state"]
    return state
