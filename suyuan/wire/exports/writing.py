"""Rows into a file as they come: what every writer does, and CSV as one table.

Memory holds one row. A writer is used by one thread at a time. ``workbook`` has the one of XLSX.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import BinaryIO, Protocol

from suyuan.wire.exports.tables import Column, Row, Table, cell_text


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
        self._csv.writerows([title, *map(cell_text, map(row.get, names))] for row in rows)

    def close(self) -> None:
        """Flush; the file stays open for its reader."""
        self._text.flush()
        self._text.detach()


def _all_columns(tables: Sequence[Table]) -> list[Column]:
    """The columns of several tables as one, each where it comes first."""
    return list({c.name: c for table in tables for c in table.columns}.values())
