"""``suyuan demo``, walked by a newcomer through a running city, over and over."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import zxingcpp
from PIL import Image

from services.demonstration.faults import faults
from tests.e2e.running import SUYUAN, RunningCity

SECONDS = 90
STEP = re.compile(r"^\d\. ", re.MULTILINE)


def toured(city: RunningCity, *, language: str = "C.UTF-8") -> str:
    environment = {**city.environment, "LC_ALL": language}
    done = subprocess.run(
        [SUYUAN, "demo", "--yes"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def typed(city: RunningCity, command: str) -> Any:
    """What a shown command answers, typed as it stands."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        env=city.environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def told(running: RunningCity) -> str:
    return toured(running)


def part(told: str, number: int) -> str:
    """What was said at one stop."""
    return STEP.split(told)[number]


def test_the_event_is_stored_by_the_very_command_that_is_shown(
    running: RunningCity, told: str
) -> None:
    command = re.search(r"curl .*?\n]'\n", part(told, 1), re.DOTALL)
    assert command is not None
    assert typed(running, command[0])["repeated"] == 2


def test_the_chain_is_a_time_line_over_two_departments(running: RunningCity, told: str) -> None:
    shown = part(told, 2)
    dates = re.findall(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", shown)
    assert dates == sorted(dates)
    assert len(dates) == 4
    assert "4 steps, kept by food, produce; all 7 subsystems answered" in shown
    assert "Xilin Family Farm" in shown
    assert "Harvested" in shown
    command = re.search(r"curl .*", shown)
    assert command is not None
    assert len(typed(running, command[0])["events"]) == 4


def test_the_symbol_on_the_terminal_opens_the_page(told: str, tmp_path: Path) -> None:
    shown = part(told, 3)
    (address,) = re.findall(r"^  (http\S+)$", shown, re.MULTILINE)
    lines = [line for line in shown.splitlines() if re.fullmatch("[█▀▄ \\xa0]{20,}", line)]
    (decoded,) = zxingcpp.read_barcodes(drawn(lines))
    assert decoded.text == address
    page = httpx.get(address, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert page.status_code == 200
    assert "Fried rice with greens" in page.text


def drawn(lines: list[str]) -> Image.Image:
    """Half blocks as a picture: what is a character on a dark screen is light."""
    scale = 8
    picture = Image.new("L", (max(map(len, lines)), 2 * len(lines)), 255)
    for y, line in enumerate(lines):
        for x, mark in enumerate(line.ljust(picture.width, "█")):
            picture.putpixel((x, 2 * y), 255 if mark in "█▀" else 0)
            picture.putpixel((x, 2 * y + 1), 255 if mark in "█▄" else 0)
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)


def test_a_planted_fault_is_found_and_the_others_are_listed(
    running: RunningCity, told: str
) -> None:
    shown = part(told, 4)
    assert "mass_gain: " in shown
    assert "30 KGM more came out than went in" in shown
    command = re.search(r"curl .*", shown)
    assert command is not None
    chain = typed(running, command[0])
    assert [finding["type"] for finding in chain["findings"]] == ["mass_gain"]
    assert all(fault.code in shown for fault in faults().values())


def test_the_links_at_the_end_open(running: RunningCity, told: str) -> None:
    links = re.findall(r"^  (http\S+)  ", told.split("Open next:")[1], re.MULTILINE)
    assert len(links) >= 11
    for link in links:
        answer = httpx.get(link, headers={"Accept": "text/html,*/*;q=0.8"}, timeout=SECONDS)
        assert answer.status_code == 200, link


def test_it_may_be_walked_again_in_chinese(running: RunningCity, told: str) -> None:
    again = toured(running, language="zh_CN.UTF-8")
    assert "产出比投入多 30 KGM" in again
    assert "全部应答，没有缺口" in again
    assert len(STEP.findall(again)) == len(STEP.findall(told)) == 4


def test_with_a_department_stopped_it_says_who_is_silent(running: RunningCity) -> None:
    running.suyuan("stop", "inputs")
    try:
        assert "not answered: inputs" in toured(running)
    finally:
        running.suyuan("start", "inputs")


def test_on_a_terminal_it_waits_for_enter(running: RunningCity) -> None:
    """A person at a pseudo-terminal, who presses Enter at each stop."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [SUYUAN, "demo"],
        env={**running.environment, "LC_ALL": "C.UTF-8"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = ""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            heard = os.read(ours, 65536).decode(errors="replace")
        except OSError:  # the other side has ended
            break
        said += heard
        if "Press Enter" in heard:
            os.write(ours, b"\n")
    os.close(ours)
    assert process.wait(SECONDS) == 0
    assert said.count("Press Enter") == 3
    assert "Open next:" in said
