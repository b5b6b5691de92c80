from __future__ import annotations

import random

import pytest
from stdnum import ean

from suyuan.domain.codes import candidates, recognise
from suyuan.domain.coding.schemes import SCHEMES, stems_of

KEYS = [b"k" * 32, b"o" * 32]
STEMS = {
    "sgtin": "06901234567892",
    "sscc": "1690123456",
    "meat_batch": "350203001",
    "meat_trace": "3502030010001",
    "drug_code": "8385793",
    "pesticide": "10929271001",
    "veterinary": "2026011500123",
}
schemes = pytest.mark.parametrize("scheme", SCHEMES)


def made(scheme: str, first: int = 5, count: int = 200) -> list[str]:
    return list(SCHEMES[scheme].keys_of(STEMS[scheme], first, count, KEYS))


def test_every_scheme_is_tried_here() -> None:
    assert STEMS.keys() == SCHEMES.keys()


@schemes
def test_codes_are_all_different_and_have_their_numbers(scheme: str) -> None:
    codes = made(scheme)
    assert len(set(codes)) == len(codes)
    numbers = [SCHEMES[scheme].number_of(STEMS[scheme], code, KEYS) for code in codes]
    assert numbers == list(range(5, 205))


@schemes
def test_codes_are_what_they_are_recognised_as(scheme: str) -> None:
    for code in made(scheme, count=20):
        text = code.removeprefix("urn:suyuan:cn:")
        found = {c.scheme: c for c in candidates(text)}
        assert found[scheme].valid
        assert recognise(text).key == code


@schemes
def test_a_code_leads_back_to_its_stem(scheme: str) -> None:
    for code in made(scheme, count=20):
        assert (scheme, STEMS[scheme]) in list(stems_of(code))


@schemes
def test_the_last_number_of_a_stem_is_a_code_and_the_next_is_none(scheme: str) -> None:
    last = SCHEMES[scheme].numbers - 1
    (code,) = made(scheme, last, 1)
    assert SCHEMES[scheme].number_of(STEMS[scheme], code, KEYS) == last
    assert recognise(code).key == code


@schemes
def test_a_code_of_another_stem_has_no_number(scheme: str) -> None:
    other = "urn:suyuan:cn:99" if scheme not in ("sgtin", "sscc") else "https://id.gs1.org/417/1"
    assert SCHEMES[scheme].number_of(STEMS[scheme], other, KEYS) is None


@pytest.mark.parametrize(
    ("scheme", "digits", "most"),
    [("drug_code", 13, 5), ("pesticide", 21, 5), ("veterinary", 11, 30)],
)
def test_digits_that_somebody_makes_up_are_hardly_ever_a_code(
    scheme: str, digits: int, most: int
) -> None:
    chance = random.Random(3)
    tried = (f"{chance.randrange(10**digits):0{digits}d}" for _ in range(20_000))
    start = f"urn:suyuan:cn:{STEMS[scheme]}"
    taken = sum(
        SCHEMES[scheme].number_of(STEMS[scheme], start + rest, KEYS[:1]) is not None
        for rest in tried
    )
    assert taken <= most


def test_an_sscc_has_its_check_digit() -> None:
    for code in made("sscc", count=50):
        assert ean.calc_check_digit(code[-18:-1]) == code[-1]
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert SCHEMES["sscc"].number_of(STEMS["sscc"], wrong, KEYS) is None


@pytest.mark.parametrize(
    ("scheme", "text"),
    [
        ("sgtin", "06901234567893"),
        ("sgtin", "6901234567892"),
        ("meat_trace", "350203001000"),
        ("pesticide", "40929271001"),
        ("veterinary", "1826011500123"),
        ("sscc", "123456789012"),
    ],
)
def test_what_codes_cannot_begin_with(scheme: str, text: str) -> None:
    assert not SCHEMES[scheme].is_stem(text)
