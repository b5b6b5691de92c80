"""The README's story, typed as it is written, against what ``make run`` starts."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import zxingcpp
from PIL import Image

from tests.e2e.running import SUYUAN, RunningCity
from tests.web import chromium

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
LOT = "(01)09521234000044(10)RM260305"
PAGE = "/01/09521234000044/10/RM260305"
BROWSER = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"}


def blocks(section: str) -> list[str]:
    """The shell blocks below a heading or a phrase in bold, in order."""
    text = README.split(section, 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


def typed(city: RunningCity, commands: str, folder: Path | None = None, seconds: float = 60) -> str:
    """What a shell prints for commands of the README, with this city's address for the default."""
    commands = commands.replace("http://127.0.0.1:8000", city.url)
    commands = commands.replace(".venv/bin/suyuan", str(SUYUAN))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        env=city.environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def story(running: RunningCity) -> dict[str, str]:
    """The whole story told once, in the README's order; what each part printed."""
    post, chain, stop, inspect = blocks("## One event in, one chain out")
    stop_it, *asks, start_it = (line for line in stop.splitlines() if line.strip())
    told = {"post": typed(running, post), "chain": typed(running, chain)}
    told["again"] = typed(running, post)
    typed(running, stop_it)
    told["without"] = typed(running, "\n".join(asks))
    told["page without"] = httpx.get(running.url + PAGE, headers=BROWSER).text
    typed(running, start_it)
    told["healed"] = typed(running, chain)
    told["inspected"] = typed(running, inspect)
    return told


def test_the_event_is_answered_as_the_readme_shows(story: dict[str, str]) -> None:
    shown = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    assert json.loads(story["post"]) == json.loads(shown[1])
    assert json.loads(story["again"])["repeated"] == 1


def test_the_chain_crosses_three_departments_and_is_complete(story: dict[str, str]) -> None:
    chain = json.loads(story["chain"])
    assert len(chain["events"]) == 15
    assert "Fifteen events" in README
    assert {s for e in chain["events"] for s in e["subsystem"]} == {"imports", "meat", "food"}
    assert chain["complete"]
    assert chain["findings"] == []


def test_with_a_department_stopped_the_answer_says_what_is_missing(story: dict[str, str]) -> None:
    chain: dict[str, Any] = json.loads(story["without"])
    assert not chain["complete"]
    assert {s["subsystem"]: s["status"] for s in chain["sources"]}["meat"] == "down"
    assert {h["subsystem"] for h in chain["holes"]} == {"meat"}
    assert {e["certainty"] for e in chain["events"]} == {"may_be_superseded"}
    assert "did not answer" in story["page without"]


def test_the_next_question_after_the_start_is_whole_again(story: dict[str, str]) -> None:
    healed = json.loads(story["healed"])
    assert healed["complete"]
    assert len(healed["events"]) == 15


def test_an_inspector_sees_where_the_imported_lot_went(story: dict[str, str]) -> None:
    chain = json.loads(story["inspected"])
    assert chain["complete"]
    assert "https://id.gs1.org/01/09521234000044/10/RM260305" in {
        t["code"] for t in chain["things"]
    }


def test_the_qr_symbol_of_the_readme_opens_the_page(
    running: RunningCity, story: dict[str, str], tmp_path: Path
) -> None:
    assert story["post"]
    symbol = tmp_path / "symbol.png"
    symbol.write_bytes(httpx.get(f"{running.url}/v1/qr/{LOT}.png").content)
    (decoded,) = zxingcpp.read_barcodes(Image.open(symbol))
    assert decoded.text == running.url + PAGE
    page = httpx.get(decoded.text, headers=BROWSER)
    assert page.status_code == 200
    assert "Fried rice with sausage" in page.text


def test_the_page_shows_in_a_real_browser(running: RunningCity, story: dict[str, str]) -> None:
    assert story["post"]
    with chromium.site() as elsewhere:  # loopback is not proxied, everything else would be
        seen = chromium.visit(running.url + PAGE, elsewhere.port)
    assert "香肠炒饭" in seen.dom
    assert "<script" not in seen.dom
    assert seen.console == ()
    assert elsewhere.asked_by_pages() == []


def test_every_page_that_is_announced_opens(running: RunningCity) -> None:
    pages = re.findall(rf"{re.escape(running.url)}/(?:01|t)/\S+", running.said)
    assert len(set(pages)) >= 3
    for page in pages:
        assert httpx.get(page, headers=BROWSER).status_code == 200, page


def test_the_command_that_is_announced_works(running: RunningCity) -> None:
    command = re.search(r"curl '.*'", running.said)
    assert command is not None
    assert json.loads(typed(running, command[0].replace("curl", "curl -s", 1)))["complete"]
