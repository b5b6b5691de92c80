"""XLSX: the same cells as another reader finds, and workbooks that mean harm."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from suyuan.domain.errors import ReportRefused
from suyuan.wire.sheets.workbook import open_workbook

Fill = Callable[[Any, Any], None]


def workbook(fill: Fill, **options: Any) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as book:
        fill(book, book.add_worksheet())
    return file.getvalue()


def read(data: bytes) -> list[tuple[int, list[str]]]:
    sheet = open_workbook(io.BytesIO(data))
    return [(0, sheet.header), *((line.number, line.cells) for line in sheet.lines)]


def rewritten(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return file.getvalue()


def simple(rows: list[list[Any]]) -> bytes:
    def fill(_: Any, sheet: Any) -> None:
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)

    return workbook(fill)


def test_texts_numbers_and_gaps_come_as_they_are_seen() -> None:
    data = simple([["id", "n"], ["农户", 100], [], ["a", 12.5], ["", 0.1], [True, 6901234567892]])
    assert read(data) == [
        (0, ["id", "n"]),
        (2, ["农户", "100"]),
        (4, ["a", "12.5"]),
        (5, ["", "0.1"]),
        (6, ["TRUE", "6901234567892"]),
    ]


def test_a_computed_number_has_the_digits_that_are_seen() -> None:
    data = simple([["n"], [1.1 * 3], [0.1 + 0.2], [4.35 * 100], [12345678.9]])
    assert [cells for _, cells in read(data)[1:]] == [["3.3"], ["0.3"], ["435"], ["12345678.9"]]


@pytest.mark.parametrize("old", [False, True], ids=["1900", "1904"])
@pytest.mark.parametrize(
    ("shown", "read_as"),
    [
        ("yyyy-mm-dd hh:mm", "2026-03-01 08:00:00"),
        ('yyyy"年"m"月"d"日"', "2026-03-01 08:00:00"),
        ("[$-804]yyyy/m/d h:mm;@", "2026-03-01 08:00:00"),
    ],
)
def test_dates_come_as_dates(shown: str, read_as: str, old: bool) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["time", "day"])
        moment = datetime(2026, 3, 1, 8)  # noqa: DTZ001
        sheet.write_datetime(1, 0, moment, book.add_format({"num_format": shown}))
        day = datetime(2026, 3, 1)  # noqa: DTZ001
        sheet.write_datetime(1, 1, day, book.add_format({"num_format": "yyyy/mm/dd"}))

    assert read(workbook(fill, date_1904=old))[1] == (2, [read_as, "2026-03-01"])


def test_a_number_with_more_digits_than_a_spreadsheet_keeps_does_not_look_like_a_code() -> None:
    data = simple([["code"], [83857930000879766660], [3302123330000123], [-1e300]])
    found = [cells[0] for _, cells in read(data)[1:]]
    assert all(re.fullmatch(r"-?\d\.\d+E\+\d+", text) for text in found), found


def test_digits_that_were_typed_as_text_stay() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_string(0, 0, "code")
        sheet.write_string(1, 0, "083857930000879766660")

    assert read(workbook(fill))[1] == (2, ["083857930000879766660"])


def test_the_first_sheet_that_is_not_hidden_is_read() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "hidden")
        shown = book.add_worksheet()
        shown.write(0, 0, "shown")
        shown.activate()
        shown.set_first_sheet()
        sheet.hide()

    assert read(workbook(fill)) == [(0, ["shown"])]


CELLS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20),
    st.integers(-(10**14), 10**14),
    st.floats(-1e14, 1e14, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-6),
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=8), st.booleans())
@settings(max_examples=60, deadline=None)
def test_cells_are_what_another_reader_finds(rows: list[list[Any]], inline: bool) -> None:
    def fill(_: Any, sheet: Any) -> None:
        for number, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                write = sheet.write_string if isinstance(cell, str) else sheet.write_number
                write(number, place, cell)

    data = workbook(fill, constant_memory=inline)
    theirs = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    expected = [[_text(cell) for cell in row] for row in theirs.to_python()]
    expected = [row for row in map(_stripped, expected) if row]
    try:
        ours = [_stripped(cells) for _, cells in read(data)]
    except ReportRefused:
        ours = []
    assert ours == expected


def _text(cell: Any) -> str:
    return repr(cell) if isinstance(cell, float) else str(cell).strip()


def _stripped(cells: list[str]) -> list[str]:
    shown = [_rounded(cell) for cell in cells]
    while shown and not shown[-1]:
        shown.pop()
    return shown


def _rounded(cell: str) -> str:
    """Numbers as Excel would compare them: XlsxWriter keeps sixteen digits."""
    try:
        return f"{float(cell):.12g}" if cell.isascii() else cell
    except ValueError:
        return cell


# --- Workbooks that mean harm -----------------------------------------------------------------

SHEET = "xl/worksheets/sheet1.xml"


def code_of(data: bytes) -> str:
    with pytest.raises(ReportRefused) as refused:
        read(data)
    return refused.value.faults[0].code


def test_a_cell_in_the_last_corner_takes_no_memory_and_is_refused() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write(0, 0, "id")
        sheet.write(1_048_575, 16_383, "x")

    assert code_of(workbook(fill)) == "too_many_columns"


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml[: len(xml) // 2],
        lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml.split(b"?>", 1)[1],
        lambda xml: xml.replace(b'<row r="1"', b'<row r="9999999"'),
        lambda xml: xml.replace(b't="s"><v>0', b't="s"><v>77'),
        lambda xml: xml.replace(b't="s"><v>0', b't="n"><v>many'),
        lambda _: b"",
    ],
    ids=["cut", "doctype", "row number", "no such text", "no number", "empty"],
)
def test_a_damaged_sheet_is_refused(change: Callable[[bytes], bytes]) -> None:
    assert code_of(rewritten(simple([["id"], ["e1"]]), SHEET, change)) == "workbook_malformed"


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_a_workbook_without_one_of_its_parts_is_refused(part: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(simple([["id"]]))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
    assert code_of(file.getvalue()) == "workbook_malformed"


def test_texts_that_unpack_to_more_than_memory_are_refused_before_they_are_read() -> None:
    file = io.BytesIO()
    data = simple([["id"], ["e1"]])
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            if name != "xl/sharedStrings.xml":
                new.writestr(name, old.read(name))
        info = zipfile.ZipInfo("xl/sharedStrings.xml")
        info.compress_type = zipfile.ZIP_DEFLATED
        with new.open(info, "w", force_zip64=True) as strings:
            for _ in range(257):
                strings.write(b" " * 1024 * 1024)
    assert code_of(file.getvalue()) == "workbook_too_large"


def test_a_text_longer_than_a_cell_may_be_is_refused() -> None:
    long = b"<si><t>" + b"x" * 40_000 + b"</t></si></sst>"
    data = rewritten(
        simple([["id"], ["e1"]]), "xl/sharedStrings.xml", lambda xml: xml.replace(b"</sst>", long)
    )
    assert code_of(data) == "cell_too_long"


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_break_nothing(data: bytes) -> None:
    assert code_of(b"PK\x03\x04" + data) == "workbook_malformed"
