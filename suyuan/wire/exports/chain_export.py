"""One export of a chain, page by page: what each page tells goes into the file as it comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from suyuan.domain.chain import Chain
from suyuan.domain.naming import Known
from suyuan.wire.exports.chain_tables import (
    EVENTS,
    FINDINGS,
    HOLDERS,
    Asked,
    about_rows,
    event_rows,
    finding_rows,
    holder_rows,
)
from suyuan.wire.exports.columns import ABOUT
from suyuan.wire.exports.tables import Row, Table
from suyuan.wire.exports.words import said
from suyuan.wire.exports.writing import Writer

# What a page repeats of an earlier one is written once, as long as so many are remembered.
_REMEMBERED = 100_000
# The limits that the next page goes on behind.
_PAGED = frozenset({"max_events", "max_things"})
# What is missing where all events are looked at: in a part of them it may be on another page.
_OF_THE_WHOLE = frozenset({"gap", "asserted", "unaccounted", "over_issue", "mass_gain"})


class ChainExport:
    """Writes pages of one chain with a writer, and at the end what the whole of them is."""

    def __init__(self, writer: Writer, asked: Asked, language: str) -> None:
        self.events = 0
        self._writer = writer
        self._asked = asked
        self._language = language
        self._said: set[tuple[object, ...]] = set()
        self._last: Chain | None = None
        self._lacks = False

    def add(self, chain: Chain, known: Known, *, behind: bool, goes_on: bool) -> None:
        """A page; ``behind`` if it is not the chain's first, ``goes_on`` if another follows, so
        that being cut is no lack of it.
        """
        self.events += len(chain.events)
        self._last = chain
        self._writer.write(EVENTS, event_rows(chain, known, self._language))
        if behind or chain.limits_hit:
            chain = replace(
                chain, findings=tuple(f for f in chain.findings if f.type not in _OF_THE_WHOLE)
            )
            self._write_new(HOLDERS, [{"lot_code": said("part_not_counted", self._language)}])
        else:
            self._writer.write(HOLDERS, holder_rows(chain, known, self._language))
        if behind or goes_on:
            detail = said("part_not_judged", self._language)
            self._write_new(FINDINGS, [{"finding": "limit", "detail": detail}])
        lacking = [limit for limit in chain.limits_hit if not (goes_on and limit in _PAGED)]
        self._write_new(FINDINGS, finding_rows(chain, lacking, self._language))
        answered = all(s.status.value == "answered" for s in chain.sources)
        self._lacks = self._lacks or bool(lacking or chain.holes) or not answered

    def finish(self) -> None:
        """Say what was asked and whether this is everything."""
        if self._last is not None:
            rows = about_rows(
                self._last,
                self._asked,
                events=self.events,
                complete=not self._lacks,
                language=self._language,
            )
            self._writer.write(ABOUT, rows)

    def _write_new(self, table: Table, rows: Iterable[Row]) -> None:
        self._writer.write(table, self._new(rows))

    def _new(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            told = tuple(row.items())
            if told in self._said:
                continue
            if len(self._said) < _REMEMBERED:
                self._said.add(told)
            yield row
