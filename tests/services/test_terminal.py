from __future__ import annotations

import re

import pytest
import zxingcpp
from PIL import Image

from services import terminal as module
from services.terminal import Terminal, language
from suyuan.domain.errors import Refused, Unavailable

URL = "http://127.0.0.1:8000/01/09521234000020/10/XC260301"


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "", "LC_ALL": ""}, "en"),
    ],
)
def test_the_language_is_the_terminals(environment: dict[str, str], expected: str) -> None:
    assert language(environment) == expected


def test_an_error_of_the_operators_is_said_in_full() -> None:
    path = "/a/very/long/folder" * 10
    said = Terminal().refusal(Unavailable("home_not_writable", path=path, reason="full"))
    assert said.startswith(f"The folder {path} cannot be written to (full);")


def test_an_error_is_said_in_chinese_where_that_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    known = ["food", "meat"]
    said = Terminal().refusal(Refused("service_unknown", name="x", known=known))
    assert said == "没有名为“x”的服务；现有：food, meat。"


def test_any_other_error_has_its_sentence_too() -> None:
    assert Terminal().refusal(Refused("key_malformed")) == "A key is sk_ and 43 characters."


@pytest.mark.parametrize("code", module._PROGRESS)
def test_progress_is_told_in_both_languages(code: str) -> None:
    chinese, english = module._PROGRESS[code]
    words = re.sub(r"\{.*?\}", "", chinese)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in words) or not words.strip(" :：")
    assert english.isprintable()


def test_steps_are_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    with terminal.working():
        terminal.step("postgres_recovering", seconds=5)
    assert capsys.readouterr().out == "PostgreSQL is recovering, 5 s so far …\n"


def test_a_line_is_never_wrapped_nor_read_as_markup(capsys: pytest.CaptureFixture[str]) -> None:
    line = "[bold]" + "x" * 500
    Terminal().line(line)
    assert capsys.readouterr().out == line + "\n"


def test_the_qr_symbol_in_the_terminal_is_read_by_a_scanner(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Terminal().qr(URL)
    (decoded,) = zxingcpp.read_barcodes(photographed(capsys.readouterr().out))
    assert decoded.text == URL


def photographed(printed: str) -> Image.Image:
    """Light half-blocks on a dark terminal, as a picture."""
    rows = printed.rstrip("\n").split("\n")
    picture = Image.new("L", (len(rows[0]), 2 * len(rows)), 0)
    for y, row in enumerate(rows):
        for x, block in enumerate(row):
            picture.putpixel((x, 2 * y), 255 if block in "█▀" else 0)
            picture.putpixel((x, 2 * y + 1), 255 if block in "█▄" else 0)
    return picture.resize((8 * picture.width, 8 * picture.height), Image.Resampling.NEAREST)
