"""CSV in: UTF-8 or GB18030, comma, semicolon or tab, in memory one row at a time.

A file is read through once before its first row is given, so that a byte that is no text or a
quote that is never closed refuses the file whole and not half of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from suyuan.domain.errors import Fault, ReportRefused
from suyuan.wire.sheets.columns import recognised_headers
from suyuan.wire.sheets.encodings import GB18030, encoding_of, in_edition_of_2022
from suyuan.wire.sheets.sheet import TITLE_ROWS, Line, Sheet

DELIMITERS = (",", ";", "\t", "，")

_HEADER_BYTES = 64 * 1024  # more than any header row has
# No row has this many characters; a file without line ends, or of quotes, has.
_RECORD_LIMIT = 1024 * 1024


def open_delimited(file: BinaryIO) -> Sheet:
    """The sheet in a CSV file, which must be seekable and stay open.

    Raises ReportRefused: ``encoding_unknown``, ``csv_malformed``, ``file_empty``.
    """
    encoding = encoding_of(file)
    delimiter = _delimiter(file, encoding)
    records = _records(file, encoding, delimiter)
    total = sum(1 for _, cells in records if any(map(str.strip, cells))) - 1
    lines = (line for line in _lines(file, encoding, delimiter) if not line.is_blank)
    header = next(lines, None)
    if header is None:
        raise ReportRefused("file_refused", faults=[Fault("file_empty")])
    return Sheet(header.cells, lines, total)


def _delimiter(file: BinaryIO, encoding: str) -> str:
    """The delimiter by which most of the header is known, else that by which the first row has most
    cells: headers of the register are not known here.
    """
    file.seek(0)
    text = file.read(_HEADER_BYTES).decode(encoding, "ignore")
    first = [line for line in text.splitlines() if line.strip()][: TITLE_ROWS + 1]

    def fits(sign: str) -> tuple[int, int]:
        rows = [_split(line, sign) for line in first]
        return max(map(recognised_headers, rows), default=0), len(rows[0]) if rows else 0

    return max(DELIMITERS, key=fits)


def _split(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []


def _lines(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[Line]:
    for number, cells in _records(file, encoding, delimiter):
        yield Line(number, [cell.strip() for cell in cells])


def _records(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    record = _Record(text, encoding)
    number = 0
    try:
        # Strict: a quote that is never closed would swallow the rest of the file as one cell.
        for number, cells in enumerate(csv.reader(record, delimiter=delimiter, strict=True), 1):
            record.characters = 0
            yield number, cells
    except csv.Error as error:
        fault = Fault("csv_malformed", "", {"row": number + 1})
        raise ReportRefused("file_refused", faults=[fault]) from error
    finally:
        # Or it would close the file under it when it is collected.
        with suppress(ValueError):
            text.detach()


class _Record:
    """The lines of a file for the CSV reader, refused where one record takes too many of them."""

    def __init__(self, text: io.TextIOWrapper, encoding: str) -> None:
        self._text = text
        self._encoding = encoding
        self.characters = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(_RECORD_LIMIT):
            self.characters += len(line)
            if self.characters >= _RECORD_LIMIT:
                raise csv.Error("record too long")
            yield in_edition_of_2022(line) if self._encoding == GB18030 else line
