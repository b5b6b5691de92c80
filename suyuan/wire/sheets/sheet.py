"""A sheet: a header row and the rows below it, whatever kind of file they are in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """The kinds of files that are read; the value is how the name of one ends."""

    CSV = "csv"
    XLSX = "xlsx"
    XML = "xml"


MEDIA_TYPES = {
    "text/csv": Format.CSV,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Format.XLSX,
    "application/xml": Format.XML,
    "text/xml": Format.XML,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row: ``number`` is what the spreadsheet shows beside it, counted from 1."""

    number: int
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        return not any(self.cells)

    @property
    def characters(self) -> int:
        return sum(map(len, self.cells))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file opened: its header, the lines below it, and how many there are if that is known.

    ``lines`` is read once, while the file is open, and raises ReportRefused where the file breaks
    off or turns out to be damaged; blank lines are left out.
    """

    header: list[str]
    lines: Iterator[Line]
    total: int | None = None
