"""CSV in: UTF-8 or GB18030, comma, semicolon or tab, in memory one row at a time.

A file is read through once before its first row is given, so that a byte that is no text or a
quote that is never closed refuses the file whole and not half of it.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from suyuan.domain.errors import Fault, ReportRefused
from suyuan.wire.sheets.columns import recognised_headers
from suyuan.wire.sheets.sheet import Line, Sheet

# GB18030 takes in GBK and GB2312, which is what Excel in China writes as "CSV". It is tried last:
# nearly any bytes are GB18030, and hardly any text of it is valid UTF-8.
ENCODINGS = ("utf-8-sig", "gb18030")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # Excel's "Unicode text"
DELIMITERS = (",", ";", "\t", "，")

_CHUNK = 256 * 1024
_HEADER_BYTES = 64 * 1024  # more than any header row has
# No row has this many characters; a file without line ends, or of quotes, has.
_RECORD_LIMIT = 1024 * 1024


def open_delimited(file: BinaryIO) -> Sheet:
    """The sheet in a CSV file, which must be seekable and stay open.

    Raises ReportRefused: ``encoding_unknown``, ``csv_malformed``, ``file_empty``.
    """
    encoding = _encoding(file)
    delimiter = _delimiter(file, encoding)
    records = _records(file, encoding, delimiter)
    total = sum(1 for _, cells in records if any(map(str.strip, cells))) - 1
    lines = (line for line in _lines(file, encoding, delimiter) if not line.is_blank)
    header = next(lines, None)
    if header is None:
        raise ReportRefused("file_refused", faults=[Fault("file_empty")])
    return Sheet(header.cells, lines, total)


def _encoding(file: BinaryIO) -> str:
    """The encoding in which every byte of the file is text."""
    file.seek(0)
    if file.read(2) in _UTF_16:
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ENCODINGS
    stops = []
    for encoding in encodings:
        stop = _first_wrong_byte(file, encoding)
        if stop is None:
            return encoding
        stops.append(stop)
    raise ReportRefused("file_refused", faults=[Fault("encoding_unknown", "", {"byte": stops[0]})])


def _first_wrong_byte(file: BinaryIO, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    done = 0
    while True:
        chunk = file.read(_CHUNK)
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return done - pending + error.start
        if not chunk:
            return None
        done += len(chunk)


def _delimiter(file: BinaryIO, encoding: str) -> str:
    """The delimiter by which most of the header is known, else that by which it has most cells.

    Headers of the register are not known here.
    """
    file.seek(0)
    text = file.read(_HEADER_BYTES).decode(encoding, "ignore")
    first = next((line for line in text.splitlines() if line.strip()), "")
    headers = {sign: _split(first, sign) for sign in DELIMITERS}
    return max(DELIMITERS, key=lambda sign: (recognised_headers(headers[sign]), len(headers[sign])))


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
    record = _Record(text)
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

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.characters = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(_RECORD_LIMIT):
            self.characters += len(line)
            if self.characters >= _RECORD_LIMIT:
                raise csv.Error("record too long")
            yield line
