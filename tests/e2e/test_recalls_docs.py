"""The commands of docs/recalls.md, typed as they stand there."""

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

DOCS = (Path(__file__).parents[2] / "docs" / "recalls.md").read_text("utf-8")
PROPOSE, LOOK, APPROVE, ACKNOWLEDGE, LIFT = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)
KEYS, _, _ = PROPOSE.partition("\n\n")
RECALL, _, _ = LOOK.partition("\n\n")
PAGE = "/01/09521234000020/10/XC260301"
BANNER = "此产品的原料或上游批次已被召回"


def told(city: RunningCity, *commands: str) -> list[Any]:
    """The JSON values that commands print, each curl one."""
    printed = typed(city, "\n".join([KEYS, *commands]))
    decoder, values, at = json.JSONDecoder(), [], 0
    while at < len(printed.rstrip()):
        value, at = decoder.raw_decode(printed, at)
        values.append(value)
        at += len(printed[at:]) - len(printed[at:].lstrip())
    return values


@pytest.fixture(scope="module")
def published(running: RunningCity) -> dict[str, Any]:
    """The recall of the page, published."""
    (begun,) = told(running, PROPOSE.partition("\n\n")[2])
    until = time.monotonic() + 30
    while begun["state"] == "scoping" and time.monotonic() < until:
        time.sleep(0.2)
        begun = told(running, LOOK)[0]
    assert begun["state"] == "previewed"
    approved, now = told(running, RECALL, APPROVE)
    assert approved["state"] == "approved"
    answer: dict[str, Any] = now
    return answer


def page(city: RunningCity) -> str:
    return httpx.get(city.url + PAGE, headers={"Accept": "text/html"}).text


def test_the_page_of_what_was_made_of_it_says_so(
    running: RunningCity, published: dict[str, Any]
) -> None:
    assert published["state"] == "published"
    assert published["holes"] == []
    assert published["things"] >= 2
    assert PAGE in DOCS
    until = time.monotonic() + 2
    while BANNER not in page(running) and time.monotonic() < until:
        time.sleep(0.1)
    assert BANNER in page(running)


def test_a_holder_has_a_notice_and_acknowledges_it(
    running: RunningCity, published: dict[str, Any]
) -> None:
    inbox, acknowledged = told(running, RECALL, ACKNOWLEDGE)
    assert inbox["notices"][0]["recall"] == published["id"]  # the newest, whatever was told before
    assert acknowledged["acknowledged_at"]


def test_a_lifted_recall_is_gone_from_the_page(
    running: RunningCity, published: dict[str, Any]
) -> None:
    assert published
    (lifted,) = told(running, RECALL, LIFT)
    assert lifted["state"] == "lifted"
    until = time.monotonic() + 3
    while BANNER in page(running) and time.monotonic() < until:
        time.sleep(0.1)
    assert BANNER not in page(running)
