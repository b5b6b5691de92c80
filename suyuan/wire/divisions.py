"""Divisions of China by their GB/T 2260 code: their names, and which are no more.

The table is ``divisions.json``, which says where it is from and under which licences. It has the
counties and development zones of 2023, and what was abolished since 1980, for old addresses.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from suyuan.wire.reading import Reading, pointer, quoted

_CODE = re.compile("[0-9]{6}")
# Offices and addresses change over in the course of a year.
_GRACE_YEARS = 1
# Rows of the table that stand for the lack of a prefecture.
_NO_PREFECTURE = re.compile("市辖区|县|.*直辖县级行政区划")


class _Table(msgspec.Struct):
    current: dict[str, str]
    abolished: dict[str, tuple[str, int]]


def read_district(
    reading: Reading, raw: dict[str, Any], name: str, at: str, on: date | None
) -> str | None:
    """A member that is the code of a division, one that was in force on a day."""
    value = raw.get(name)
    if value is None:
        return None
    here = pointer(at, name)
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        reading.fault("division_malformed", here, value=quoted(value))
    elif value in _table().current:
        return value
    elif (gone := _table().abolished.get(value)) is None:
        reading.fault("division_unknown", here, value=value)
    elif on is not None and on.year > gone[1] + _GRACE_YEARS:
        reading.fault("division_abolished", here, value=value, name=gone[0], year=gone[1])
    else:
        return value
    return None


def division_name(code: str) -> str | None:
    """The name in Chinese with those of what it lies in, ``None`` for an unknown code.

    >>> division_name("350212")
    '福建省厦门市同安区'
    """
    own = _own_name(code)
    if own is None:
        return None
    around = [f"{code[:2]}0000", *([f"{code[:4]}00"] if code[4:] != "00" else [])]
    names = (_own_name(each) or "" for each in around if each != code)
    return "".join(name for name in names if not _NO_PREFECTURE.fullmatch(name)) + own


def _own_name(code: str) -> str | None:
    table = _table()
    gone = table.abolished.get(code)
    return table.current.get(code) or (gone[0] if gone is not None else None)


@cache
def _table() -> _Table:
    text = files("suyuan.wire").joinpath("divisions.json").read_bytes()
    return msgspec.json.decode(text, type=_Table)
