"""Rows of a spreadsheet to entries of the register, every fault with its column.

The path of a row: cells, by their headers, to the body of a PUT; that through the same reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from suyuan.domain.codes import Code
from suyuan.domain.errors import CodeError, Fault
from suyuan.domain.profiles.categories import Categories
from suyuan.domain.register import Entry, Kind, today
from suyuan.wire.reading import Reading, quoted
from suyuan.wire.register import Frame, read_body, read_id
from suyuan.wire.register_columns import REGISTER_COLUMNS
from suyuan.wire.register_form import Form
from suyuan.wire.sheets.reading import FAULTS_LIMIT, RowFault
from suyuan.wire.sheets.sheet import Line


class EntryReader:
    """Reads the rows of one file of entries; ``holder`` is ``None`` for a department.

    ``categories`` are the register's, which a file may also call by their names.
    Raises ReportRefused as ``Form`` does.
    """

    def __init__(
        self,
        kind: Kind,
        header: Sequence[str],
        holder: Code | None,
        categories: Categories | None = None,
    ) -> None:
        self._kind = kind
        self._holder = holder
        self._categories = categories or Categories()
        self._form = Form(REGISTER_COLUMNS[kind], header, self._categories.named)

    def read(self, line: Line, now: datetime) -> Entry | list[RowFault]:
        """The entry that a row is, or all that is wrong with it."""
        raw = self._form.read(line)
        faults = raw.faults
        code = self._code(raw.members.pop("id", None), faults)
        reading = Reading(0, now, FAULTS_LIMIT)
        frame = Frame(self._holder, today(now), self._categories.words)
        entry = read_body(reading, self._kind, code or Code(""), raw.members, frame)
        faults += [self._form.fault(fault, raw.listed) for fault in reading.faults]
        return faults if faults or entry is None else entry

    def is_example(self, line: Line) -> bool:
        """Whether a row is the template's example, left where it was."""
        return self._form.is_example(line)

    def fault(self, fault: Fault) -> RowFault:
        """A fault of an entry as a fault of a row."""
        return self._form.fault(fault)

    def _code(self, text: str | None, faults: list[RowFault]) -> Code | None:
        if text is None:
            faults += self._form.missing_id(faults)
            return None
        try:
            return read_id(self._kind, text, self._holder)
        except CodeError as error:
            params = {"text": quoted(text), **error.params}
            faults.append(self._form.at_id(error.code, params))
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
