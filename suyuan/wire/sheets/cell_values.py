"""The numbers of a workbook as the text that its reader would see: dates too are numbers there.

ISO/IEC 29500-1: number formats in 18.8.30 and 18.8.31, the two ways to count days in 18.17.4.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

# Number formats without a definition that are dates, the East Asian ones included.
_BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_BUILT_IN_CLOCKS = frozenset([18, 19, 20, 21, 22, 32, 33, 34, 35, 45, 46, 47, 55, 56])
# What in a format is text and not a place for a part of the date.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)

# A spreadsheet counts in binary floating point: of a longer number the last digits are made up.
EXACT_DIGITS = 15
_PLAIN = re.compile(r"[+-]?\d+", re.ASCII)


class DateFormat(NamedTuple):
    """How a number is a date: from which day it counts, and whether its hour is shown."""

    epoch: datetime
    clock: bool


@dataclass(slots=True)
class Styles:
    """The number formats of a workbook, collected from ``styles.xml``."""

    dates_from_1904: bool = False
    _formats: dict[str, str] = field(default_factory=dict)
    _cells: list[str] = field(default_factory=list)
    _within: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._formats[attributes["numFmtId"]] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._within = True
        elif name == "xf" and self._within:
            self._cells.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._within = False

    def date_format(self, style: str) -> DateFormat | None:
        """How the cells of a style are dates, ``None`` if they are numbers."""
        number = self._cells[int(style)] if style else "0"
        code = self._formats.get(number)
        if code is None:
            is_date, clock = int(number) in _BUILT_IN_DATES, int(number) in _BUILT_IN_CLOCKS
        else:
            signs = _LITERAL.sub("", _ELAPSED.sub("h", code)).lower()
            is_date = any(sign in signs for sign in "ymdhs") and "general" not in signs
            clock = any(sign in signs for sign in "hs")
        if not is_date:
            return None
        return DateFormat(datetime(1904, 1, 1) if self.dates_from_1904 else _EPOCH, clock)  # noqa: DTZ001 - a sheet knows no zones


# Day 1 is 1 January 1900, and the 29 February 1900 that never was is counted: right from March on.
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet knows no zones


def number_text(value: str, date: DateFormat | None) -> str:
    """A number's text: ``100``, ``12.5``, ``2026-03-01``, ``2026-03-01 08:00:00``.

    Whole numbers of more than 15 digits come out as ``8.3E+19``, for nobody knows what they were.
    Raises ValueError for a text that is no number or no day.
    """
    if date is not None:
        return _date_text(float(value), date)
    if _PLAIN.fullmatch(value):
        digits = value.lstrip("+-0")
        return value if len(digits) <= EXACT_DIGITS else f"{Decimal(value):E}"
    number = float(value)
    if abs(number) >= 10**EXACT_DIGITS:
        return f"{Decimal(number):.14E}"
    # 1.1*3 is kept as 3.3000000000000003, and nobody has ever seen that in a sheet.
    seen = Decimal(f"{number:.{EXACT_DIGITS}g}")
    return str(int(seen)) if seen == seen.to_integral_value() else f"{seen:f}"


def _date_text(serial: float, date: DateFormat) -> str:
    try:
        moment = date.epoch + timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError as error:
        raise ValueError(f"no day: {serial}") from error
    if 0 <= serial < 1:
        return f"{moment:%H:%M:%S}"
    whole = not (moment.hour or moment.minute or moment.second or moment.microsecond)
    if whole and not date.clock:
        return f"{moment:%Y-%m-%d}"
    return moment.isoformat(" ", "milliseconds" if moment.microsecond else "seconds")
