"""The answer of ``GET /v1/codes/{text}``."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.codes import NAMES
from suyuan.wire.codes import explain


def test_an_ambiguous_text_has_one_key_and_every_candidate() -> None:
    answer = explain("86904879000126")
    key = "https://id.gs1.org/01/86904879000126"
    assert answer["text"] == "86904879000126"
    assert answer["canonical"] == key
    assert [candidate["scheme"] for candidate in answer["candidates"]] == [
        "gtin",
        "drug_standard_code",
    ]
    assert answer["candidates"][0] == {
        "scheme": "gtin",
        "code": key,
        "name": {"zh": NAMES["gtin"][0], "en": NAMES["gtin"][1]},
        "parts": {"gtin": "86904879000126", "check_digit": "6"},
        "valid": True,
        "problem": None,
    }


def test_one_text_has_one_key_in_every_candidate() -> None:
    keys = {candidate["code"] for candidate in explain("86904879000126")["candidates"]}
    assert keys == {"https://id.gs1.org/01/86904879000126"}


def test_a_wrong_check_digit_is_told_with_the_right_one() -> None:
    answer = explain("(01)06901234567893")
    assert answer["canonical"] is None
    [candidate] = answer["candidates"]
    assert candidate["valid"] is False
    assert candidate["problem"] == {"code": "check_digit", "expected": "2"}


@pytest.mark.parametrize(
    ("text", "code", "zh", "en"),
    [
        ("(01)06901234567893", "check_digit", "校验位应为 2", "should be 2"),
        ("A" * 600, "code_too_long", "上限为 512", "the limit is 512"),
        ("a\nb", "code_characters", "U+000A", "U+000A"),
        ("", "code_empty", "编码为空", "empty"),
    ],
)
def test_what_is_refused_is_explained_in_both_languages(
    text: str, code: str, zh: str, en: str
) -> None:
    problem = explain(text)["problem"]
    assert problem["code"] == code
    assert zh in problem["detail"]["zh"]
    assert en in problem["detail"]["en"]


@pytest.mark.parametrize("text", ["6901234567892", "hello", "urn:uuid:1"])
def test_what_is_not_refused_has_no_problem(text: str) -> None:
    assert explain(text)["problem"] is None


def test_a_lot_that_is_too_long_is_told_by_its_part() -> None:
    [candidate] = explain("(01)06901234567892(10)" + "A" * 21)["candidates"]
    assert candidate["problem"] == {"code": "code_malformed", "part": "10", "form": "X..20"}


@pytest.mark.parametrize("text", ["hello", "", "\x00", "A" * 600, "\ud800"])
def test_what_fits_nothing_has_neither_key_nor_candidates(text: str) -> None:
    answer = explain(text)
    assert (answer["canonical"], answer["candidates"]) == (None, [])


def test_any_other_uri_is_its_own_key() -> None:
    assert explain("urn:uuid:1")["canonical"] == "urn:uuid:1"


@given(st.text(max_size=40))
def test_any_text_has_an_answer_that_is_json(text: str) -> None:
    answer = explain(text)
    assert json.loads(json.dumps(answer, ensure_ascii=False).encode()) == answer
