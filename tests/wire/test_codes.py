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
