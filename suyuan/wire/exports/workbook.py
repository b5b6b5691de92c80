"""XLSX row by row: XlsxWriter makes the book around the rows, and the rows go straight to XML.

A chain of a hundred thousand events has two million cells. A call of the library for each takes
longer than all else about the chain, and in an export every cell is one of five kinds. So rows are
written as SpreadsheetML (ECMA-376 part 1, 18.3.1) into a file for each sheet, and at the end go
between the header and the end of the sheets that the library made. Memory holds one row.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

import xlsxwriter

from suyuan.domain.register import CITY_TIME
from suyuan.wire.exports.tables import Column, Row, Table, cell_text, safe_text

# Rows of a sheet (ECMA-376), less the header; what is more goes on a further sheet.
SHEET_ROWS = 1_048_575
# A binary float tells decimals of so many digits apart, and so does a cell of XLSX.
_EXACT_DIGITS = 15
# Spreadsheets disagree on the days of this year, and know none before it.
_FIRST_EXCEL_YEAR = 1900
# A workbook's time is a number of days since then, by the clock of its reader.
_EPOCH = datetime(1899, 12, 30, tzinfo=CITY_TIME)
_EPOCH_DAY = _EPOCH.toordinal()
_DAY = timedelta(days=1)

_CHUNK = 1024 * 1024
# Rows that are turned to bytes at a time.
_ROWS_AT_ONCE = 200
# A part of a zip file that may be longer needs the form with 64 bits, which old readers lack.
_SHORT_PART = 2 * 1024**3 - _CHUNK
# What a sheet says of its rows: they stand between the end of the header and this.
_END_OF_ROWS = b"</sheetData>"
_END_OF_ROW = b"</row>"
# What XML cannot hold, and what looks like the way in which a cell spells that (22.9.2.19).
_UNWRITABLE = re.compile("_x[0-9A-Fa-f]{4}_|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
# Texts that a cell does not hold as they are; most are plain.
_MARKED = re.compile("[&<>\x00-\x1f\ufffe\uffff]|_x|^\\s|\\s$")
# Names of parties, places and words come again in each row.
_REMEMBERED = 4_096


class XlsxWriter:
    """Real numbers and dates, a frozen header and a filter on every sheet; all tables are there."""

    def __init__(self, file: BinaryIO, tables: Sequence[Table], language: str) -> None:
        self._file = file
        self._language = language
        self._sheets = [_Sheet(table, table.title(language)) for table in tables]
        self._current = {sheet.table.kind: sheet for sheet in self._sheets}
        self._count = dict.fromkeys(self._current, 1)

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        sheet = self._current[table.kind]
        for row in rows:
            if sheet.rows == SHEET_ROWS:
                sheet = self._next(sheet)
            sheet.add(row)

    def close(self) -> None:
        """Write the file, and leave nothing behind, also where that fails."""
        try:
            book = _book(self._sheets, self._language)
            parts = {f"xl/worksheets/sheet{n}.xml": s for n, s in enumerate(self._sheets, 1)}
            with (
                zipfile.ZipFile(book) as made,
                zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED) as whole,
            ):
                for name in made.namelist():
                    if name in parts:
                        parts[name].fill(whole, name, made.read(name))
                    else:
                        whole.writestr(name, made.read(name))
        finally:
            for sheet in self._sheets:
                sheet.close()

    def _next(self, full: _Sheet) -> _Sheet:
        """One more sheet of a table."""
        kind = full.table.kind
        self._count[kind] += 1
        sheet = _Sheet(full.table, f"{full.table.title(self._language)} {self._count[kind]}")
        self._sheets.append(sheet)
        self._current[kind] = sheet
        return sheet


class _Sheet:
    """A sheet's rows, as XML, in a file without a name."""

    def __init__(self, table: Table, title: str) -> None:
        self.table = table
        self.title = title
        self.rows = 0
        self._columns = [(c.name, _letters(n)) for n, c in enumerate(table.columns)]
        self._file = TemporaryFile()  # noqa: SIM115  it is closed with the book
        self._pending: list[str] = []

    def add(self, row: Row) -> None:
        self.rows += 1
        number = self.rows + 1
        cells = [
            f'<c r="{letters}{number}"{_KINDS[type(value)](value)}</c>'
            for name, letters in self._columns
            if (value := row.get(name)) is not None
        ]
        self._pending.append(f'<row r="{number}">{"".join(cells)}</row>')
        if len(self._pending) == _ROWS_AT_ONCE:
            self._flush()

    def fill(self, book: zipfile.ZipFile, name: str, frame: bytes) -> None:
        """Write the part of a book: the library's frame with our rows after its header."""
        self._flush()
        header = frame.index(_END_OF_ROW) + len(_END_OF_ROW)
        size = self._file.tell()
        self._file.seek(0)
        with book.open(name, "w", force_zip64=size > _SHORT_PART) as part:
            part.write(frame[:header])
            while chunk := self._file.read(_CHUNK):
                part.write(chunk)
            part.write(frame[frame.index(_END_OF_ROWS) :])

    def close(self) -> None:
        self._file.close()

    def _flush(self) -> None:
        self._file.write("".join(self._pending).encode())
        self._pending.clear()


def _book(sheets: Iterable[_Sheet], language: str) -> BinaryIO:
    """Everything but the rows: sheets with headers, widths, filters, and the formats of cells.

    Each sheet with rows has two of ours in place of them, so that the library knows how far they
    reach and which formats they have.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": "溯源 Suyuan"})
    bold = book.add_format({"bold": True, "bg_color": "#E8F0E8"})
    formats = [book.add_format({"num_format": form}) for form in _FORMATS]
    for one in sheets:
        sheet, last = book.add_worksheet(one.title), len(one.table.columns) - 1
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, one.rows, last)
        for place, column in enumerate(one.table.columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.header(language), bold)
        if one.rows:
            sheet.write_number(one.rows, last, 0)
            for place, style in enumerate(formats):
                sheet.write_number(1, place, 0, style)
    book.close()
    return file


# How times and days look; a cell names its format by number.
_FORMATS = ("yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd")


@lru_cache(1)
def _styles() -> tuple[str, ...]:
    """The numbers that the library gives the formats of every book of ours, in their order."""
    columns = tuple(Column(form, "-", "-") for form in _FORMATS)
    sample = _Sheet(Table("", "-", "-", columns), "-")
    sample.rows = 1
    with zipfile.ZipFile(_book([sample], "en")) as book:
        xml = book.read("xl/worksheets/sheet1.xml").decode()
    sample.close()
    return tuple(re.findall(r'<c r="[A-Z]2" s="(\d+)">', xml))


def _letters(place: int) -> str:
    """A column as a spreadsheet calls it, the first A."""
    letters = ""
    while place >= 0:
        letters = chr(ord("A") + place % 26) + letters
        place = place // 26 - 1
    return letters


@lru_cache(_REMEMBERED)
def _text(value: str) -> str:
    # Always as text that stands in its cell: a reader's own guess would make formulas of some.
    text = safe_text(value)
    if _MARKED.search(text):
        text = escape(_UNWRITABLE.sub(_spelled, text))
        return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is>'
    return f' t="inlineStr"><is><t>{text}</t></is>'


def _spelled(found: re.Match[str]) -> str:
    """What stands for a character that a cell cannot hold, and for what would be read so."""
    text = found.group()
    return f"_x005F{text}" if len(text) > 1 else f"_x{ord(text):04X}_"


def _number(value: int | Decimal) -> str:
    return f"><v>{float(value)!r}</v>"


def _decimal(value: Decimal) -> str:
    exact = value.is_finite() and len(value.as_tuple().digits) <= _EXACT_DIGITS
    return _number(value) if exact else _text(format(value, "f"))


def _time(value: datetime) -> str:
    if value.year <= _FIRST_EXCEL_YEAR:
        return _text(cell_text(value))
    return f' s="{_styles()[0]}"><v>{(value - _EPOCH) / _DAY!r}</v>'


def _day(value: date) -> str:
    if value.year <= _FIRST_EXCEL_YEAR:
        return _text(cell_text(value))
    return f' s="{_styles()[1]}"><v>{value.toordinal() - _EPOCH_DAY}</v>'


_KINDS: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: _number,
    Decimal: _decimal,
    datetime: _time,
    date: _day,
}
