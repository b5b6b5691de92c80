"""What an export is made of: tables with headers in two languages, and cells that cannot act.

A cell's value is text, a number (``Decimal``, ``int``), a time (aware), a date, or ``None``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from suyuan.domain.register import CITY_TIME

Value = str | int | Decimal | datetime | date | None
Row = Mapping[str, Value]

# What a spreadsheet takes for the beginning of a formula, whoever wrote it (OWASP, CSV injection).
_ACTING = ("=", "+", "-", "@", "\t", "\r", "\n")
# A cell of XLSX holds no more (ECMA-376 as Excel has it), and CSV is opened by the same programs.
_LONGEST_TEXT = 32_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``width`` is in characters."""

    name: str
    zh: str
    en: str
    width: int = 14

    def header(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of row. In XLSX it is a sheet; in CSV ``kind`` stands in every row's first cell."""

    kind: str
    zh: str
    en: str
    columns: tuple[Column, ...]

    def title(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula, also after it was saved and opened again.

    An apostrophe goes before it, as in a cell that a person types so. What UTF-8 cannot hold is
    replaced, what no cell can hold is cut.
    """
    if len(text) > _LONGEST_TEXT:
        text = text[: _LONGEST_TEXT - 1] + "…"
    if not text.isprintable():
        text = text.encode(errors="replace").decode()
    return f"'{text}" if text.startswith(_ACTING) else text


def in_city(moment: datetime) -> datetime:
    """The same instant by the city's clock: times with different offsets do not sort as text."""
    return moment.astimezone(CITY_TIME)


def cell_text(value: Value) -> str:
    """A value as text: of a time with its offset, of a number all its digits."""
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
