"""Rows into a file as they come: CSV as one table, XLSX with a sheet for each.

Memory holds one row. A writer is used by one thread at a time.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import BinaryIO, Protocol

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from suyuan.domain.register import CITY_TIME
from suyuan.wire.exports.tables import Column, Row, Table, Value, in_city, safe_text

# Rows of a sheet (ECMA-376), less the header; what is more goes on a further sheet.
SHEET_ROWS = 1_048_575
# A binary float tells decimals of so many digits apart, and so does a cell of XLSX.
_EXACT_DIGITS = 15
# Spreadsheets disagree on the days of this year, and know none before it.
_FIRST_EXCEL_YEAR = 1900
# A workbook's time is a number of days since then, by the clock of its reader.
_EPOCH = datetime(1899, 12, 30, tzinfo=CITY_TIME)
_DAY = timedelta(days=1)


class Writer(Protocol):
    """Takes the rows of several tables in any order; the file is whole after ``close``."""

    def write(self, table: Table, rows: Iterable[Row]) -> None: ...

    def close(self) -> None: ...


class CsvWriter:
    """UTF-8 with the mark that Excel needs, one header, the kind of row first (RFC 4180)."""

    def __init__(self, file: BinaryIO, tables: Sequence[Table], language: str) -> None:
        self._language = language
        self._columns = _all_columns(tables)
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=False)
        self._csv = csv.writer(self._text)
        kind = "记录类型" if language == "zh" else "Record"
        self._csv.writerow([kind, *(c.header(language) for c in self._columns)])

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        title = table.title(self._language)
        names = [column.name for column in self._columns]
        self._csv.writerows([title, *(_text(row.get(name)) for name in names)] for row in rows)

    def close(self) -> None:
        """Flush; the file stays open for its reader."""
        self._text.flush()
        self._text.detach()


class XlsxWriter:
    """Real numbers and dates, a frozen header and a filter on every sheet; all tables are there."""

    def __init__(self, file: BinaryIO, tables: Sequence[Table], language: str) -> None:
        self._language = language
        self._folder = TemporaryDirectory()
        options = {"constant_memory": True, "tmpdir": self._folder.name}
        self._book = xlsxwriter.Workbook(file, options)
        self._book.set_properties({"title": "溯源 Suyuan"})
        self._bold = self._book.add_format({"bold": True, "bg_color": "#E8F0E8"})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._sheets = {table.kind: _Sheets(table) for table in tables}
        for sheets in self._sheets.values():
            self._begin(sheets)

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        sheets = self._sheets[table.kind]
        names = [column.name for column in table.columns]
        for row in rows:
            if sheets.rows == SHEET_ROWS:
                self._begin(sheets)
            sheets.rows += 1
            for place, name in enumerate(names):
                value = row.get(name)
                if value is not None:
                    self._write_cell(sheets.sheet, sheets.rows, place, value)

    def close(self) -> None:
        """Write the file, and leave nothing behind, also where that fails."""
        try:
            for sheets in self._sheets.values():
                sheets.sheet.autofilter(0, 0, sheets.rows, len(sheets.table.columns) - 1)
            self._book.close()
        finally:
            self._folder.cleanup()

    def _begin(self, sheets: _Sheets) -> None:
        """A table's first sheet, or one more."""
        if sheets.count:
            sheets.sheet.autofilter(0, 0, sheets.rows, len(sheets.table.columns) - 1)
        sheets.count += 1
        sheets.rows = 0
        title = sheets.table.title(self._language)
        sheet = self._book.add_worksheet(title if sheets.count == 1 else f"{title} {sheets.count}")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(sheets.table.columns):
            sheet.set_column(place, place, column.width)
        for place, column in enumerate(sheets.table.columns):
            sheet.write_string(0, place, column.header(self._language), self._bold)
        sheets.sheet = sheet

    def _write_cell(self, sheet: Worksheet, row: int, place: int, value: Value) -> None:
        # Always said what a value is: XlsxWriter's own guess would make formulas of texts.
        match value:
            case str():
                sheet.write_string(row, place, safe_text(value))
            case Decimal() if not _is_exact(value):
                sheet.write_string(row, place, format(value, "f"))
            case int() | Decimal():
                sheet.write_number(row, place, float(value))
            case datetime() if value.year > _FIRST_EXCEL_YEAR:
                # Its own conversion takes three times as long, and knows no offsets.
                sheet.write_number(row, place, (value - _EPOCH) / _DAY, self._time)
            case date() if value.year > _FIRST_EXCEL_YEAR:
                sheet.write_datetime(row, place, value, self._day)
            case _:
                sheet.write_string(row, place, _text(value))


class _Sheets:
    """The sheets of one table; rows go into the last one."""

    sheet: Worksheet

    def __init__(self, table: Table) -> None:
        self.table = table
        self.count = 0
        self.rows = 0


def _all_columns(tables: Sequence[Table]) -> list[Column]:
    """The columns of several tables as one, each where it comes first."""
    return list({c.name: c for table in tables for c in table.columns}.values())


def _text(value: Value) -> str:
    match value:
        case None:
            return ""
        case str():
            return safe_text(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return in_city(value).isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _is_exact(value: Decimal) -> bool:
    return len(value.as_tuple().digits) <= _EXACT_DIGITS
