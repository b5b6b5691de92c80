"""The strict path of a GS1 Digital Link: every key and qualifier, and every way to be wrong."""

from __future__ import annotations

from itertools import combinations, permutations
from string import ascii_letters, digits
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.codes import recognise
from suyuan.domain.codes.check_digits import gs1_check_digit
from suyuan.domain.codes.link_paths import PRIMARY_KEYS, read_path
from suyuan.domain.errors import CodeError

GTIN = "06901234567892"
GLN = "9521234900016"

# For each key a value that is right, and its qualifiers with values, in the order of the standard.
KEYS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "00": ("106141412345678908", []),
    "01": (GTIN, [("22", "2A"), ("10", "L1"), ("21", "S1")]),
    "253": ("9521234900016XYZ1", []),
    "255": ("9521234900016123", []),
    "401": ("9521234ABC", []),
    "402": ("95212340000000014", []),
    "414": (GLN, [("254", "32A")]),
    "415": (GLN, [("8020", "INV1")]),
    "417": (GLN, [("7040", "1ABC")]),
    "8003": ("09521234900016SER1", []),
    "8004": ("9521234ASSET", [("7040", "1ABC")]),
    "8006": (f"{GTIN}0102", [("22", "2A"), ("10", "L1"), ("21", "S1")]),
    "8010": ("9521234PART-7", [("8011", "42")]),
    "8013": ("1987654Ad4X4bL5ttr2310c2K", []),
    "8017": ("952123400000000012", [("8019", "7")]),
    "8018": ("952123400000000012", [("8019", "7")]),
}


def _closed(ai: str, value: str) -> str:
    """The value with its check digit right, where the key has one among its digits."""
    ends = {"00": 18, "402": 17, "8017": 18, "8018": 18}.get(ai)
    return value if ends is None else value[: ends - 1] + gs1_check_digit(value[: ends - 1])


def path_of(ai: str, qualifiers: list[tuple[str, str]]) -> str:
    pairs = [(ai, _closed(ai, KEYS[ai][0])), *qualifiers]
    return "/" + "/".join(f"{one}/{quote(value, safe='')}" for one, value in pairs)


def right_paths() -> list[str]:
    """Every key, with every choice of its qualifiers."""
    found = []
    for ai, (_, qualifiers) in KEYS.items():
        for count in range(len(qualifiers) + 1):
            found += [path_of(ai, list(some)) for some in combinations(qualifiers, count)]
    return [path for path in found if not (path.startswith("/415/") and "/8020/" not in path)]


def disordered_paths() -> list[str]:
    found = []
    for ai, (_, qualifiers) in KEYS.items():
        for count in (2, 3):
            for some in combinations(qualifiers, min(count, len(qualifiers))):
                found += [path_of(ai, list(p)) for p in permutations(some) if p != some]
    return list(dict.fromkeys(found))


def code_of(path: str) -> str:
    with pytest.raises(CodeError) as caught:
        read_path(path)
    return caught.value.code


def test_the_keys_tried_are_all_there_are() -> None:
    assert sorted(KEYS) == list(PRIMARY_KEYS)


@pytest.mark.parametrize("path", right_paths())
def test_a_right_path_is_read_and_names_the_same_key_as_everywhere_else(path: str) -> None:
    link = read_path(path)
    assert f"/{link.path}" == path
    assert link.code.key == recognise(f"https://id.gs1.org{path}").key
    assert link.code.scheme == recognise(f"https://id.gs1.org{path}").scheme


@pytest.mark.parametrize("path", right_paths())
def test_one_slash_at_the_end_is_no_part_of_a_path(path: str) -> None:
    assert read_path(f"{path}/") == read_path(path)
    assert code_of(f"{path}//") == "link_value_missing"


@pytest.mark.parametrize("path", disordered_paths())
def test_qualifiers_out_of_order_are_refused(path: str) -> None:
    assert code_of(path) == "link_qualifier_order"


@pytest.mark.parametrize("ai", sorted(KEYS))
@pytest.mark.parametrize("other", ["17", "99", "3103", "foo", "01"])
def test_what_is_no_qualifier_of_the_key_is_refused(ai: str, other: str) -> None:
    qualifiers = [("8020", "X")] if ai == "415" else []
    assert code_of(path_of(ai, [*qualifiers, (other, "1")])) == "link_qualifier_unknown"


@pytest.mark.parametrize("ai", [ai for ai, (_, qualifiers) in KEYS.items() if qualifiers])
def test_a_qualifier_that_comes_twice_is_refused(ai: str) -> None:
    first = KEYS[ai][1][0]
    assert code_of(path_of(ai, [first, first])) == "link_qualifier_repeated"


@pytest.mark.parametrize("ai", sorted(KEYS))
def test_an_identifier_without_a_value_is_refused(ai: str) -> None:
    assert code_of(f"/{ai}") == "link_value_missing"
    assert code_of(f"/{ai}/") == "link_value_missing"
    assert code_of(f"{path_of(ai, [])}/10") == "link_value_missing"
    assert code_of(f"/{ai}//10/L1") == "link_value_missing"


@pytest.mark.parametrize("ai", ["00", "01", "253", "255", "402", "414", "417", "8003", "8006"])
def test_a_wrong_check_digit_is_refused_with_the_right_one(ai: str) -> None:
    value = _closed(ai, KEYS[ai][0])
    place = {"8003": 14, "8006": 14, "253": 13, "255": 13}.get(ai, len(value)) - 1
    wrong = value[:place] + str((int(value[place]) + 1) % 10) + value[place + 1 :]
    with pytest.raises(CodeError) as caught:
        read_path(f"/{ai}/{wrong}")
    assert caught.value.code == "check_digit"
    assert caught.value.params["expected"] == value[place]


def test_a_wrong_check_pair_of_a_model_is_refused_with_the_right_one() -> None:
    with pytest.raises(CodeError) as caught:
        read_path("/8013/1987654Ad4X4bL5ttr2310c2M")
    assert (caught.value.code, caught.value.params["expected"]) == ("check_digit", "2K")


@pytest.mark.parametrize(
    "path",
    [
        *(f"/01/{GTIN[:length]}" for length in (1, 7, 9, 10, 11)),
        f"/01/{GTIN}0",
        "/01/ABCDEFGHIJKLMN",
        f"/01/{GTIN}/10/{'L' * 21}",
        f"/01/{GTIN}/21/{'S' * 21}",
        f"/01/{GTIN}/235/{'S' * 29}",
        f"/01/{GTIN}/10/with%20space",
        f"/01/{GTIN}/10/%E6%89%B9",
        f"/01/{GTIN}/10/%00",
        f"/01/{GTIN}/10/%23",
        "/00/10614141234567890",
        "/00/1061414123456789080",
        f"/414/{GLN}0",
        f"/414/{GLN}/254/{'X' * 21}",
        f"/417/{GLN}/7040/ABCD",
        f"/8006/{GTIN}",
        "/8010/9521234part",
        "/8010/9521234PART/8011/ABC",
        "/8004/952",
        "/8013/98",
    ],
)
def test_a_value_of_a_wrong_length_or_with_wrong_characters_is_refused(path: str) -> None:
    assert code_of(path) == "code_malformed"


@pytest.mark.parametrize("value", ["%", "%4", "%zz", "L%G1", "%ff", "%C3", "%80abc"])
def test_percent_encoding_that_is_none_is_refused(value: str) -> None:
    assert code_of(f"/01/{GTIN}/10/{value}") == "link_percent"


@pytest.mark.parametrize("path", ["/02/1", "/gtin/1", "/17/260101", "/", "", "/1/2", "/9999/1"])
def test_an_address_that_begins_with_no_primary_key_is_refused(path: str) -> None:
    assert code_of(path) == "link_key_unknown"


@pytest.mark.parametrize("combined", ["10/L1/235/T1", "235/T1/10/L1", "22/V/235/T1", "235/T1/21/S"])
def test_a_third_partys_serial_stands_alone(combined: str) -> None:
    assert read_path(f"/01/{GTIN}/235/T1").code.scheme == "upui"
    assert code_of(f"/01/{GTIN}/{combined}") == "link_qualifier_order"


def test_a_payment_slip_needs_its_reference() -> None:
    assert code_of(f"/415/{GLN}") == "link_qualifier_needed"


@pytest.mark.parametrize("short", ["96385074", "012345678905", "6901234567892"])
def test_a_short_gtin_gets_its_fourteen_digits(short: str) -> None:
    assert read_path(f"/01/{short}").path == f"01/{short.zfill(14)}"


def test_levels_go_from_the_serial_over_the_lot_to_the_product() -> None:
    levels = read_path(f"/01/{GTIN}/10/L%2F1/21/S").levels()
    assert [level.path for level in levels] == [
        f"01/{GTIN}/10/L%2F1/21/S",
        f"01/{GTIN}/10/L%2F1",
        f"01/{GTIN}",
    ]
    assert [level.code.key.removeprefix("https://id.gs1.org/") for level in levels] == [
        f"01/{GTIN}/21/S",
        f"01/{GTIN}/10/L%2F1",
        f"01/{GTIN}",
    ]
    assert levels[0].code.lot == "L/1"


_SET_82 = st.text("!\"%&'()*+,-./:;<=>?_" + ascii_letters + digits, min_size=1, max_size=20)


@given(_SET_82, _SET_82)
def test_any_lot_and_serial_come_back_as_they_were(lot: str, serial: str) -> None:
    path = f"/01/{GTIN}/10/{quote(lot, safe='')}/21/{quote(serial, safe='')}"
    assert read_path(path).elements == (("01", GTIN), ("10", lot), ("21", serial))
    assert read_path("/" + read_path(path).path).elements == read_path(path).elements


@given(st.text(max_size=60))
def test_no_path_raises_anything_but_a_code_error(path: str) -> None:
    for start in ("", "/", "/01/", f"/01/{GTIN}/", f"/01/{GTIN}/10/"):
        try:
            read_path(start + path)
        except CodeError as error:
            assert error.code  # noqa: PT017  what it is depends on the text
