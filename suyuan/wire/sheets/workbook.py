"""XLSX in: the first visible sheet of a workbook, one row at a time.

ISO/IEC 29500-1, SpreadsheetML. The rows are streamed out of the archive: a reader that builds the
whole sheet needs a gigabyte for a million rows, and for a sheet with one cell in its last corner
(some hundred bytes) more than there is.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from posixpath import join, normpath
from typing import BinaryIO

# The expat that Python ships bounds what entities expand to, and ``_parse`` takes no doctype.
from xml.parsers import expat

from suyuan.domain.errors import Fault, ReportRefused
from suyuan.wire.sheets.cell_values import Styles, number_text
from suyuan.wire.sheets.columns import COLUMNS_LIMIT
from suyuan.wire.sheets.sheet import Line, Sheet

_CHUNK = 256 * 1024
# Everything but the rows is held in memory; a million different texts of a sheet are 60 MB.
_PART_LIMIT = 256 * 1024 * 1024
# Excel's own limits (rows, characters in a cell).
_ROWS_LIMIT = 1_048_576
_CELL_LIMIT = 32_767
_ROW_CHARACTERS = 256 * 1024

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    KeyError,
    IndexError,
    NotImplementedError,  # a compression that is not read
    RuntimeError,  # an encrypted archive
    ValueError,
)

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def open_workbook(file: BinaryIO) -> Sheet:
    """The first visible sheet of an XLSX file, which must be seekable and stay open.

    Raises ReportRefused: ``workbook_malformed``, ``workbook_too_large``, ``file_empty``.
    """
    with _in_sentences():
        file.seek(0)
        book = _Workbook(zipfile.ZipFile(file))
        lines = (line for line in _guarded(book.lines()) if not line.is_blank)
        header = next(lines, None)
    if header is None:
        raise ReportRefused("file_refused", faults=[Fault("file_empty")])
    total = None if book.last_row is None else max(book.last_row - header.number, 0)
    return Sheet(header.cells, lines, total)


@contextmanager
def _in_sentences() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise _refused("workbook_malformed") from error


def _guarded(lines: Iterator[Line]) -> Iterator[Line]:
    with _in_sentences():
        yield from lines


def _refused(code: str, **params: object) -> ReportRefused:
    return ReportRefused("file_refused", faults=[Fault(code, "", params)])


class _Workbook:
    """The parts of an archive that a sheet's cells need."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = {info.filename: info for info in archive.infolist()}
        self._sheet, self._dates_from_1904 = self._first_sheet()
        self._texts = self._shared_texts()
        self._styles = self._read_styles()
        self.last_row: int | None = None

    def lines(self) -> Iterator[Line]:
        """The rows that the sheet says anything of, in order."""
        rows = _Rows(self._texts, self._styles)
        for _ in self._parse(self._sheet, rows.start, rows.end, rows.text):
            if rows.last_row is not None:
                self.last_row = rows.last_row
            found, rows.found = rows.found, []
            yield from found

    def _first_sheet(self) -> tuple[str, bool]:
        sheets: list[str] = []
        old_dates = False

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal old_dates
            if name == "sheet" and attributes.get("state", "visible") == "visible":
                sheets.append(attributes["id"])
            elif name == "workbookPr":
                old_dates = attributes.get("date1904", "0") in ("1", "true")

        self._read("xl/workbook.xml", start)
        return self._targets()[sheets[0]], old_dates

    def _targets(self) -> dict[str, str]:
        """The path of each part that the workbook refers to, by the id of the reference."""
        found: dict[str, str] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "Relationship":
                target = attributes["Target"]
                path = target.lstrip("/") if target.startswith("/") else join("xl", target)
                found[attributes["Id"]] = normpath(path)

        self._read("xl/_rels/workbook.xml.rels", start)
        return found

    def _shared_texts(self) -> list[str]:
        """The texts that cells refer to by number; without the ruby beside Japanese ones."""
        if "xl/sharedStrings.xml" not in self._parts:
            return []
        strings = _Strings()
        self._read("xl/sharedStrings.xml", strings.start, strings.end, strings.text)
        return strings.found

    def _read_styles(self) -> Styles:
        styles = Styles(self._dates_from_1904)
        if "xl/styles.xml" in self._parts:
            self._read("xl/styles.xml", styles.start, styles.end)
        return styles

    def _read(
        self, part: str, start: Start, end: End | None = None, text: End | None = None
    ) -> None:
        if self._parts[part].file_size > _PART_LIMIT:
            raise _refused("workbook_too_large", limit=_PART_LIMIT)
        for _ in self._parse(part, start, end, text):
            pass

    def _parse(
        self, part: str, start: Start, end: End | None = None, text: End | None = None
    ) -> Iterator[None]:
        """Read a part through, giving way after each chunk of it."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = lambda name, attributes: start(
            name.rpartition(" ")[2], {k.rpartition(" ")[2]: v for k, v in attributes.items()}
        )
        if end is not None:
            parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.buffer_text = True
        with self._archive.open(self._parts[part]) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
                yield
            parser.Parse(b"", True)
            yield


def _no_doctype(*_: object) -> None:
    raise _refused("workbook_malformed")


class _Strings:
    """Collects the texts of ``<si>`` elements."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] | None = None
        self._ruby = False

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self.found.append("")
        elif name == "rPh":
            self._ruby = True
        elif name == "t" and not self._ruby:
            self._parts = []

    def end(self, name: str) -> None:
        if name == "rPh":
            self._ruby = False
        elif name == "t" and self._parts is not None:
            self.found[-1] += _unescaped("".join(self._parts))
            _check_length(self.found[-1])
            self._parts = None

    def text(self, data: str) -> None:
        if self._parts is not None:
            self._parts.append(data)


class _Rows:
    """Collects the rows of a sheet as they end; the reader takes ``found`` away."""

    def __init__(self, texts: list[str], styles: Styles) -> None:
        self.found: list[Line] = []
        self.last_row: int | None = None
        self._texts = texts
        self._styles = styles
        self._number = 0
        self._column = 0
        self._cells: dict[int, str] = {}
        self._characters = 0
        self._type = self._style = ""
        self._value: list[str] | None = None
        self._inline: list[str] = []
        self._ruby = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._column = _column_number(attributes.get("r", "")) or self._column + 1
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._inline = []
        elif name == "v" or (name == "t" and not self._ruby):
            self._value = []
        elif name == "rPh":
            self._ruby = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "dimension":
            end = attributes.get("ref", "").rpartition(":")[2]
            self.last_row = int(re.sub(r"\D", "", end) or 0) or None

    def end(self, name: str) -> None:
        if name in ("v", "t") and self._value is not None:
            self._inline.append("".join(self._value))
            self._value = None
        elif name == "rPh":
            self._ruby = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            width = max(self._cells, default=0)
            cells = [self._cells.get(place, "") for place in range(1, width + 1)]
            self.found.append(Line(self._number, cells))

    def text(self, data: str) -> None:
        if self._value is not None:
            self._value.append(data)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._number + 1))
        if not self._number < number <= _ROWS_LIMIT:
            raise ValueError("rows out of order")
        self._number = number
        self._column = self._characters = 0
        self._cells = {}

    def _end_cell(self) -> None:
        text = self._cell_text("".join(self._inline)).strip()
        if not text:
            return
        if self._column > COLUMNS_LIMIT:
            raise _refused("too_many_columns", limit=COLUMNS_LIMIT, row=self._number)
        _check_length(text)
        self._characters += len(text)
        if self._characters > _ROW_CHARACTERS:
            raise _refused("cell_too_long", limit=_ROW_CHARACTERS, row=self._number)
        self._cells[self._column] = text

    def _cell_text(self, value: str) -> str:
        match self._type:
            case "s":
                return self._texts[int(value)] if value else ""
            case "inlineStr" | "str":
                return _unescaped(value)
            case "b":
                return "TRUE" if value == "1" else "FALSE"
            case "d" | "e":
                return value  # an ISO 8601 date; an error such as #N/A
        return number_text(value, self._styles.date_format(self._style)) if value else ""


def _column_number(reference: str) -> int:
    """The number of a cell's column, ``C7`` is 3; 0 where there is no reference."""
    number = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number


def _check_length(text: str) -> None:
    if len(text) > _CELL_LIMIT:
        raise _refused("cell_too_long", limit=_CELL_LIMIT, row=0)


def _unescaped(text: str) -> str:
    """ISO/IEC 29500-1, 22.9.2.19: characters that XML cannot hold are spelled ``_xHHHH_``."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
