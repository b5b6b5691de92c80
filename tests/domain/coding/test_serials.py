from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.coding.permutation import Permutation
from suyuan.domain.coding.serials import LENGTH, NUMBERS, Serials

KEY, OTHER = b"k" * 32, b"o" * 32
PRODUCT = "06901234567892"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def number(serials: Serials, serial: str) -> int | None:
    return next((n for n in serials.numbers(serial) if n < NUMBERS), None)


@pytest.mark.parametrize("bits", [2, 7, 8, 9])
def test_a_permutation_reaches_every_number_once(bits: int) -> None:
    values = list(Permutation(KEY, "x", bits).values(0, 1 << bits))
    assert sorted(values) == list(range(1 << bits))


@given(st.integers(2, 128), st.data())
def test_a_permutation_finds_its_way_back(bits: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, (1 << bits) - 1))
    permutation = Permutation(KEY, "x", bits)
    (value,) = permutation.values(first, 1)
    assert permutation.number(value) == first


@given(st.integers(0, NUMBERS - 300), st.integers(1, 300))
def test_a_run_of_serials_is_the_serials_one_by_one(first: int, count: int) -> None:
    serials = Serials([KEY], PRODUCT)
    together = list(serials.make(first, count))
    assert together == [next(serials.make(n, 1)) for n in range(first, first + count)]
    assert [number(serials, s) for s in together] == list(range(first, first + count))


def test_a_run_over_the_edge_of_what_the_first_round_keeps_is_whole() -> None:
    serials = Serials([KEY], PRODUCT)
    around = (1 << 32) - 5
    assert [number(serials, s) for s in serials.make(around, 10)] == list(
        range(around, around + 10)
    )


def test_serials_look_like_chance() -> None:
    made = list(Serials([KEY], PRODUCT).make(0, 20_000))
    assert len(set(made)) == 20_000
    assert all(len(s) == LENGTH and set(s) <= set(ALPHABET) for s in made)
    # Neighbours share one character in 32, as any two texts of chance would.
    same = sum(a == b for pair in pairwise(made) for a, b in zip(*pair, strict=True))
    assert abs(same / (13 * 19_999) - 1 / 32) < 0.002


def test_what_somebody_makes_up_is_no_serial() -> None:
    chance = random.Random(7)
    serials = Serials([KEY], PRODUCT)
    made_up = ("".join(chance.choices(ALPHABET, k=LENGTH)) for _ in range(20_000))
    assert not any(number(serials, text) for text in made_up)


def test_a_serial_with_one_character_changed_is_none() -> None:
    serials = Serials([KEY], PRODUCT)
    (made,) = serials.make(41, 1)
    for place in range(LENGTH):
        for other in set(ALPHABET) - {made[place]}:
            assert number(serials, made[:place] + other + made[place + 1 :]) is None


@pytest.mark.parametrize("text", ["", "ABC", "O" * 13, "0" * 14, "abcdefghjkmnp", "价" * 13])
def test_what_has_not_the_form_is_no_serial(text: str) -> None:
    assert number(Serials([KEY], PRODUCT), text) is None


def test_another_product_or_key_makes_other_serials() -> None:
    (made,) = Serials([KEY], PRODUCT).make(5, 1)
    assert number(Serials([KEY], "06901234567893"), made) is None
    assert number(Serials([OTHER], PRODUCT), made) is None


def test_what_an_older_key_made_stays_good() -> None:
    (made,) = Serials([KEY], PRODUCT).make(5, 1)
    assert number(Serials([OTHER, KEY], PRODUCT), made) == 5
