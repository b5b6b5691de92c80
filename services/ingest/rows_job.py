"""A file of rows that are no events, taken in: a thousand at a time, each batch one transaction.

A job like that of events, with the same claims, progress, dry run and list of refused rows.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO, Generic, Protocol, TypeVar

import msgspec

from services.ingest.file_job import BATCH_ROWS, FileJob
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Fault
from suyuan.storage import jobs
from suyuan.storage.engine import WriteConnection
from suyuan.storage.jobs import Progress
from suyuan.storage.register import Outcome
from suyuan.wire.register_form import recognised_headers
from suyuan.wire.sheets.columns import Column
from suyuan.wire.sheets.opening import open_sheet
from suyuan.wire.sheets.reading import RowFault
from suyuan.wire.sheets.sheet import Format, Line

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class RowsReader(Protocol[T_co]):
    """What makes something of the rows of one file."""

    def read(self, line: Line, now: datetime) -> T_co | list[RowFault]:
        """What a row is, or all that is wrong with it."""
        ...

    def is_example(self, line: Line) -> bool:
        """Whether a row is a template's example, left where it was."""
        ...

    def fault(self, fault: Fault) -> RowFault:
        """A fault of what a row is as one of the row."""
        ...


@dataclass(slots=True)
class Batch(Generic[T]):
    """Some rows in order: what those are that can be read, faults of the others."""

    taken: list[tuple[Line, T]] = field(default_factory=list)
    refused: list[tuple[Line, list[RowFault]]] = field(default_factory=list)
    last: int = 0

    @property
    def rows(self) -> int:
        return len(self.taken) + len(self.refused)


class RowsJob(FileJob, Generic[T]):
    """One claimed job whose rows are each a ``T``."""

    @property
    @abstractmethod
    def _columns(self) -> Sequence[Column]:
        """The columns that the file may have."""

    @abstractmethod
    def _rows_reader(self, header: Sequence[str]) -> RowsReader[T]:
        """What reads the rows. Raises ReportRefused for a header that it cannot use."""

    @abstractmethod
    def _refusal(self, one: T) -> Fault | None:
        """Why the sender may not send this, if so."""

    @abstractmethod
    async def _keep_all(
        self, connection: WriteConnection, batch: Sequence[T]
    ) -> Sequence[Outcome | Fault]:
        """Store a batch; what became of each."""

    @property
    def _caller(self) -> Caller:
        """Whoever sent the file: an enterprise, or the subsystem's own department."""
        if self._reporter is not None:
            return Caller(CallerRole.ENTERPRISE, self._reporter)
        return Caller(CallerRole.DEPARTMENT, home=self._job.owner.partition(":")[2])

    async def _take_in(self, file: BinaryIO) -> bool:
        recognised = partial(recognised_headers, self._columns)
        sheet = await asyncio.to_thread(open_sheet, file, Format(self._job.format), recognised)
        reader = self._rows_reader(sheet.header)
        async with self._holding() as connection:
            header = msgspec.json.encode(sheet.header).decode()
            await jobs.describe(connection, self._job.id, header, sheet.total)
        unread = (line for line in sheet.lines if line.number > self._job.line)
        while not self._stopping():
            batch = await asyncio.to_thread(next_batch, unread, reader, self._refusal)
            if not batch.last:
                return True
            await self._keep(batch, reader)
        return False

    async def _keep(self, batch: Batch[T], reader: RowsReader[T]) -> None:
        """Store a batch and count it, in one transaction. A dry run stores nothing, and counts."""
        rows = [one for _, one in batch.taken]
        if self._job.dry_run:
            async with self._database.writing() as connection:
                outcomes = await self._keep_all(connection, rows)
                await connection.rollback()
            async with self._holding() as connection:
                await self._tally(connection, batch, outcomes, reader)
            return
        async with self._holding() as connection:
            outcomes = await self._keep_all(connection, rows)
            await self._tally(connection, batch, outcomes, reader)

    async def _tally(
        self,
        connection: WriteConnection,
        batch: Batch[T],
        outcomes: Sequence[Outcome | Fault],
        reader: RowsReader[T],
    ) -> None:
        judged = zip(batch.taken, outcomes, strict=True)
        faulty = [(line, [reader.fault(o)]) for (line, _), o in judged if isinstance(o, Fault)]
        refused = [*batch.refused, *faulty]
        counted = Counter(one for one in outcomes if isinstance(one, Outcome))
        progress = Progress(
            batch.last,
            batch.rows,
            counted[Outcome.ACCEPTED],
            counted[Outcome.REPEATED],
            len(refused),
        )
        rejections = [self._rejection(line, faults) for line, faults in refused]
        await jobs.advance(connection, self._job.id, progress, rejections)


def next_batch(
    lines: Iterator[Line], reader: RowsReader[T], refusal: Callable[[T], Fault | None]
) -> Batch[T]:
    """The next rows of a file, read and checked; empty at its end."""
    batch: Batch[T] = Batch()
    now = datetime.now(UTC)
    for line in lines:
        batch.last = line.number
        if reader.is_example(line):
            continue
        found = reader.read(line, now)
        if isinstance(found, list):
            batch.refused.append((line, found))
        elif (refused := refusal(found)) is not None:
            batch.refused.append((line, [reader.fault(refused)]))
        else:
            batch.taken.append((line, found))
        if batch.rows >= BATCH_ROWS:
            break
    return batch
