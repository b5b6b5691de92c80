"""The form of a file of the register: cells to a JSON value, and faults to their columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suyuan.domain.errors import Fault, ReportRefused
from suyuan.domain.links import LINK_TYPES, REGISTRABLE_TYPES
from suyuan.domain.nearness import nearest
from suyuan.domain.register import Kind
from suyuan.wire.reading import quoted
from suyuan.wire.register import ORGANISATION, PERSON
from suyuan.wire.register_columns import FILING_COLUMNS, REGISTER_COLUMNS, headers_of
from suyuan.wire.sheets import cells
from suyuan.wire.sheets.columns import (
    COLUMNS_LIMIT,
    EXAMPLE_ID,
    Column,
    Content,
    is_ignored,
    plain,
)
from suyuan.wire.sheets.reading import RowFault, put
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
# What people answer for, as in the template; the API has the English words.
ROLES = {
    "法定代表人": "legal_representative",
    "负责人": "person_in_charge",
    "质量负责人": "quality",
    "食品安全员": "food_safety",
    "追溯负责人": "traceability",
    "联系人": "contact",
}
_WORDS: dict[str, Mapping[str, str]] = {
    "type": _TYPES,
    "sector": SECTORS_BY_WORD,
    **{column.name: _LINK_TYPES for column in REGISTER_COLUMNS[Kind.PRODUCT] if _is_type(column)},
    **{column.name: ROLES for column in FILING_COLUMNS if column.path.endswith("/role")},
}
# Members that are lists, of which several columns fill one entry each.
_LISTS = ("licences", "links", "places", "people")


@dataclass(frozen=True, slots=True)
class _Heading:
    place: int
    column: Column


@dataclass(slots=True)
class Raw:
    """What a row says: a value for each member, and what no cell can be.

    ``listed`` says of each list which of its columns' entries are left.
    """

    members: dict[str, Any]
    faults: list[RowFault]
    listed: Mapping[str, Sequence[int]]


class Form:
    """The columns of one file, as its header has them.

    ``named`` are a sector's own names of categories, each with its word. Raises ReportRefused with
    a fault for each header that is unknown or there twice; ``index`` of a fault is its column,
    counted from 0.
    """

    def __init__(
        self, columns: Sequence[Column], header: Sequence[str], named: Mapping[str, str]
    ) -> None:
        self._words = {**_WORDS, "categories": {**named, **_CATEGORIES}}
        self._headings = _read_header(columns, header)
        self._places = {heading.column.name: heading.place for heading in self._headings}
        self._by_path = {column.path: column for column in columns}

    def read(self, line: Line) -> Raw:
        """The members that a row's cells are."""
        raw: dict[str, Any] = {}
        faults = []
        for heading in self._headings:
            text = line.cells[heading.place] if heading.place < len(line.cells) else ""
            if not text.strip():
                continue
            try:
                words = self._words.get(heading.column.name, {})
                _put_value(raw, heading.column, text, words)
            except cells.CellRefused as error:
                name, place = heading.column.name, heading.place
                faults.append(RowFault(str(error), {"value": quoted(text)}, name, place))
        return Raw(raw, faults, _without_empty(raw))

    def is_example(self, line: Line) -> bool:
        """Whether a row is the template's example, left where it was."""
        place = self._places.get("id")
        return place is not None and line.cells[place : place + 1] == [EXAMPLE_ID]

    def fault(self, fault: Fault, listed: Mapping[str, Sequence[int]] | None = None) -> RowFault:
        """A fault of a value as a fault of a row, by the longest path that fits.

        ``listed`` is that of the row, where the fault may be of an entry of a list.
        """
        at = fault.pointer if listed is None else _replaced(fault.pointer, listed)
        column, path = None, at
        while path and column is None:
            column = self._by_path.get(path)
            path = path.rpartition("/")[0]
        name = column.name if column is not None else _whole(at)
        return RowFault(fault.code, dict(fault.params), name, self._places.get(name))

    def at_id(self, code: str, params: dict[str, Any]) -> RowFault:
        """A fault of the id's column."""
        return RowFault(code, params, "id", self._places.get("id"))

    def missing_id(self, known: Sequence[RowFault]) -> list[RowFault]:
        """The fault of a row without an id, unless its cell is blamed already."""
        if any(fault.column == "id" for fault in known):
            return []
        column = self._by_path["/id"]
        return [self.at_id("missing", {"field": f"{column.zh} {column.en}"})]


def _put_value(raw: dict[str, Any], column: Column, text: str, words: Mapping[str, str]) -> None:
    """Set a cell's value at its place, by its column's ``words``. Raises CellRefused."""
    text = text.strip()
    value: Any = text
    if column.content is Content.TEXTS:
        value = [words.get(word, word) for word in cells.texts(text)]
    elif words:
        value = words.get(text, text)
    elif column.content is Content.CODE:
        value = cells.code(text)
    elif column.content is Content.DATE:
        value = cells.day(text)
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


def _replaced(pointer: str, listed: Mapping[str, Sequence[int]]) -> str:
    """A pointer into an entry of a list, at the place of its columns."""
    _, first, *rest = [*pointer.split("/"), ""]
    if first not in _LISTS or not rest[0].isdigit():
        return pointer
    place = listed[first][int(rest[0])]
    return "/".join(["", first, str(place), *rest[1:-1]])


def recognised_headers(columns: Sequence[Column], cells: Iterable[str]) -> int:
    """How many of the cells are headers of a file with these columns."""
    known = headers_of(columns)
    return sum(plain(cell) in known for cell in cells)


def _read_header(columns: Sequence[Column], header: Sequence[str]) -> list[_Heading]:
    found, faults = [], []
    seen: set[str] = set()
    known = headers_of(columns)
    if len(header) > COLUMNS_LIMIT:
        fault = Fault("too_many_columns", "", {"limit": COLUMNS_LIMIT, "row": 1})
        raise ReportRefused("file_refused", faults=[fault])
    for place, cell in enumerate(header):
        column = known.get(plain(cell))
        if column is None:
            if not is_ignored(cell):
                faults.append(Fault("header_unknown", "", _unknown(columns, cell, place), place))
        elif column.name in seen:
            faults.append(Fault("header_twice", "", {"header": quoted(cell)}, place))
        else:
            seen.add(column.name)
            found.append(_Heading(place, column))
    if not found and not faults:
        headers = [column.zh for column in columns]
        faults.append(Fault("header_missing", "", {"headers": headers}))
    if faults:
        raise ReportRefused("file_refused", faults=faults)
    return found


def _unknown(columns: Sequence[Column], cell: str, place: int) -> dict[str, object]:
    shown = cell.strip()[:_HEADER_CHARACTERS]
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
        "/people": "person_name",
        "/places/0/names": "place_name",
        "/places/1/names": "place_name_2",
    }
    return stands.get(pointer, "")
