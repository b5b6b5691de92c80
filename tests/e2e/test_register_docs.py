"""The commands of docs/register.md, typed as they stand there."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.running import RunningCity
from tests.e2e.test_readme import typed

DOCS = (Path(__file__).parents[2] / "docs" / "register.md").read_text("utf-8")
REGISTER, READ, *FILING, BY_FILE = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)
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


# --- One filing, from the desk to the directory ---------------------------------------------------


@pytest.fixture(scope="module")
def filing(running: RunningCity, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The story's four parts, typed one after the other; every answer by its name."""
    folder = tmp_path_factory.mktemp("filing")
    typed(running, "".join(FILING), folder)
    return {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}


def test_the_dossier_is_returned_corrected_and_approved(filing: dict[str, Any]) -> None:
    states = [filing[n]["state"] for n in ("filing", "returned", "again", "approved")]
    assert states == ["filed", "returned", "filed", "approved"]
    (reason,) = filing["returned"]["steps"][-1]["reasons"]
    assert reason["pointer"] == "/party/brands/0/trademark"
    assert filing["seen"]["dossier"]["people"][0]["name"] == "某某"


def test_the_directory_has_the_brand_and_nobody(filing: dict[str, Any]) -> None:
    (row,) = filing["directory"]["parties"]
    assert (row["state"], row["subsystem"]) == ("approved", "food")
    assert row["brands"] == [{"names": {"zh": "云岭示例", "en": None}, "trademark": "12345678"}]
    assert "某某" not in json.dumps(filing["directory"], ensure_ascii=False)


def test_the_tin_was_made_without_a_licence_while_that_is_revoked(filing: dict[str, Any]) -> None:
    def found(chain: str) -> set[str]:
        return {f["type"] for f in filing[chain]["findings"] if "licence" in f["type"]}

    assert (found("without"), found("with")) == ({"licence_revoked"}, set())


# --- Many filings at once -------------------------------------------------------------------------


def test_of_a_file_of_filings_one_is_on_file_and_one_is_told(
    running: RunningCity, tmp_path: Path
) -> None:
    printed = typed(running, BY_FILE, tmp_path)
    assert "350299" in printed
    listed = httpx.get(running.url + "/v1/directory", params={"q": "91350203MADEMA3A13"}).json()
    assert [one["state"] for one in listed["parties"]] == ["approved"]
    assert not httpx.get(running.url + "/v1/directory", params={"q": "殿前面馆"}).json()["parties"]
