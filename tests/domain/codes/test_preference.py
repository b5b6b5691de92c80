"""A sector's order of readings: it orders, and changes nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.codes import NAMES, Candidate, candidates, recognise
from suyuan.domain.codes.preference import preferred
from suyuan.domain.errors import CodeError

DRUG_OR_MEAT = "83857930000879766660"
DIGITS = st.sampled_from([8, 12, 13, 14, 16, 17, 18, 20, 24, 32]).flatmap(
    lambda length: st.text("0123456789", min_size=length, max_size=length)
)
TEXTS = DIGITS | st.sampled_from(
    [
        "86904879000126",
        DRUG_OR_MEAT,
        "6901234567893",
        "(01)06901234567892(10)L1",
        "SC10744030704994",
    ]
)
ORDERS = st.lists(st.sampled_from(sorted(NAMES)), unique=True)


@pytest.mark.parametrize(
    ("schemes", "first"),
    [
        (("drug_code", "gtin"), "drug_code"),
        (("meat_trace", "meat_batch"), "meat_trace"),
        ((), "drug_code"),
    ],
)
def test_twenty_digits_are_what_the_sector_says_first(schemes: tuple[str, ...], first: str) -> None:
    found = preferred(candidates(DRUG_OR_MEAT), schemes)
    assert found[0].scheme == first
    assert {one.scheme for one in found} == {"drug_code", "meat_trace"}


def test_a_reading_with_a_wrong_check_digit_is_never_put_first() -> None:
    told = candidates("6901234567893")  # thirteen digits: no GTIN, and perhaps a merchant
    assert [one.scheme for one in told if not one.valid] == ["gtin"]
    assert preferred(told, ("gtin",)) == told


@given(TEXTS, ORDERS)
def test_an_order_loses_adds_and_changes_no_reading(text: str, schemes: list[str]) -> None:
    told = candidates(text)
    found = preferred(told, schemes)
    assert sorted(map(id, found)) == sorted(map(id, told))
    named = [one for one in told if one.valid and one.scheme in schemes]
    assert set(map(id, found[: len(named)])) == set(map(id, named))
    ranks = [schemes.index(one.scheme) for one in found[: len(named)]]
    assert ranks == sorted(ranks)
    rest = [one for one in told if not any(one is other for other in named)]
    assert found[len(named) :] == rest


@given(TEXTS, ORDERS)
def test_the_key_of_a_thing_is_one_in_every_order(text: str, schemes: list[str]) -> None:
    """Whatever scheme a sector takes it for, of the readings as a thing."""
    try:
        key = recognise(text).key
    except CodeError:
        return
    things = [one for one in preferred(candidates(text), schemes) if _is_thing(one)]
    assert {one.code.key for one in things} <= {key}


def _is_thing(one: Candidate) -> bool:
    return one.valid and one.scheme not in ("gln", "sscc", "uscc")
