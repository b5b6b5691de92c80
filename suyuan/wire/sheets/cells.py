"""The cells of a spreadsheet as the city form's values: what people write, never what is guessed.

Each function takes the text of a cell and gives the text that the form's own reader takes. What
cannot be understood is given back as it is, so that the reader refuses it in its own words, but
for what would pass and be wrong: that raises ``CellRefused``.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from suyuan.wire.reading import DECIMAL
from suyuan.wire.sheets.words import UNITS_BY_WORD

# A file says nothing of zones, and its rows are the city's: Beijing time. JSON must say its own.
OFFSET = "+08:00"

_DATE = r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?"
_CLOCK = (
    r"(?P<half>[上下]午)?\s*(?P<h>\d{1,2})\s*(?:[时点](?!\s*\d)|[:：时点]\s*(?P<min>\d{1,2})\s*分?"
    r"(?:\s*[:：]?\s*(?P<s>\d{1,2})(?P<f>\.\d{1,9})?\s*秒?)?)"
)
_DAY = re.compile(rf"{_DATE}|(?P<y8>\d{{4}})(?P<m8>\d\d)(?P<d8>\d\d)", re.ASCII)
_MOMENT = re.compile(
    rf"{_DATE}[\sT]*{_CLOCK}\s*(?P<half_en>[AP]M)?\s*(?P<z>Z|[+-]\d\d:\d\d)?", re.ASCII
)
# The hours that each half of the day has, however they are counted.
_HALVES = {
    "上午": {12: 0, **{hour: hour for hour in range(12)}},
    "下午": {12: 12, **{hour: hour % 12 + 12 for hour in (*range(1, 12), *range(13, 24))}},
}
_HALVES |= {"AM": _HALVES["上午"], "PM": _HALVES["下午"]}
# What a spreadsheet makes of a long code that it takes for a number: the last digits are gone.
_AS_NUMBER = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d{2,3}", re.ASCII)
# The number that a spreadsheet keeps for a day from 1954 to 2119, where its cell is not shown as a
# day. Taken for a date it could be one of two, four years apart (ISO/IEC 29500-1, 18.17.4.1).
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?", re.ASCII)
_MEASURE = re.compile(rf"(?P<quantity>{DECIMAL.pattern})\s*(?P<unit>\D.*)")

_UNITS = frozenset(UNITS_BY_WORD.values())
_SEPARATORS = re.compile(r"[;；\n]")
# The last star counts, and only with a number behind it: lots may hold stars.
_THING = re.compile(
    r"(?P<code>.+?)\s*[*×]\s*(?P<quantity>\d+(?:\.\d+)?)\s*(?P<unit>[^\s\d*×]\S{0,3})?", re.DOTALL
)


class CellRefused(ValueError):
    """A cell that cannot be what it says; the text is a machine code of a fault."""


def moment(text: str) -> str:
    """A time as people write it, as ISO 8601; Beijing time where no offset is written.

    Raises CellRefused: ``time_without_hour`` for a day alone, for midnight would be a guess;
    ``day_as_number``.
    """
    plain = _plain(text)
    found = _MOMENT.fullmatch(plain)
    if found is None:
        if _DAY.fullmatch(plain) and _is_day(day(plain)):
            raise CellRefused("time_without_hour")
        return _no_serial(text)
    on = f"{found['y']}-{int(found['m']):02}-{int(found['d']):02}"
    second = f":{int(found['s'] or 0):02}{found['f'] or ''}"
    hour, half = int(found["h"]), found["half"] or found["half_en"]
    if half is not None:
        if hour not in _HALVES[half]:
            return text
        hour = _HALVES[half][hour]
    return f"{on}T{hour:02}:{int(found['min'] or 0):02}{second}{found['z'] or OFFSET}"


def _is_day(iso: str) -> bool:
    try:
        date.fromisoformat(iso)
    except ValueError:
        return False
    return True


def day(text: str) -> str:
    """A date as people write it, as ISO 8601; an hour beside it is left out if it is midnight.

    Raises CellRefused (``day_as_number``).
    """
    found = _DAY.fullmatch(re.sub(r"[\sT]+0?0:00(:00)?$", "", _plain(text)))
    if found is None:
        return _no_serial(text)
    year, month, number = (found[part] or found[f"{part}8"] for part in ("y", "m", "d"))
    return f"{year}-{int(month):02}-{int(number):02}"


def code(text: str) -> str:
    """A code, as it is. Raises CellRefused (``code_as_number``) where its digits are lost."""
    if _AS_NUMBER.fullmatch(text):
        raise CellRefused("code_as_number")
    return text


def unit(text: str) -> str:
    """A unit's code, also from its name."""
    return UNITS_BY_WORD.get(text) or UNITS_BY_WORD.get(_plain(text).lower(), text)


def quantity(text: str) -> str:
    """A quantity, as it is: ``1,234`` is not a number that everybody reads alike."""
    plain = _plain(text)
    return plain if DECIMAL.fullmatch(plain) else text


def measure(text: str) -> tuple[str, str] | None:
    """The quantity and the unit's code of ``12.5公斤``; ``None`` where it is not plainly both."""
    found = _MEASURE.fullmatch(_plain(text))
    code = unit(found["unit"]) if found is not None else ""
    return (found["quantity"], code) if found is not None and code in _UNITS else None


def things(text: str) -> list[dict[str, Any]]:
    """Several things, ``CODE*12.5 KGM; CODE``, as the city form's items."""
    return [_thing(part) for part in texts(text)]


def texts(text: str) -> list[str]:
    """Several texts, separated by semicolons or lines."""
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]


def _thing(text: str) -> dict[str, Any]:
    found = _THING.fullmatch(text)
    if found is None:
        return {"code": code(text)}
    thing = {"code": code(found["code"]), "quantity": quantity(found["quantity"])}
    return {**thing, "unit": unit(found["unit"])} if found["unit"] else thing


def _plain(text: str) -> str:
    """Full-width digits, letters and marks, as Chinese input methods type them, made plain."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def _no_serial(text: str) -> str:
    if _SERIAL.fullmatch(text):
        raise CellRefused("day_as_number")
    return text
