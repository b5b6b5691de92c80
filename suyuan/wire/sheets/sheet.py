"""A sheet: a header row and the rows below it, whatever kind of file they are in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice


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


# How many rows may stand above the header: a title over all columns, whose form it is, from when.
TITLE_ROWS = 10
# A title may happen to be a column's name; two beside each other are a header.
_HEADERS_LEAST = 2

Recognised = Callable[[Sequence[str]], int]
"""How many of some cells are headers that are read."""


def without_titles(sheet: Sheet, recognised: Recognised) -> Sheet:
    """The sheet from its header on: the first row that is one, where others stand above it.

    A sheet in which there is none keeps its first row, for its reader to refuse.
    """
    if recognised(sheet.header) >= _HEADERS_LEAST:
        return sheet
    first = list(islice(sheet.lines, TITLE_ROWS))
    for above, line in enumerate(first, 1):
        if recognised(line.cells) >= _HEADERS_LEAST:
            total = None if sheet.total is None else max(sheet.total - above, 0)
            return Sheet(line.cells, chain(first[above:], sheet.lines), total)
    return Sheet(sheet.header, chain(first, sheet.lines), sheet.total)
