"""What people write into cells, and what it is in the city form."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.wire.sheets import cells
from suyuan.wire.sheets.cells import CellRefused


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-01 08:00", "2026-03-01T08:00:00+08:00"),
        ("2026/3/1 8:05", "2026-03-01T08:05:00+08:00"),
        ("2026.3.1 8:05:09", "2026-03-01T08:05:09+08:00"),
        ("2026年3月1日8时5分", "2026-03-01T08:05:00+08:00"),
        ("2026年3月1日8时", "2026-03-01T08:00:00+08:00"),
        ("2026/3/1 上午 8:00:00", "2026-03-01T08:00:00+08:00"),
        ("2026年3月1日下午3点20分", "2026-03-01T15:20:00+08:00"),
        ("2026/3/1 12:05 AM", "2026-03-01T00:05:00+08:00"),
        ("2026/3/1 12:05:00 PM", "2026-03-01T12:05:00+08:00"),
        ("2026/3/1 下午15:20", "2026-03-01T15:20:00+08:00"),
        ("2026年3月1日 08:05:09.25", "2026-03-01T08:05:09.25+08:00"),
        ("2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z"),
        ("2026-03-01 08:00 -05:30", "2026-03-01T08:00:00-05:30"),
        ("２０２６年３月１日 ０８：００", "2026-03-01T08:00:00+08:00"),
    ],
)
def test_a_time_is_read_as_it_is_written_and_is_beijing_time_without_offset(
    written: str, read: str
) -> None:
    assert cells.moment(written) == read


@pytest.mark.parametrize(
    "written",
    [
        *("3/1/2026 8:00", "yesterday", "8:00", "2026-03-01 8"),
        *("2026/3/1 上午15:20", "2026/3/1 下午0:20", "2026/3/1 13:00 AM"),
    ],
)
def test_a_time_that_could_be_two_is_left_to_the_reader_to_refuse(written: str) -> None:
    assert cells.moment(written) == written


@pytest.mark.parametrize("written", ["2026-03-01", "2026年3月1日", "20260301"])
def test_a_day_alone_is_no_time(written: str) -> None:
    with pytest.raises(CellRefused, match="time_without_hour"):
        cells.moment(written)


@pytest.mark.parametrize(
    "written",
    [
        *("2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "20260301", "2026-03-01 00:00:00"),
        "２０２６－０３－０１",
    ],
)
def test_a_date_is_read_as_it_is_written(written: str) -> None:
    assert cells.day(written) == "2026-03-01"


@pytest.mark.parametrize("written", ["3/1/2026", "2026-03-01 08:00", "March"])
def test_a_date_that_is_none_is_left_to_the_reader_to_refuse(written: str) -> None:
    assert cells.day(written) == written


@pytest.mark.parametrize("written", ["46082", "46082.3333333"])
def test_a_day_that_is_shown_as_a_number_is_refused(written: str) -> None:
    for convert in (cells.moment, cells.day):
        with pytest.raises(CellRefused, match="day_as_number"):
            convert(written)


@pytest.mark.parametrize(("written", "read"), [("１２．５", "12.5"), ("1,234", "1,234")])
def test_a_quantity_is_a_number_in_full_width_digits_too(written: str, read: str) -> None:
    assert cells.quantity(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("12.5公斤", ("12.5", "KGM")),
        ("12.5 kg", ("12.5", "KGM")),
        ("３㎏", ("3", "KGM")),
        ("12.5", None),
        ("12.5斤", None),
        ("约12公斤", None),
        ("12.5公斤/箱", None),
    ],
)
def test_a_quantity_with_its_unit_is_both_where_the_unit_is_known(
    written: str, read: tuple[str, str] | None
) -> None:
    assert cells.measure(written) == read


@pytest.mark.parametrize("written", ["8.38579E+19", "6,9E+12", "-1E+20"])
def test_a_code_that_was_taken_for_a_number_is_refused(written: str) -> None:
    with pytest.raises(CellRefused, match="code_as_number"):
        cells.code(written)
    with pytest.raises(CellRefused, match="code_as_number"):
        cells.things(f"6901234567892; {written}")


@pytest.mark.parametrize("written", ["12E3", "1E5", "E+12", "83857930000879766660"])
def test_a_code_that_only_looks_a_little_like_a_number_is_a_code(written: str) -> None:
    assert cells.code(written) == written


def test_things_are_separated_by_semicolons_or_lines_and_may_have_quantities() -> None:
    assert cells.things("A*12.5 KGM;B*3；C \n D * 2千克;") == [
        {"code": "A", "quantity": "12.5", "unit": "KGM"},
        {"code": "B", "quantity": "3"},
        {"code": "C"},
        {"code": "D", "quantity": "2", "unit": "KGM"},
    ]


def test_a_star_without_a_number_belongs_to_the_code() -> None:
    assert cells.things("(01)06901234567892(10)A*B") == [{"code": "(01)06901234567892(10)A*B"}]


@pytest.mark.parametrize(
    ("written", "read"), [("公斤", "KGM"), ("kg", "KGM"), ("㎏", "KGM"), ("斤", "斤")]
)
def test_a_unit_has_names_and_one_without_a_code_stays_as_it_is(written: str, read: str) -> None:
    assert cells.unit(written) == read


@given(st.text())
def test_any_text_is_a_value_or_is_refused(text: str) -> None:
    for convert in (cells.moment, cells.day, cells.code, cells.unit, cells.things, cells.texts):
        with suppress(CellRefused):
            assert convert(text) is not None
    assert cells.measure(text) is None or cells.quantity(text) == text
