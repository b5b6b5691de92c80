"""Rows of a spreadsheet to entries of the register, every fault with its column.

The path of a row: cells, by their headers, to the body of a PUT; that through the same reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from suyuan.domain.codes import Code
from suyuan.domain.errors import CodeError, Fault, ReportRefused
from suyuan.domain.links import LINK_TYPES, REGISTRABLE_TYPES
from suyuan.domain.nearness import nearest
from suyuan.domain.register import Entry, Kind, today
from suyuan.wire.reading import Reading, quoted
from suyuan.wire.register import ORGANISATION, PERSON, Frame, read_body, read_id
from suyuan.wire.register_columns import HEADERS, REGISTER_COLUMNS
from suyuan.wire.sheets import cells
from suyuan.wire.sheets.columns import (
    COLUMNS_LIMIT,
    EXAMPLE_ID,
    Column,
    Content,
    is_ignored,
    plain,
)
from suyuan.wire.sheets.reading import FAULTS_LIMIT, RowFault, put
from suyuan.wire.sheets.sheet import Line
from suyuan.wire.sheets.words import SECTORS_BY_WORD

_HEADER_CHARACTERS = 80


def _is_type(column: Column) -> bool:
    """Whether a column is that of a link's type."""
    return column.path.startswith("/links/") and column.path.endswith("/type")


_TYPES = {
    **dict.fromkeys(("企业", "组织", "机构", "单位", "合作社"), ORGANISATION),
    **dict.fromkeys(("个人", "自然人", "农户"), PERSON),
}
_CATEGORIES = {
    **dict.fromkeys(("种植",), "growing"),
    **dict.fromkeys(("养殖",), "husbandry"),
    **dict.fromkeys(("生产", "加工", "生产加工"), "production"),
    **dict.fromkeys(("屠宰",), "slaughter"),
    **dict.fromkeys(("仓储", "储存"), "storage"),
    **dict.fromkeys(("运输", "物流"), "transport"),
    **dict.fromkeys(("进口",), "import"),
    **dict.fromkeys(("批发",), "wholesale"),
    **dict.fromkeys(("零售",), "retail"),
    **dict.fromkeys(("餐饮",), "catering"),
    **dict.fromkeys(("市场开办", "市场"), "market"),
    **dict.fromkeys(("服务", "第三方服务"), "service"),
}
_LINK_TYPES = {LINK_TYPES[name][0]: name for name in REGISTRABLE_TYPES}
_WORDS: dict[str, Mapping[str, str]] = {
    "type": _TYPES,
    "sector": SECTORS_BY_WORD,
    **{column.name: _LINK_TYPES for column in REGISTER_COLUMNS[Kind.PRODUCT] if _is_type(column)},
}
# Members that are lists, of which several columns fill one entry each.
_LISTS = ("licences", "links")


@dataclass(frozen=True, slots=True)
class _Heading:
    place: int
    column: Column


class EntryReader:
    """Reads the rows of one file of entries; ``holder`` is ``None`` for a department.

    Raises ReportRefused with a fault for each header that is unknown or there twice; ``index`` of
    a fault is its column, counted from 0.
    """

    def __init__(self, kind: Kind, header: Sequence[str], holder: Code | None) -> None:
        self._kind = kind
        self._holder = holder
        self._headings = _read_header(kind, header)
        self._places = {heading.column.name: heading.place for heading in self._headings}
        self._by_path = {column.path: column for column in REGISTER_COLUMNS[kind]}

    def read(self, line: Line, now: datetime) -> Entry | list[RowFault]:
        """The entry that a row is, or all that is wrong with it."""
        raw, faults = self._raw(line)
        code = self._code(raw.pop("id", None), faults)
        reading = Reading(0, now, FAULTS_LIMIT)
        frame = Frame(self._holder, today(now))
        columns = _without_empty(raw)
        entry = read_body(reading, self._kind, code or Code(""), raw, frame)
        faults += [self.fault(_replaced(fault, columns)) for fault in reading.faults]
        return faults if faults or entry is None else entry

    def is_example(self, line: Line) -> bool:
        """Whether a row is the template's example, left where it was."""
        place = self._places.get("id")
        return place is not None and line.cells[place : place + 1] == [EXAMPLE_ID]

    def fault(self, fault: Fault) -> RowFault:
        """A fault of an entry as a fault of a row, by the longest path that fits."""
        column, path = None, fault.pointer
        while path and column is None:
            column = self._by_path.get(path)
            path = path.rpartition("/")[0]
        name = column.name if column is not None else _whole(fault.pointer)
        return RowFault(fault.code, dict(fault.params), name, self._places.get(name))

    def _raw(self, line: Line) -> tuple[dict[str, Any], list[RowFault]]:
        raw: dict[str, Any] = {}
        faults = []
        for heading in self._headings:
            text = line.cells[heading.place] if heading.place < len(line.cells) else ""
            if not text.strip():
                continue
            try:
                put_value(raw, heading.column, text)
            except cells.CellRefused as error:
                name, place = heading.column.name, heading.place
                faults.append(RowFault(str(error), {"value": quoted(text)}, name, place))
        return raw, faults

    def _code(self, text: str | None, faults: list[RowFault]) -> Code | None:
        place = self._places.get("id")
        if text is None:
            if not any(fault.column == "id" for fault in faults):
                column = self._by_path["/id"]
                missing = {"field": f"{column.zh} {column.en}"}
                faults.append(RowFault("missing", missing, "id", place))
            return None
        try:
            return read_id(self._kind, text, self._holder)
        except CodeError as error:
            params = {"text": quoted(text), **error.params}
            faults.append(RowFault(error.code, params, "id", place))
            return None


def read_rows(
    kind: Kind, rows: Iterable[Mapping[str, str]], holder: Code | None, now: datetime
) -> tuple[list[Entry | None], list[Fault]]:
    """Entries of rows that are objects, header to cell; ``None`` where a row has faults.

    A fault's pointer is the name of its column, its index the row's place. Raises ReportRefused as
    ``EntryReader`` does.
    """
    entries: list[Entry | None] = []
    faults: list[Fault] = []
    readers: dict[tuple[str, ...], EntryReader] = {}
    for index, row in enumerate(rows):
        header = tuple(row)
        reader = readers.get(header)
        if reader is None:
            reader = readers[header] = EntryReader(kind, header, holder)
        found = reader.read(Line(index + 1, list(row.values())), now)
        if isinstance(found, list):
            entries.append(None)
            faults += [Fault(f.code, f"/{f.column}", f.params, index) for f in found]
        else:
            entries.append(found)
    return entries, faults


def put_value(raw: dict[str, Any], column: Column, text: str) -> None:
    """Set a cell's value at its place in an entry. Raises CellRefused."""
    text = text.strip()
    value: Any = text
    if column.name in _WORDS:
        value = _WORDS[column.name].get(text, text)
    elif column.content is Content.CODE:
        value = cells.code(text)
    elif column.content is Content.DATE:
        value = cells.day(text)
    elif column.content is Content.TEXTS:
        words = _CATEGORIES if column.name == "categories" else {}
        value = [words.get(word, word) for word in cells.texts(text)]
    if column.path.split("/")[1] in _LISTS:
        _put_listed(raw, column, value)
    else:
        put(raw, column, value)


def _put_listed(raw: dict[str, Any], column: Column, value: Any) -> None:
    _, name, place, *members, last = column.path.split("/")
    entries: list[dict[str, Any]] = raw.setdefault(name, [])
    while len(entries) <= int(place):
        entries.append({})
    entry = entries[int(place)]
    for member in members:
        entry = entry.setdefault(member, {})
    entry[last] = value


def _without_empty(raw: dict[str, Any]) -> dict[str, list[int]]:
    """Take out entries of lists without a cell, and say which of the columns' ones are left."""
    left: dict[str, list[int]] = {}
    for name in _LISTS:
        entries: list[dict[str, Any]] = raw.get(name, [])
        left[name] = [place for place, entry in enumerate(entries) if entry]
        if entries:
            raw[name] = [entries[place] for place in left[name]]
    return left


def _replaced(fault: Fault, columns: Mapping[str, Sequence[int]]) -> Fault:
    """A fault of an entry of a list at the place of its columns."""
    _, first, *rest = [*fault.pointer.split("/"), ""]
    if first not in _LISTS or not rest[0].isdigit():
        return fault
    place = columns[first][int(rest[0])]
    return replace(fault, pointer="/".join(["", first, str(place), *rest[1:-1]]))


def recognised_headers(kind: Kind, cells: Iterable[str]) -> int:
    """How many of the cells are headers of a file of ``kind``."""
    return sum(plain(cell) in HEADERS[kind] for cell in cells)


def _read_header(kind: Kind, header: Sequence[str]) -> list[_Heading]:
    found, faults = [], []
    seen: set[str] = set()
    if len(header) > COLUMNS_LIMIT:
        fault = Fault("too_many_columns", "", {"limit": COLUMNS_LIMIT, "row": 1})
        raise ReportRefused("file_refused", faults=[fault])
    for place, cell in enumerate(header):
        column = HEADERS[kind].get(plain(cell))
        if column is None:
            if not is_ignored(cell):
                faults.append(Fault("header_unknown", "", _unknown(kind, cell, place), place))
        elif column.name in seen:
            faults.append(Fault("header_twice", "", {"header": quoted(cell)}, place))
        else:
            seen.add(column.name)
            found.append(_Heading(place, column))
    if not found and not faults:
        headers = [column.zh for column in REGISTER_COLUMNS[kind]]
        faults.append(Fault("header_missing", "", {"headers": headers}))
    if faults:
        raise ReportRefused("file_refused", faults=faults)
    return found


def _unknown(kind: Kind, cell: str, place: int) -> dict[str, object]:
    shown = cell.strip()[:_HEADER_CHARACTERS]
    columns = REGISTER_COLUMNS[kind]
    known = [name for column in columns for name in (column.zh, column.en, *column.aliases)]
    closest = nearest(shown, known)
    meant = {"closest": closest} if closest else {"allowed": [column.zh for column in columns]}
    return {"header": shown, "place": place + 1, **meant}


def _whole(pointer: str) -> str:
    """The column that stands for a member without one of its own."""
    stands = {
        "/names": "name_zh",
        "/licences": "licence",
        "/brands/0/names": "brand",
        "/links": "link",
    }
    return stands.get(pointer, "")
