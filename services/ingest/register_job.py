"""A file of the register taken in: rows to entries, a thousand versions at a time into the store.

A job like that of events, with the same claims, progress, dry run and list of refused rows.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO

import msgspec

from services.ingest.file_job import BATCH_ROWS, FileJob
from services.ingest.register import store
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Fault, NotAllowed
from suyuan.domain.register import Entry, Kind, must_write
from suyuan.storage import jobs
from suyuan.storage.engine import WriteConnection
from suyuan.storage.jobs import Progress
from suyuan.storage.register import Outcome
from suyuan.wire.register_rows import EntryReader, recognised_headers
from suyuan.wire.sheets.opening import open_sheet
from suyuan.wire.sheets.reading import RowFault
from suyuan.wire.sheets.sheet import Format, Line

KINDS = {kind.plural: kind for kind in Kind}


@dataclass(slots=True)
class Batch:
    """Some rows in order: entries of those that can be read, faults of the others."""

    entries: list[tuple[Line, Entry]] = field(default_factory=list)
    refused: list[tuple[Line, list[RowFault]]] = field(default_factory=list)
    last: int = 0

    @property
    def rows(self) -> int:
        return len(self.entries) + len(self.refused)


class RegisterJob(FileJob):
    """One claimed job whose rows are entries of the register."""

    @property
    def _caller(self) -> Caller:
        """Whoever sent the file: an enterprise, or the subsystem's own department."""
        if self._reporter is not None:
            return Caller(CallerRole.ENTERPRISE, self._reporter)
        return Caller(CallerRole.DEPARTMENT, home=self._job.owner.partition(":")[2])

    async def _take_in(self, file: BinaryIO) -> bool:
        kind = KINDS[self._job.kind]
        recognised = partial(recognised_headers, kind)
        sheet = await asyncio.to_thread(open_sheet, file, Format(self._job.format), recognised)
        reader = EntryReader(kind, sheet.header, self._reporter)
        async with self._holding() as connection:
            header = msgspec.json.encode(sheet.header).decode()
            await jobs.describe(connection, self._job.id, header, sheet.total)
        unread = (line for line in sheet.lines if line.number > self._job.line)
        while not self._stopping():
            batch = await asyncio.to_thread(next_batch, unread, reader, self._caller)
            if not batch.last:
                return True
            await self._keep(batch, reader)
        return False

    async def _keep(self, batch: Batch, reader: EntryReader) -> None:
        """Store a batch and count it, in one transaction. A dry run stores nothing, and counts."""
        entries = [entry for _, entry in batch.entries]
        if self._job.dry_run:
            async with self._database.writing() as connection:
                outcomes = await store(connection, entries, self._caller)
                await connection.rollback()
            async with self._holding() as connection:
                await self._tally(connection, batch, outcomes, reader)
            return
        async with self._holding() as connection:
            outcomes = await store(connection, entries, self._caller)
            await self._tally(connection, batch, outcomes, reader)

    async def _tally(
        self,
        connection: WriteConnection,
        batch: Batch,
        outcomes: Sequence[Outcome],
        reader: EntryReader,
    ) -> None:
        taken = [
            (line, [reader.fault(Fault("register_taken", "/id", {"id": entry.code.short}))])
            for (line, entry), outcome in zip(batch.entries, outcomes, strict=True)
            if outcome is Outcome.TAKEN
        ]
        refused = [*batch.refused, *taken]
        counted = Counter(outcomes)
        progress = Progress(
            batch.last,
            batch.rows,
            counted[Outcome.ACCEPTED],
            counted[Outcome.REPEATED],
            len(refused),
        )
        rejections = [self._rejection(line, faults) for line, faults in refused]
        await jobs.advance(connection, self._job.id, progress, rejections)


def next_batch(lines: Iterator[Line], reader: EntryReader, caller: Caller) -> Batch:
    """The next rows of a file, read and checked; empty at its end.

    An enterprise registers only what is its own, a department anything in its subsystem.
    """
    batch = Batch()
    now = datetime.now(UTC)
    for line in lines:
        batch.last = line.number
        if reader.is_example(line):
            continue
        found = reader.read(line, now)
        if isinstance(found, list):
            batch.refused.append((line, found))
        elif (refusal := _refusal(found, caller)) is not None:
            batch.refused.append((line, [reader.fault(refusal)]))
        else:
            batch.entries.append((line, found))
        if batch.rows >= BATCH_ROWS:
            break
    return batch


def _refusal(entry: Entry, caller: Caller) -> Fault | None:
    try:
        must_write(entry, caller, caller.home or "")
    except NotAllowed as error:
        return Fault(error.code, "/id", error.params)
    return None
