"""Units of UN/CEFACT Recommendation 20: known, suggested, converted exactly."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.units import UNITS, Dimension, convert, near, of_markets

CONVERTIBLE = sorted(code for code, unit in UNITS.items() if unit.factor is not None)


def test_the_table_holds_what_trade_uses() -> None:
    assert len(UNITS) > 450
    for code in (
        "KGM",
        "GRM",
        "TNE",
        "LTR",
        "MLT",
        "H87",
        "EA",
        "BG",
        "BX",
        "CS",
        "PK",
        "BO",
        "CT",
    ):
        assert code in UNITS
    assert all(re.fullmatch("[A-Z0-9]{2,3}", code) and unit.name for code, unit in UNITS.items())


def test_what_means_two_things_to_people_is_no_code_here() -> None:
    """KG was once the code of a keg, and everybody who writes it means kilograms."""
    assert "KG" not in UNITS
    assert near("KG")[0] == "KGM"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(("kg", "KGM"), ("KILO", "KGM"), ("公斤", "KGM"), ("吨", "TNE"), ("ml", "MLT")),
        *(("箱", "CS"), ("头", "HEA"), ("件", "H87"), ("KMG", "KGM"), ("kilograms", "KGM")),
    ],
)
def test_a_wrong_unit_has_the_right_one_near(written: str, meant: str) -> None:
    assert meant in near(written)


def test_what_markets_count_in_is_told_in_kilograms() -> None:
    assert (near("斤"), of_markets("斤")) == (("KGM",), "1 斤 = 0.5 KGM")
    assert of_markets("公斤") == ""


@pytest.mark.parametrize("written", ["", " ", "\ud800", "x" * 10**6, "斤斤计较"])
def test_what_is_like_no_unit_has_none_near(written: str) -> None:
    assert near(written) == ()


@pytest.mark.parametrize(
    ("quantity", "source", "target", "expected"),
    [
        *(("0.06", "TNE", "KGM", "60"), ("1", "LBR", "ONZ", "16"), ("500", "GRM", "KGM", "0.5")),
        *(("1", "MTQ", "LTR", "1000"), ("1", "GLL", "INQ", "231"), ("1", "SMI", "FOT", "5280")),
        *(("1", "ACR", "FTK", "43560"), ("1", "HAR", "MTK", "10000"), ("2", "DZN", "H87", "24")),
        *(("1", "GRO", "DZN", "12"), ("1", "WEE", "HUR", "168"), ("3", "EA", "H87", "3")),
        *(
            ("-40", "CEL", "FAH", "-40"),
            ("98.6", "FAH", "CEL", "37"),
            ("0", "CEL", "KEL", "273.15"),
        ),
        *(("1", "CWI", "LBR", "112"), ("1", "LTN", "LBR", "2240"), ("1", "STN", "LBR", "2000")),
        *(("1", "BLL", "GLL", "42"), ("1", "GLI", "PTI", "8"), ("1", "YDQ", "FTQ", "27")),
        *(("1", "NMI", "MTR", "1852"), ("1", "STI", "LBR", "14"), ("1", "MIK", "ACR", "640")),
        *(("1", "GIA", "OZA", "4"), ("1", "APZ", "DWT", "20"), ("1", "LBR", "GRN", "7000")),
        *(("7", "BX", "BX", "7"), ("5", "CTM", "GRM", "1"), ("1", "BUI", "GLI", "8")),
    ],
)
def test_units_of_one_dimension_convert_exactly(
    quantity: str, source: str, target: str, expected: str
) -> None:
    assert convert(Decimal(quantity), source, target) == Decimal(expected)


@pytest.mark.parametrize(
    ("source", "target"),
    [("KGM", "H87"), ("BX", "H87"), ("BX", "CS"), ("MON", "DAY"), ("KGM", "??")],
)
def test_nothing_else_converts(source: str, target: str) -> None:
    assert convert(Decimal(1), source, target) is None
    assert convert(Decimal(1), target, source) is None


@given(
    st.decimals("0.000000001", "999999999", places=9),
    st.sampled_from(CONVERTIBLE),
    st.sampled_from(CONVERTIBLE),
)
def test_a_conversion_leads_back(quantity: Decimal, source: str, target: str) -> None:
    there = convert(quantity, source, target)
    assert (there is None) is (UNITS[source].dimension is not UNITS[target].dimension)
    if there is not None:
        back = convert(there, target, source)
        assert back is not None
        assert abs(back - quantity) <= quantity * Decimal("1e-12") + Decimal("1e-12")


def test_only_temperatures_are_shifted() -> None:
    assert {u.dimension for u in UNITS.values() if u.shift} == {Dimension.TEMPERATURE}
