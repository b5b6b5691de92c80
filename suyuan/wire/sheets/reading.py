"""Rows to reports: every check is the city form's own, every fault names its column.

The path of a row: cells, by the headings, to the raw city form; that through the ordinary reader;
faults back from JSON pointers to columns.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from suyuan.domain.codes import Code
from suyuan.domain.errors import Fault
from suyuan.domain.events import Event
from suyuan.wire.city import read_city
from suyuan.wire.city_plain import PlainReader
from suyuan.wire.identity import identify_city
from suyuan.wire.reading import Reading
from suyuan.wire.reports import CITY, Report, encode
from suyuan.wire.sheets import cells
from suyuan.wire.sheets.columns import BY_NAME, COLUMNS, EXAMPLE_ID, Column, Content, Heading
from suyuan.wire.sheets.sheet import Line
from suyuan.wire.sheets.words import (
    DOCUMENTS_BY_WORD,
    KINDS_BY_WORD,
    RESULTS_BY_WORD,
    SECTORS_BY_WORD,
    activity_of,
)

# A row has some thirty cells; lists in them can be wrong more often than anybody reads.
FAULTS_LIMIT = 20

_WORDS = {
    "kind": KINDS_BY_WORD,
    "sector": SECTORS_BY_WORD,
    "document_type": DOCUMENTS_BY_WORD,
    "document_result": RESULTS_BY_WORD,
}
_CONVERTED: dict[Content, Callable[[str], Any]] = {
    Content.CODE: cells.code,
    Content.TIME: cells.moment,
    Content.DATE: cells.day,
    Content.QUANTITY: cells.quantity,
    Content.UNIT: cells.unit,
    Content.THINGS: cells.things,
    Content.TEXTS: cells.texts,
}
_BY_PATH = {column.path: column for column in COLUMNS}
_BY_PATH["/documents"] = BY_NAME["document_type"]  # of a report that names none


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row: a machine code, its params, and the column that it is in.

    ``column`` is the name of a column of the form, the header of an extra one, or empty where it
    is the row as a whole; ``place`` where the column stands in the file, counted from 0.
    """

    code: str
    params: dict[str, Any]
    column: str = ""
    place: int | None = None


class RowReader:
    """Reads the rows of one file. ``reporter`` is ``None`` for a department."""

    def __init__(self, headings: Sequence[Heading], reporter: Code | None) -> None:
        self._headings = headings
        self._reporter = reporter
        self._plain: tuple[datetime, PlainReader] | None = None
        self._places = {
            heading.column.name if heading.column else f"extra.{heading.extra}": place
            for place, heading in enumerate(headings)
            if heading.column or heading.extra
        }

    def read(self, line: Line, now: datetime) -> Report | list[RowFault]:
        """The report that a row is, or all that is wrong with it."""
        raw, faults = self._raw(line)
        document = encode(raw)
        event = None if faults else self._plain_reader(now).read(document.encode())
        if event is None:
            event = self._read_with_care(raw, now, faults)
        if event is None or faults:
            return faults
        event, content = identify_city(event)
        return Report(event, content, CITY, document)

    def _plain_reader(self, now: datetime) -> PlainReader:
        """The quick reader for what is plainly right; it is good for one moment."""
        if self._plain is None or self._plain[0] != now:
            self._plain = (now, PlainReader(self._reporter, now))
        return self._plain[1]

    def _read_with_care(
        self, raw: dict[str, Any], now: datetime, faults: list[RowFault]
    ) -> Event | None:
        """The event, or more ``faults``; a column that is blamed already is not blamed again."""
        blamed = {fault.column for fault in faults}
        reading = Reading(0, now, FAULTS_LIMIT)
        event = read_city(reading, raw, self._reporter)
        found = map(self.fault, reading.faults)
        faults += [fault for fault in found if not fault.column or fault.column not in blamed]
        return event

    def is_example(self, line: Line) -> bool:
        """Whether a row is the template's example, left where it was."""
        place = self._places.get("id")
        return place is not None and line.cells[place : place + 1] == [EXAMPLE_ID]

    def fault(self, fault: Fault) -> RowFault:
        """A fault of the city form as a fault of a row, by the longest path that fits."""
        column, path = None, fault.pointer
        while path and column is None:
            column = _BY_PATH.get(path)
            path = path.rpartition("/")[0]
        name = column.name if column is not None else _extra(fault.pointer)
        return RowFault(fault.code, dict(fault.params), name, self._places.get(name))

    def _raw(self, line: Line) -> tuple[dict[str, Any], list[RowFault]]:
        raw: dict[str, Any] = {}
        faults = []
        for place, text in enumerate(line.cells):
            if not text:
                continue
            if place >= len(self._headings) or not self._headings[place].text:
                faults.append(RowFault("cell_without_header", {"place": place + 1}, "", place))
                continue
            refused = _fill(raw, self._headings[place], text)
            if refused is not None:
                column, code = refused
                faults.append(RowFault(code, {"value": text[:80]}, column.name, place))
        _part_measure(raw)
        kind = raw.get("kind")
        if isinstance(kind, str) and isinstance(raw.get("activity"), str):
            raw["activity"] = activity_of(kind, raw["activity"])
        return raw, faults


def _fill(raw: dict[str, Any], heading: Heading, text: str) -> tuple[Column, str] | None:
    """Put a cell where it belongs; its column and a fault's code if it cannot be what it says.

    Even then it stands there, so that the row is not blamed for the lack of it.
    """
    column = heading.column
    if heading.extra is not None:
        raw.setdefault("extra", {})[heading.extra] = text
    if column is None:
        return None
    try:
        put(raw, column, converted(column, text))
    except cells.CellRefused as error:
        put(raw, column, [{"code": text}] if column.content is Content.THINGS else text)
        return column, str(error)
    return None


def _part_measure(raw: dict[str, Any]) -> None:
    """A quantity with its unit behind it, as the two members that it is; another unit beside it
    leaves it to be refused.
    """
    (item,) = raw.get("items", [{}])
    found = cells.measure(item.get("quantity", ""))
    if found is not None and item.get("unit", found[1]) == found[1]:
        item["quantity"], item["unit"] = found


def converted(column: Column, text: str) -> Any:
    """The city form's value of a cell. Raises CellRefused."""
    if column.name in _WORDS:
        return _WORDS[column.name].get(text, text)
    convert = _CONVERTED.get(column.content)
    return text if convert is None else convert(text)


def put(raw: dict[str, Any], column: Column, value: Any) -> None:
    """Set a column's value at its place in the city form."""
    *steps, last = column.path[1:].split("/")
    here: Any = raw
    for step, then in itertools.pairwise([*steps, last]):
        if step != "0":
            inside: Any = [{}] if then == "0" else {}
            inside = here.setdefault(step, inside)
            here = inside[0] if then == "0" else inside
    here[last] = value


def _extra(pointer: str) -> str:
    """The header of the extra column that a pointer leads into, empty where it leads elsewhere."""
    first, _, rest = pointer.removeprefix("/").partition("/")
    if first != "extra" or not rest:
        return ""
    return "extra." + rest.partition("/")[0].replace("~1", "/").replace("~0", "~")


assert set(_WORDS) <= set(BY_NAME)
