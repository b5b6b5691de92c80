"""``suyuan demo``, walked by a newcomer through a running city, over and over."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import zxingcpp
from PIL import Image

from services.demonstration.fault_table import faults
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


def test_a_recall_goes_from_the_request_to_the_page_and_the_inbox(
    running: RunningCity, told: str
) -> None:
    shown = part(told, 4)
    things = re.findall(r"^  • (\S+)$", shown, re.MULTILINE)
    assert len(things) == 2
    assert "2 lots." in shown
    assert re.search(r"is told: .*Xilin Family Farm", shown)
    assert re.search(r'After \d\.\d s the page of the rice says "An ingredient or source', shown)
    assert re.findall(r"^  (http\S+)$", shown, re.MULTILINE) == re.findall(
        r"^  (http\S+)$", part(told, 3), re.MULTILINE
    )
    assert "✉ Too much of a pesticide was found: " in shown


def test_a_lifted_recall_is_gone_and_no_page_tells_of_it(running: RunningCity, told: str) -> None:
    shown = part(told, 5)
    assert re.search(r"After \d\.\d s the page says so no more", shown)
    assert in_force(running) == []
    states = {recall["state"] for recall in recalls(running)}
    assert states == {"lifted"}


def test_the_commands_of_the_recall_do_what_is_shown(running: RunningCity, told: str) -> None:
    propose = re.search(r"curl .*?\n}'\n", part(told, 4), re.DOTALL)
    assert propose is not None
    proposed = typed(running, propose[0])
    while proposed["state"] == "scoping":
        time.sleep(0.2)
        (proposed,) = (r for r in recalls(running) if r["id"] == proposed["id"])
    shown = re.search(r"/v1/recalls/([0-9a-f-]{36})/approve", told)
    assert shown is not None
    taken = [
        *re.findall(r"curl .*/(?:approve|publish)'? -H .*", part(told, 4)),
        re.findall(r"curl .*?\n}'\n", part(told, 5), re.DOTALL)[0],
    ]
    states = [typed(running, one.replace(shown[1], proposed["id"]))["state"] for one in taken]
    assert states == ["approved", "published", "lifted"]


def recalls(city: RunningCity) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {city.suyuan('key', 'demo', 'city')}"}
    told: list[dict[str, Any]] = httpx.get(f"{city.url}/v1/recalls", headers=headers).json()[
        "recalls"
    ]
    return told


def in_force(city: RunningCity) -> list[dict[str, Any]]:
    """The recalls that shoppers are told of, once what was known a second ago is not any more."""
    time.sleep(1.1)
    told: list[dict[str, Any]] = httpx.get(f"{city.url}/v1/recalls/in-force").json()["recalls"]
    return told


def test_a_planted_fault_is_found_and_the_others_are_listed(
    running: RunningCity, told: str
) -> None:
    shown = part(told, 6)
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
    assert len(STEP.findall(again)) == len(STEP.findall(told)) == 6


def test_with_a_department_stopped_it_says_who_is_silent(running: RunningCity) -> None:
    running.suyuan("stop", "inputs")
    try:
        told = toured(running)
        assert "not answered: inputs" in told
        assert "⚠ inputs did not answer" in part(told, 4)
        assert "the page of the rice says" in part(told, 4)
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
    assert said.count("Press Enter") == 5
    assert "Open next:" in said


def test_a_walk_that_is_left_takes_its_recall_back(running: RunningCity) -> None:
    """Ctrl-C while the page has the banner."""
    before = len(recalls(running))
    process = subprocess.Popen(
        [SUYUAN, "demo"],
        env={**running.environment, "LC_ALL": "C.UTF-8"},
        stdin=(ends := pty.openpty())[1],
        stdout=ends[1],
        stderr=ends[1],
    )
    said = ""
    while said.count("Press Enter") < 4:
        heard = os.read(ends[0], 65536).decode(errors="replace")
        said += heard
        if "Press Enter" in heard and said.count("Press Enter") < 4:
            os.write(ends[0], b"\n")
    assert len(in_force(running)) == 1
    process.send_signal(signal.SIGINT)
    process.wait(SECONDS)
    for end in ends:
        os.close(end)
    assert [r["state"] for r in recalls(running)[: len(recalls(running)) - before]] == ["lifted"]
