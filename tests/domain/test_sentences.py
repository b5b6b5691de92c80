"""Every machine code can be said, in both languages, whatever its params hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain import errors
from suyuan.domain.operator_sentences import OPERATOR_SENTENCES
from suyuan.domain.register_sentences import REGISTER_SENTENCES
from suyuan.domain.report_sentences import REPORT_SENTENCES
from suyuan.domain.sentences import SENTENCES, sentence
from suyuan.domain.tracing_sentences import TRACING_SENTENCES

ROOT = Path(__file__).parents[2]
ERRORS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.SuyuanError)
}
RAISING = {*ERRORS, "Fault", "fault"}


def raised_codes(source: str) -> Iterator[str]:
    """The literal codes that a module gives to errors, to faults and to the problems of codes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args and _called(node) in RAISING:
            yield from _literals(node.args[0])
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "code":
                    yield from _literals(value)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_literals(node.body), *_literals(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def modules() -> list[Path]:
    return [*(ROOT / "suyuan").rglob("*.py"), *(ROOT / "services").rglob("*.py")]


def test_the_search_finds_codes_in_every_way_they_are_raised() -> None:
    source = """
raise Conflict("a")
reading.fault("b" if x else "c", "/d")
problem = {"code": "e", "expected": f}
"""
    assert set(raised_codes(source)) == {"a", "b", "c", "e"}


def test_every_code_that_is_raised_has_a_sentence() -> None:
    raised = {
        code: path.relative_to(ROOT).as_posix()
        for path in modules()
        for code in raised_codes(path.read_text())
    }
    assert "time_no_offset" in raised
    assert {code: path for code, path in raised.items() if code not in SENTENCES} == {}


def test_no_code_has_two_sentences() -> None:
    parts = (OPERATOR_SENTENCES, REGISTER_SENTENCES, REPORT_SENTENCES, TRACING_SENTENCES)
    known = [code for part in parts for code in part]
    assert len(known) == len(set(known))
    assert all(SENTENCES[code] == part[code] for part in parts for code in part)


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_class_has_a_sentence(name: str) -> None:
    assert ERRORS[name].code in SENTENCES


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_whole_in_both_languages(code: str) -> None:
    chinese, english = SENTENCES[code]
    assert _placeholders(chinese) == _placeholders(english)
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    assert chinese[-1] in "。；？！"
    assert english[0].isupper() or english[0] in '"{'
    assert english[-1] in ".?!"


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_a_sentence_is_filled_from_its_params() -> None:
    params = {"value": "25 kg"}
    assert sentence("unit_malformed", params, "en").startswith('"25 kg" is not a unit')
    assert sentence("unit_malformed", params, "zh").startswith("“25 kg”不是计量单位")


def test_an_unknown_code_is_named_and_a_missing_value_is_an_ellipsis() -> None:
    assert "no_such_code" in sentence("no_such_code", {}, "en")
    assert "…" in sentence("time_malformed", {}, "zh")


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"tag": "x", "closest": "y"}, "该记录没有标签 <x>，最接近的是 <y>。"),
        ({"tag": "x", "closest": "", "allowed": ["a", "b"]}, "该记录没有标签 <x>，可用：a, b。"),
        ({"tag": "[{closest}]"}, "该记录没有标签 <[{closest}]>。"),
    ],
)
def test_a_clause_is_said_where_its_value_is_known(params: dict[str, Any], said: str) -> None:
    assert sentence("ministry_tag_unknown", params, "zh") == said


def test_a_hostile_value_is_not_echoed_at_length_nor_with_its_control_characters() -> None:
    said = sentence("time_malformed", {"value": "x\x1b[31m" + "y" * 10_000}, "en")
    assert len(said) < 200
    assert "\x1b" not in said


def test_a_list_of_words_is_said_in_full() -> None:
    said = sentence("unknown_word", {"value": "x", "allowed": ("food", "drugs")}, "en")
    assert "food, drugs" in said


VALUES = st.one_of(
    st.text(),
    st.integers(),
    st.just(10**5_000),
    st.decimals(),
    st.none(),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
)


@given(st.sampled_from([*SENTENCES, "unknown"]), st.dictionaries(st.text(), VALUES), st.text())
def test_a_sentence_is_always_said(code: str, params: dict[str, Any], language: str) -> None:
    assert sentence(code, params, language)


@given(VALUES)
def test_any_value_can_be_said(value: Any) -> None:
    assert sentence("unknown_word", {"value": value, "allowed": [value, Decimal(1)]}, "zh")
