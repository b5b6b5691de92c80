"""Check digits, with biip and python-stdnum as oracles."""

import pytest
from biip.checksums import gs1_standard_check_digit
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from suyuan.domain.codes.check_digits import (
    USCC_ALPHABET,
    gmn_check_pair,
    gs1_check_digit,
    mod_11_10_check_digit,
    uscc_check_character,
)

digits = st.text("0123456789", min_size=1, max_size=25)
uscc_bodies = st.builds(
    "{}{}".format,
    st.text("0123456789", min_size=8, max_size=8),
    st.text(USCC_ALPHABET, min_size=9, max_size=9),
)


@given(digits)
def test_gs1_check_digits_of_any_length_are_those_of_biip(body: str) -> None:
    assert gs1_check_digit(body) == str(gs1_standard_check_digit(body))


@given(digits)
def test_mod_11_10_check_digits_are_those_of_stdnum(body: str) -> None:
    assert mod_11_10_check_digit(body) == mod_11_10.calc_check_digit(body)


@given(uscc_bodies)
def test_uscc_check_characters_are_those_of_stdnum(body: str) -> None:
    assert uscc_check_character(body) == uscc.calc_check_digit(body)


@pytest.mark.parametrize(
    "code",
    ["91350100M000100Y43", "91110000600037341L", "11370323004223252G"],
)
def test_published_usccs_close_with_their_check_character(code: str) -> None:
    assert uscc_check_character(code[:-1]) == code[-1]


def test_a_uscc_sum_divisible_by_31_gives_zero() -> None:
    """Copies of the algorithm that leave out the outer modulo index past the alphabet here."""
    assert uscc_check_character("0" * 17) == "0"


def test_a_model_number_closes_with_the_pair_of_the_general_specifications() -> None:
    # GS1 General Specifications, 7.9.5: the worked example.
    assert gmn_check_pair("1987654Ad4X4bL5ttr2310c") == "2K"
