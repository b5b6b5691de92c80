"""A file of labels, in whichever form a printer takes, written while the labels are made."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, TextIOWrapper
from typing import BinaryIO, Protocol
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from suyuan.wire.labels import symbols
from suyuan.wire.labels.label import Label
from suyuan.wire.labels.layouts import LAYOUTS, LabelFormat
from suyuan.wire.labels.pdf import Sheets

_ZIP = "application/zip"
MEDIA_TYPES = {
    LabelFormat.PDF: "application/pdf",
    LabelFormat.SVG: _ZIP,
    LabelFormat.PNG: _ZIP,
    LabelFormat.CSV: "text/csv; charset=utf-8",
}
ENDINGS = {
    LabelFormat.PDF: "pdf",
    LabelFormat.SVG: "zip",
    LabelFormat.PNG: "zip",
    LabelFormat.CSV: "csv",
}
_PNG_SCALE = 8
_HEADINGS = ("编码 code", "扫码内容 address", "规范形式 canonical")


class LabelFile(Protocol):
    """Labels go in one after the other; ``close`` makes the file whole."""

    def add(self, label: Label) -> None: ...

    def close(self) -> None: ...


def open_labels(form: LabelFormat, layout: str, lines: Sequence[str], file: BinaryIO) -> LabelFile:
    """A new file of labels. ``lines`` are written beside each symbol of a sheet."""
    match form:
        case LabelFormat.PDF:
            return _SheetFile(layout, lines, file)
        case LabelFormat.CSV:
            return _Table(file)
        case _:
            return _Pictures(form, file)


def lines_of(codes: Iterable[Label]) -> Iterable[bytes]:
    """The lines of a CSV file of codes, its heading first."""
    buffer = BytesIO()
    table = _Table(buffer)
    for label in codes:
        table.add(label)
        if buffer.tell() >= _CHUNK:
            yield table.taken()
    yield table.taken()


_CHUNK = 64 * 1024


class _Table:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        # Excel takes a file for UTF-8 by this mark alone.
        self._text = TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
        self._rows = csv.writer(self._text)
        self._rows.writerow(_HEADINGS)

    def add(self, label: Label) -> None:
        self._rows.writerow((label.code, label.address, label.key))

    def close(self) -> None:
        self._text.detach()

    def taken(self) -> bytes:
        """What was written since it was last asked."""
        self._file.seek(0)
        data = self._file.read()
        self._file.seek(0)
        self._file.truncate()
        return data


class _Pictures:
    """A picture for each label in a ZIP file, named for its place, and the table of them."""

    def __init__(self, form: LabelFormat, file: BinaryIO) -> None:
        self._form = form
        self._zip = ZipFile(file, "w", ZIP_DEFLATED if form is LabelFormat.SVG else ZIP_STORED)
        self._table = BytesIO()
        self._rows = _Table(self._table)
        self._count = 0

    def add(self, label: Label) -> None:
        self._count += 1
        self._rows.add(label)
        self._zip.writestr(f"{self._count:06d}.{self._form}", self._picture(label.address))

    def close(self) -> None:
        self._zip.writestr("codes.csv", self._table.getvalue())
        self._zip.close()

    def _picture(self, address: str) -> bytes:
        if self._form is LabelFormat.SVG:
            return symbols.svg(address).encode()
        picture = BytesIO()
        symbols.image(address, scale=_PNG_SCALE, margin=True).save(picture, "PNG")
        return picture.getvalue()


class _SheetFile:
    def __init__(self, layout: str, lines: Sequence[str], file: BinaryIO) -> None:
        self._sheets = Sheets(LAYOUTS[layout], lines)
        self._file = file
        self.add = self._sheets.add

    def close(self) -> None:
        self._sheets.write(self._file)
