"""The templates that people fill in: every column, an example row, and in XLSX what goes where."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from suyuan.domain.activities import KINDS
from suyuan.wire.sheets.columns import COLUMNS, EXAMPLE_ID, Column
from suyuan.wire.sheets.sheet import Format
from suyuan.wire.sheets.words import (
    DOCUMENT_WORDS,
    RESULT_WORDS,
    UNIT_WORDS,
    activities_in_chinese,
    kinds_in_chinese,
    sectors_in_chinese,
)

Words = Mapping[str, Iterable[str]]  # of a column, by its name: what may be chosen

_ROWS_FORMATTED = 1000
_WIDTHS = {"time": 18, "code": 26, "party": 22, "inputs": 30, "outputs": 30, "children": 30}
# The same bytes each time: a template is compared and cached.
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's properties know no zones


@dataclass(frozen=True, slots=True)
class Outline:
    """What a template is of. ``title`` is in both languages.

    ``choices`` are offered in the cells, ``words`` only listed among the notes, where ``notes``
    follow those of the columns.
    """

    title: str
    columns: tuple[Column, ...]
    choices: Words = field(default_factory=dict)
    words: Words = field(default_factory=dict)
    notes: tuple[tuple[str, ...], ...] = ()


def header(column: Column) -> str:
    """A column's header in both languages, as the template has it and as it is read again."""
    return f"{column.zh} {column.en}"


def example(column: Column) -> str:
    return EXAMPLE_ID if column.name == "id" else column.example


def template(outline: Outline, form: Format) -> bytes:
    """An empty form as a file: a header row and an example, which is never stored."""
    return _csv(outline) if form is Format.CSV else _xlsx(outline)


def _csv(outline: Outline) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(header, outline.columns))
    writer.writerow(map(example, outline.columns))
    return text.getvalue().encode("utf-8-sig")  # with the mark, Excel takes it for UTF-8


def _xlsx(outline: Outline) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"title": "溯源 Suyuan", "created": _MADE})
    bold = book.add_format({"bold": True, "bg_color": "#E8F0E8", "text_wrap": True})
    # As text, or the spreadsheet takes long codes for numbers and rounds them.
    text = book.add_format({"num_format": "@"})
    _rows(book.add_worksheet(outline.title), outline, bold, text)
    _notes(book.add_worksheet("说明 Notes"), outline, bold, text)
    book.close()
    return file.getvalue()


def _rows(sheet: Worksheet, outline: Outline, bold: CellFormat, text: CellFormat) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(outline.columns):
        sheet.set_column(place, place, _WIDTHS.get(column.name, 14), text)
        sheet.write_string(0, place, header(column), bold)
        if example(column):
            sheet.write_string(1, place, example(column), text)
        if column.name in outline.choices:
            rule = {"validate": "list", "source": list(outline.choices[column.name])}
            # A word of the form itself, or an English one, is right too.
            rule |= {"error_type": "information"}
            sheet.data_validation(1, place, _ROWS_FORMATTED, place, rule)


def _notes(sheet: Worksheet, outline: Outline, bold: CellFormat, text: CellFormat) -> None:
    sheet.set_column(0, 2, 18, text)
    sheet.set_column(3, 4, 60, text)
    for row, cells in enumerate(_note_rows(outline)):
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell, bold if row == 0 else text)


def _note_rows(outline: Outline) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("列", "Column", "JSON", "说明", "Meaning")]
    said = {**outline.choices, **outline.words}
    for column in outline.columns:
        zh, en = column.note
        words = " ".join(said.get(column.name, ()))
        rows.append((column.zh, column.en, column.path, " ".join(filter(None, (zh, words))), en))
    return [*rows, *outline.notes]


def _event_notes() -> tuple[tuple[str, ...], ...]:
    activities = [
        ("环节", "Activity", kind, " ".join(activities_in_chinese(kind)), " ".join(KINDS[kind]))
        for kind in KINDS
    ]
    return (*activities, ("extra.*", "extra.*", "/extra", "自定的列", "A column of your own"))


EVENTS = Outline(
    "事件 Events",
    COLUMNS,
    {"kind": tuple(kinds_in_chinese()), "sector": tuple(sectors_in_chinese())},
    {
        "document_type": [words[0] for words in DOCUMENT_WORDS.values()],
        "document_result": [words[0] for words in RESULT_WORDS.values()],
        "unit": [f"{unit}={words[0]}" for unit, words in UNIT_WORDS.items()],
    },
    _event_notes(),
)
