"""Rows of a spreadsheet to dossiers, every fault with its column.

The path of a row: cells, by their headers, to the body of ``POST /v1/filings``; that through the
same reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from suyuan.domain.codes import Code
from suyuan.domain.errors import CodeError, Fault
from suyuan.domain.filing import Dossier
from suyuan.domain.profiles.categories import Categories
from suyuan.domain.register import Kind, today
from suyuan.wire.filings import read_dossier_value
from suyuan.wire.reading import Reading, quoted
from suyuan.wire.register import Frame, read_id
from suyuan.wire.register_columns import FILING_COLUMNS
from suyuan.wire.register_form import Form
from suyuan.wire.sheets.reading import FAULTS_LIMIT, RowFault
from suyuan.wire.sheets.sheet import Line

_PARTY = "/party"
_BESIDE_THE_PARTY = ("places", "people", "valid_from")
# Whose row has no code that can be read: the rest of it is checked all the same.
_NOBODY = Code("urn:suyuan:cn:000000000000000000", "uscc")


class FilingReader:
    """Reads the rows of one file of filings; ``holder`` is ``None`` for a department.

    ``categories`` are the register's, which a file may also call by their names. Raises
    ReportRefused as ``Form`` does.
    """

    def __init__(
        self, header: Sequence[str], holder: Code | None, categories: Categories | None = None
    ) -> None:
        self._holder = holder
        self._categories = categories or Categories()
        self._form = Form(FILING_COLUMNS, header, self._categories.named)

    def read(self, line: Line, now: datetime) -> Dossier | list[RowFault]:
        """The dossier that a row is, or all that is wrong with it."""
        raw = self._form.read(line)
        faults = raw.faults
        party = self._party(raw.members.pop("id", None), faults)
        told = {n: raw.members.pop(n) for n in _BESIDE_THE_PARTY if n in raw.members}
        reading = Reading(0, now, FAULTS_LIMIT)
        value = {"party": raw.members, **told}
        frame = Frame(party or _NOBODY, today(now), self._categories.words)
        dossier = read_dossier_value(reading, value, frame)
        faults += [self._form.fault(_flat(fault), raw.listed) for fault in reading.faults]
        return faults if faults or dossier is None else dossier

    def is_example(self, line: Line) -> bool:
        """Whether a row is the template's example, left where it was."""
        return self._form.is_example(line)

    def fault(self, fault: Fault) -> RowFault:
        """A fault of a dossier as a fault of a row."""
        return self._form.fault(_flat(fault))

    def _party(self, text: Any, faults: list[RowFault]) -> Code | None:
        if text is None:
            faults += self._form.missing_id(faults)
            return None
        try:
            party = read_id(Kind.PARTY, text, self._holder)
        except CodeError as error:
            params = {"text": quoted(text), **error.params}
            faults.append(self._form.at_id(error.code, params))
            return None
        if party.scheme != "uscc":
            faults.append(self._form.at_id("filing_needs_uscc", {"id": quoted(text)}))
            return None
        return party


def _flat(fault: Fault) -> Fault:
    """A fault of the dossier's party where a row has it: beside the rest."""
    if not fault.pointer.startswith(f"{_PARTY}/"):
        return fault
    return replace(fault, pointer=fault.pointer.removeprefix(_PARTY))
