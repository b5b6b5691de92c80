"""A file of the ministry's XML as a sheet: a line for each row, in columns that are its tags."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import BinaryIO

from suyuan.domain.errors import Fault, ReportRefused
from suyuan.wire.ministry.cutting import Piece, cut
from suyuan.wire.ministry.records import LINKS, MARKET_ENTRY, MARKET_HEAD, TAGS
from suyuan.wire.ministry.rows import MinistryRow, read_row
from suyuan.wire.sheets.encodings import encoding_of
from suyuan.wire.sheets.sheet import Line, Sheet

HEADER = ("record", *TAGS)
# Heads that wait for their details. Systems write both beside each other; one that writes all heads
# of a day first has some hundreds.
HEADS_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class MinistryLine(Line):
    """A line that is one row of XML; ``faults`` are what is wrong with it as such."""

    faults: tuple[Fault, ...] = ()

    @property
    def record(self) -> str:
        return self.cells[0]

    @property
    def fields(self) -> dict[str, str]:
        return {tag: value for tag, value in zip(HEADER[1:], self.cells[1:], strict=True) if value}


def open_ministry(file: BinaryIO) -> Sheet:
    """The sheet in a file of XML, which must be seekable and stay open.

    Raises ReportRefused: ``encoding_unknown``, ``xml_doctype``, ``ministry_no_rows``.
    """
    encoding = encoding_of(file)
    total = sum(1 for _ in _lines(file, encoding))
    if total == 0:
        raise ReportRefused("file_refused", faults=[Fault("ministry_no_rows")])
    return Sheet(list(HEADER), _lines(file, encoding), total)


def _lines(file: BinaryIO, encoding: str) -> Iterator[Line]:
    """Numbered as they are given, which is the same each time: a job goes on by these numbers."""
    for number, row in enumerate(_joined(map(read_row, _pieces(file, encoding))), 1):
        cells = [row.record, *(row.fields.get(tag, "") for tag in TAGS)]
        yield MinistryLine(number, cells, tuple(row.faults))


def _pieces(file: BinaryIO, encoding: str) -> Iterator[Piece]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding)
    try:
        yield from cut(text)
    finally:
        # Or it would close the file under it when it is collected.
        with suppress(ValueError):
            text.detach()


def _joined(rows: Iterator[MinistryRow]) -> Iterator[MinistryRow]:
    """Details with what their heads say; a head that no detail names is a row of its own."""
    heads = _Heads()
    for row in rows:
        if row.faults:
            yield row
        elif row.record == MARKET_HEAD:
            yield from heads.add(row)
        elif row.record == MARKET_ENTRY:
            yield heads.complete(row)
        else:
            yield row
    yield from heads.alone()


class _Heads:
    """The heads by whatever names them: the ticket, a certificate, the batch."""

    def __init__(self) -> None:
        self._heads: OrderedDict[int, tuple[MinistryRow, bool]] = OrderedDict()
        self._by_link: dict[tuple[str, str], int] = {}
        self._next = 0

    def add(self, head: MinistryRow) -> Iterator[MinistryRow]:
        links = [(tag, head.fields[tag]) for tag in LINKS if tag in head.fields]
        if not links:
            head.faults.append(Fault("ministry_link_missing"))
            yield head
            return
        self._heads[self._next] = (head, False)
        self._by_link.update(dict.fromkeys(links, self._next))
        self._next += 1
        if len(self._heads) > HEADS_LIMIT:
            yield from self._forget(next(iter(self._heads)))

    def complete(self, detail: MinistryRow) -> MinistryRow:
        for tag in LINKS:
            number = self._by_link.get((tag, detail.fields.get(tag, "")))
            if number is not None:
                head, _ = self._heads[number]
                self._heads[number] = (head, True)
                return replace(detail, fields={**head.fields, **detail.fields})
        detail.faults.append(Fault("ministry_head_missing"))
        return detail

    def alone(self) -> Iterator[MinistryRow]:
        for number in list(self._heads):
            yield from self._forget(number)

    def _forget(self, number: int) -> Iterator[MinistryRow]:
        head, used = self._heads.pop(number)
        for tag in LINKS:
            link = (tag, head.fields.get(tag, ""))
            if self._by_link.get(link) == number:
                del self._by_link[link]
        if not used:
            head.faults.append(Fault("ministry_details_missing"))
            yield head
