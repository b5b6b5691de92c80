"""The commands of docs/code-service.md, typed as they stand there."""

from __future__ import annotations

import json
import re
import time
from io import BytesIO
from pathlib import Path

import httpx
import pypdfium2
import pytest
import zxingcpp

from tests.e2e.running import RunningCity
from tests.e2e.test_readme import typed

DOCS = (Path(__file__).parents[2] / "docs" / "code-service.md").read_text("utf-8")
ORDER, RANGE, LABELS, NOTICE, STATUS = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)
KEY, _, _ = ORDER.partition("\n\n")


@pytest.fixture(scope="module")
def given(running: RunningCity) -> dict[str, str]:
    """The range that the page asks for."""
    product, answer = typed(running, ORDER).replace("}{", "}\n{").splitlines()
    assert json.loads(product)["id"].endswith("09521234000105")
    told: dict[str, str] = json.loads(answer)
    return told


def test_the_codes_that_were_asked_for_can_be_downloaded(
    running: RunningCity, given: dict[str, str]
) -> None:
    key = typed(running, f"{KEY}\necho $KEY").strip()
    answer = httpx.get(running.url + given["codes"], headers={"Authorization": f"Bearer {key}"})
    assert answer.text.count("\n") == 1_001
    assert f"{running.url}/01/09521234000105/21/" in answer.text


def test_the_sheets_of_labels_are_read_back(running: RunningCity, given: dict[str, str]) -> None:
    assert given
    key = typed(running, f"{KEY}\necho $KEY").strip()
    headers = {"Authorization": f"Bearer {key}"}
    job = json.loads(typed(running, f"{KEY}\n{RANGE}\n{LABELS}"))
    until = time.monotonic() + 60
    while job["state"] in ("waiting", "running") and time.monotonic() < until:
        time.sleep(0.1)
        job = httpx.get(f"{running.url}/v1/jobs/{job['id']}", headers=headers).json()
    assert job["state"] == "done"
    sheets = httpx.get(running.url + job["result"], headers=headers).content
    pictures = [page.render(scale=4).to_pil() for page in pypdfium2.PdfDocument(BytesIO(sheets))]
    assert [len(zxingcpp.read_barcodes(picture)) for picture in pictures] == [21, 21]


def test_a_code_that_was_told_void_is_void(running: RunningCity, given: dict[str, str]) -> None:
    assert given
    told = typed(running, f"{KEY}\n{RANGE}\n{NOTICE}\n{STATUS}")
    status = json.loads(told.replace("}{", "}\n{").splitlines()[-1])
    assert (status["verdict"], status["subsystem"], status["silent"]) == ("void", "food", [])
