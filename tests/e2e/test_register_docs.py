"""The commands of docs/register.md, typed as they stand there."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import httpx
import pytest

from tests.e2e.running import RunningCity
from tests.e2e.test_readme import typed

DOCS = (Path(__file__).parents[2] / "docs" / "register.md").read_text("utf-8")
REGISTER, READ = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)
PAGE = "/01/09521234000020/10/XC260301"


@pytest.fixture(scope="module")
def pages(running: RunningCity) -> tuple[str, str]:
    """The sausages' page before the new name is registered, and afterwards."""
    before = httpx.get(running.url + PAGE, headers={"Accept": "text/html"}).text
    answer = re.search(r"```json\n(.*?)```", DOCS, re.DOTALL)
    assert answer is not None
    assert json.loads(typed(running, REGISTER)) == json.loads(answer[1])
    assert json.loads(typed(running, REGISTER))["repeated"] == 1
    time.sleep(2)  # as long as a page may be kept
    return before, httpx.get(running.url + PAGE, headers={"Accept": "text/html"}).text


def test_the_page_shows_the_name_that_holds_today(pages: tuple[str, str]) -> None:
    before, after = pages
    assert "闽味香肠厂" in before
    assert "闽味食品" in after
    assert "MADEMA" not in before + after


def test_the_earlier_name_is_still_there(running: RunningCity, pages: tuple[str, str]) -> None:
    assert pages
    now, then, history = (
        json.loads(typed(running, line)) for line in READ.splitlines() if line.strip()
    )
    assert now["names"]["zh"] == "闽味食品（虚构）"
    assert (now["contact"], now["address"]) == (None, None)
    assert then["names"]["zh"] == "闽味香肠厂（虚构）"
    assert [v["valid_to"] for v in history["versions"]] == [None, "2026-01-01"]
    assert "某某" not in str(history)
