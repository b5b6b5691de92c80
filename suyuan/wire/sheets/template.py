"""The templates that people fill in: every column, an example row, and in XLSX what goes where."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from functools import cache

import xlsxwriter
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from suyuan.domain.activities import KINDS
from suyuan.wire.sheets.columns import COLUMNS, EXAMPLE_ID, Column
from suyuan.wire.sheets.sheet import Format
from suyuan.wire.sheets.words import (
    DOCUMENT_WORDS,
    UNIT_WORDS,
    activities_in_chinese,
    kinds_in_chinese,
    sectors_in_chinese,
)

_ROWS_FORMATTED = 1000
_WIDTHS = {"time": 18, "code": 26, "party": 22, "inputs": 30, "outputs": 30, "children": 30}
# The same bytes each time: a template is compared and cached.
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's properties know no zones


def header(column: Column) -> str:
    """A column's header in both languages, as the template has it and as it is read again."""
    return f"{column.zh} {column.en}"


def example(column: Column) -> str:
    return EXAMPLE_ID if column.name == "id" else column.example


@cache
def template(form: Format) -> bytes:
    """An empty form as a file: a header row and an example, which is never stored."""
    return _csv() if form is Format.CSV else _xlsx()


def _csv() -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(header, COLUMNS))
    writer.writerow(map(example, COLUMNS))
    return text.getvalue().encode("utf-8-sig")  # with the mark, Excel takes it for UTF-8


def _xlsx() -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"title": "溯源 Suyuan", "created": _MADE})
    bold = book.add_format({"bold": True, "bg_color": "#E8F0E8", "text_wrap": True})
    # As text, or the spreadsheet takes long codes for numbers and rounds them.
    text = book.add_format({"num_format": "@"})
    _events(book.add_worksheet("事件 Events"), bold, text)
    _notes(book.add_worksheet("说明 Notes"), bold, text)
    book.close()
    return file.getvalue()


def _events(sheet: Worksheet, bold: CellFormat, text: CellFormat) -> None:
    sheet.freeze_panes(1, 0)
    choices = {"kind": kinds_in_chinese(), "sector": sectors_in_chinese()}
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, _WIDTHS.get(column.name, 14), text)
        sheet.write_string(0, place, header(column), bold)
        if example(column):
            sheet.write_string(1, place, example(column), text)
        if column.name in choices:
            rule = {"validate": "list", "source": list(choices[column.name])}
            # A word of the form itself, or an English one, is right too.
            rule |= {"error_type": "information"}
            sheet.data_validation(1, place, _ROWS_FORMATTED, place, rule)


def _notes(sheet: Worksheet, bold: CellFormat, text: CellFormat) -> None:
    sheet.set_column(0, 2, 18, text)
    sheet.set_column(3, 4, 60, text)
    for row, cells in enumerate(_note_rows()):
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell, bold if row == 0 else text)


def _note_rows() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("列", "Column", "JSON", "说明", "Meaning")]
    for column in COLUMNS:
        said = {"kind": " ".join(kinds_in_chinese()), "sector": " ".join(sectors_in_chinese())}
        said["document_type"] = " ".join(words[0] for words in DOCUMENT_WORDS.values())
        said["unit"] = " ".join(f"{unit}={words[0]}" for unit, words in UNIT_WORDS.items())
        words = said.get(column.name, "")
        zh, en = column.note
        rows.append((column.zh, column.en, column.path, " ".join(filter(None, (zh, words))), en))
    for kind in KINDS:
        zh = " ".join(activities_in_chinese(kind))
        rows.append(("环节", "Activity", kind, zh, " ".join(KINDS[kind])))
    rows.append(("extra.*", "extra.*", "/extra", "自定的列", "A column of your own"))
    return rows
