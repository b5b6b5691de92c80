"""Files that spreadsheets open, read back with a reader that is not ours."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook

from suyuan.wire.exports import workbook
from suyuan.wire.exports.tables import Column, Row, Table, safe_text
from suyuan.wire.exports.workbook import XlsxWriter
from suyuan.wire.exports.writing import CsvWriter

GOODS = Table(
    "goods",
    "货物",
    "Goods",
    (
        Column("code", "编码", "Code", 20),
        Column("amount", "数量", "Quantity"),
        Column("time", "时间", "Time", 22),
        Column("day", "日期", "Day"),
    ),
)
GAPS = Table(
    "gaps", "缺口", "Gaps", (Column("code", "编码", "Code"), Column("what", "说明", "What"))
)
ROW: Row = {
    "code": "(01)06901234567892(10)L1",
    "amount": Decimal("12.50"),
    "time": datetime(2026, 3, 1, 0, 0, 5, tzinfo=UTC),
    "day": date(2026, 2, 28),
}


def as_csv(rows: Iterable[tuple[Table, Sequence[Row]]], language: str = "zh") -> bytes:
    file = io.BytesIO()
    writer = CsvWriter(file, (GOODS, GAPS), language)
    for table, some in rows:
        writer.write(table, some)
    writer.close()
    return file.getvalue()


def as_xlsx(rows: Iterable[tuple[Table, Sequence[Row]]], language: str = "zh") -> bytes:
    file = io.BytesIO()
    writer = XlsxWriter(file, (GOODS, GAPS), language)
    for table, some in rows:
        writer.write(table, some)
    writer.close()
    return file.getvalue()


def sheet(body: bytes, name: str) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name(name).to_python()


def part(body: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return book.read(name).decode()


def lines(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_csv_has_the_mark_one_header_and_the_kind_of_each_row() -> None:
    body = as_csv([(GOODS, [ROW]), (GAPS, [{"code": "X", "what": "发货无收货"}])])
    assert body.startswith(b"\xef\xbb\xbf")
    assert body.count(b"\r\n") == 3
    assert lines(body) == [
        ["记录类型", "编码", "数量", "时间", "日期", "说明"],
        ["货物", ROW["code"], "12.50", "2026-03-01T08:00:05+08:00", "2026-02-28", ""],
        ["缺口", "X", "", "", "", "发货无收货"],
    ]


def test_xlsx_has_numbers_times_and_dates_that_sort() -> None:
    body = as_xlsx([(GOODS, [ROW])])
    assert sheet(body, "货物") == [
        ["编码", "数量", "时间", "日期"],
        [ROW["code"], 12.5, datetime(2026, 3, 1, 8, 0, 5), date(2026, 2, 28)],  # noqa: DTZ001
    ]


def test_xlsx_has_a_frozen_header_and_a_filter_on_every_sheet_also_an_empty_one() -> None:
    body = as_xlsx([(GOODS, [ROW, ROW])])
    for number, area in ((1, "A1:D3"), (2, "A1:B1")):
        xml = part(body, f"xl/worksheets/sheet{number}.xml")
        assert 'topLeftCell="A2" activePane="bottomLeft" state="frozen"' in xml
        assert f'<autoFilter ref="{area}"/>' in xml


def test_headers_and_sheets_are_in_the_readers_language() -> None:
    assert lines(as_csv([], "en")) == [["Record", "Code", "Quantity", "Time", "Day", "What"]]
    assert sheet(as_xlsx([], "en"), "Goods") == [["Code", "Quantity", "Time", "Day"]]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("https://evil.example","x")',
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
    ],
)
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    (cell,) = [row[1] for row in lines(as_csv([(GOODS, [{"code": text}])]))[1:]]
    assert cell == f"'{text}"
    body = as_xlsx([(GOODS, [{"code": text}])])
    (value,) = [row[0] for row in sheet(body, "货物")[1:]]
    assert value.replace("\r", "").replace("_x000D_", "").lstrip("'").strip() == text.strip()
    assert value.startswith("'")
    xml = part(body, "xl/worksheets/sheet1.xml")
    assert "<f>" not in xml
    assert re.search(r'<c r="A2"[^>]* t="inlineStr"', xml)


@pytest.mark.parametrize("text", ["a=b", "L-1", "1+1", "批次@1", "'=1", " =1", ""])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


def test_a_negative_number_is_a_number() -> None:
    rows = [(GOODS, [{"amount": Decimal("-3.5")}])]
    assert lines(as_csv(rows))[1][2] == "-3.5"
    assert sheet(as_xlsx(rows), "货物")[1][1] == -3.5


def test_a_number_that_no_cell_holds_exactly_is_text() -> None:
    long = Decimal("123456789012345.123456789")
    assert sheet(as_xlsx([(GOODS, [{"amount": long}])]), "货物")[1][1] == str(long)


@pytest.mark.parametrize("year", [1, 1899, 1900, 9999])
def test_a_date_beyond_what_spreadsheets_know_is_text(year: int) -> None:
    day = date(year, 1, 1)
    read = sheet(as_xlsx([(GOODS, [{"day": day}])]), "货物")[1][3]
    assert read == (day if year > 1900 else day.isoformat())


def test_text_that_no_file_can_hold_is_replaced_or_cut() -> None:
    rows = [(GOODS, [{"code": "批\ud800次"}, {"code": "x" * 40_000}, {"code": "a\x00b"}])]
    assert lines(as_csv(rows))[1][1] == "批?次"
    read = sheet(as_xlsx(rows), "货物")
    assert read[1][0] == "批?次"
    assert len(read[2][0]) == 32_000
    assert len(read) == 4


def test_times_with_other_offsets_are_told_by_the_citys_clock() -> None:
    other = datetime.fromisoformat("2026-03-01T02:00:00-05:00")
    rows = [(GOODS, [{"time": other}, {"time": other + timedelta(hours=1)}])]
    told = [row[3] for row in lines(as_csv(rows))[1:]]
    assert told == ["2026-03-01T15:00:00+08:00", "2026-03-01T16:00:00+08:00"]


def test_what_is_more_than_a_sheet_goes_on_a_further_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    body = as_xlsx([(GOODS, [{"code": str(n)} for n in range(7)])])
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    assert book.sheet_names == ["货物", "缺口", "货物 2", "货物 3"]
    told = [row[0] for name in ("货物", "货物 2", "货物 3") for row in sheet(body, name)[1:]]
    assert told == [str(n) for n in range(7)]


@pytest.mark.parametrize(
    "text",
    [
        '鲜猪肉 <散装> & "冷鲜"',
        " 前后有空格 ",
        "第一行\n第二行",
        "]]></t></is></c></row>",
        "&amp;",
        "𠮷野",
    ],
)
def test_text_comes_back_as_it_was_written(text: str) -> None:
    assert sheet(as_xlsx([(GOODS, [{"code": text}])]), "货物")[1][0] == text


def test_what_a_cell_cannot_hold_and_what_looks_like_its_spelling_are_spelled_out() -> None:
    xml = part(as_xlsx([(GOODS, [{"code": "a\x0bb_x0041_c"}])]), "xl/worksheets/sheet1.xml")
    assert '<t xml:space="preserve">a_x000B_b_x005F_x0041_c</t>' in xml


def test_columns_beyond_z_and_the_reach_of_a_sheet_are_named_as_a_spreadsheet_does() -> None:
    wide = Table("wide", "宽", "Wide", tuple(Column(f"c{n}", f"列{n}", f"C{n}") for n in range(54)))
    file = io.BytesIO()
    writer = XlsxWriter(file, (wide,), "zh")
    writer.write(wide, [{f"c{n}": n for n in range(54)}] * 2)
    writer.close()
    assert sheet(file.getvalue(), "宽")[2] == list(range(54))
    xml = part(file.getvalue(), "xl/worksheets/sheet1.xml")
    assert '<dimension ref="A1:BB3"/>' in xml
    assert all(f'r="{cell}3"' in xml for cell in ("Z", "AA", "AZ", "BA", "BB"))


def test_a_workbook_is_whole_xml_and_its_parts_have_the_right_check_sums() -> None:
    body = as_xlsx([(GOODS, [ROW] * 450), (GAPS, [{"code": "X", "what": "<缺>"}])])
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        assert book.testzip() is None
        for name in book.namelist():
            ET.fromstring(book.read(name))
    assert len(sheet(body, "货物")) == 451


def test_a_workbook_leaves_no_files_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    as_xlsx([(GOODS, [ROW])])
    assert list(tmp_path.iterdir()) == []
