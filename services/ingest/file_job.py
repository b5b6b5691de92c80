"""One file taken in: row by row to reports, a thousand at a time into the store, until its end.

Whatever is right is stored and whatever is wrong is listed (GS1-Capture-Error-Behaviour: proceed).
Each batch is one transaction with the count of its rows: see ``suyuan.storage.jobs``.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import BinaryIO, Protocol, cast
from uuid import UUID

import msgspec

from services.ingest.checking import NO_RULES, Checking, Held, Rules
from suyuan.domain.breaches import Breach
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import Fault, ReportRefused, SuyuanError, Unavailable
from suyuan.domain.profiles.checking import breach_fault
from suyuan.storage import jobs
from suyuan.storage.engine import Database, WriteConnection
from suyuan.storage.jobs import Job, Progress, Rejection, State
from suyuan.storage.load import Loaded, Outcome, Row, load
from suyuan.web.scratch import room
from suyuan.wire.breaches import read_kept, write_breaches, write_kept
from suyuan.wire.ministry.reading import MinistryReader
from suyuan.wire.reports import Report
from suyuan.wire.sheets.columns import read_headings, recognised_headers
from suyuan.wire.sheets.opening import open_sheet
from suyuan.wire.sheets.reading import RowFault, RowReader
from suyuan.wire.sheets.sheet import Format, Line, Sheet

BATCH_ROWS = 1_000
# Rows may be long: a batch is held in memory, and its transaction should last about a second.
_BATCH_CHARACTERS = 2 * 1024 * 1024
# All that is kept of refused rows. A workbook may say one long text in a million cells.
_REJECTED_CHARACTERS = 1024 * 1024 * 1024

# Rows of advice that are kept with a job; those of every event are kept with the event.
ADVICE_KEPT = 100

_encode = msgspec.json.Encoder(decimal_format="string").encode


class Lost(Exception):
    """The job was cancelled, or another process has taken it over: nothing more may be done."""


class Reader(Protocol):
    """What makes reports of the rows of one file."""

    def read(self, line: Line, now: datetime) -> Report | tuple[Report, ...] | list[RowFault]:
        """The reports that a row is, or all that is wrong with it."""
        ...

    def is_example(self, line: Line) -> bool:
        """Whether a row is a template's example, left where it was."""
        ...

    def fault(self, fault: Fault) -> RowFault:
        """A fault of the city form as one of a row."""
        ...


@dataclass(slots=True)
class Batch:
    """Some rows in order: reports of those that can be read, faults of the others."""

    reports: list[tuple[Line, Report]] = field(default_factory=list)
    checked: list[Held] = field(default_factory=list)  # of each report
    refused: list[tuple[Line, list[RowFault]]] = field(default_factory=list)
    rows: int = 0
    last: int = 0

    def add(self, lacking: Mapping[int, tuple[Breach, ...]], reader: Reader) -> None:
        """Add what registers do not know of some reports; their rows go where it is enforced."""
        taken = list(zip(self.reports, self.checked, strict=True))
        gone: dict[int, tuple[Line, list[RowFault]]] = {}
        for place, breaches in lacking.items():
            line = taken[place][0][0]
            faults = [reader.fault(breach_fault(one)) for one in breaches if one.enforced]
            if faults:
                gone.setdefault(line.number, (line, []))[1].extend(faults)
            taken[place] = taken[place][0], replace(taken[place][1], lacking=breaches)
        taken = [one for one in taken if one[0][0].number not in gone]
        self.reports, self.checked = [one for one, _ in taken], [held for _, held in taken]
        self.refused += gone.values()


class FileJob:
    """One claimed job. ``stopping`` is asked between batches: then ``run`` gives the job back.

    ``checking`` holds reports against their sector's profile.
    """

    def __init__(
        self,
        database: Database,
        job: Job,
        token: UUID,
        stopping: Callable[[], bool],
        checking: Checking | None = None,
    ) -> None:
        self._database = database
        self._job = job
        self._token = token
        self._stopping = stopping
        self._reporter = None if job.party is None else recognise(job.party, use=Use.PARTY)
        self._rejected_characters = 0
        self._checking = checking
        self._advice = read_kept(job.advice)

    async def run(self) -> None:
        """Take the file in from where it was left.

        Raises Lost, and Unavailable if the database is away or the disk is full; in all cases, and
        if the process is killed, the job stands as it was after its last batch.
        """
        try:
            with room(), tempfile.TemporaryFile() as file:
                whole = await self._fetch(cast(BinaryIO, file))
                whole = whole and await self._take_in(cast(BinaryIO, file))
        except Unavailable:
            await self._forgive()
            raise
        except SuyuanError as error:
            await self._end(State.FAILED, problem_text(error))
            return
        if whole:
            await self._end(State.DONE)
        else:
            async with self._database.writing() as connection:
                await jobs.release(connection, self._job.id, self._token)

    async def _forgive(self) -> None:
        """It is no fault of the job's: whoever claims it next shall not give it up for that."""
        with suppress(Unavailable):
            async with self._database.writing() as connection:
                await jobs.forgive(connection, self._job.id, self._token)

    async def give_up(self) -> None:
        """End a job that was begun again and again and never got on."""
        await self._end(State.FAILED, problem_text(SuyuanError("job_gave_up")))

    async def _fetch(self, file: BinaryIO) -> bool:
        """Bring the file to this machine's disk, where it can be read twice; False if stopped."""
        part = 0
        while not self._stopping():
            async with self._database.writing() as connection:
                data = await jobs.part(connection, self._job.id, part)
            if data is None:
                return True
            await asyncio.to_thread(file.write, data)
            part += 1
        return False

    async def _take_in(self, file: BinaryIO) -> bool:
        """Store the rows behind the last one that was counted; False if stopped before the end."""
        sheet = await asyncio.to_thread(
            open_sheet, file, Format(self._job.format), recognised_headers
        )
        reader = self._reader(sheet)
        async with self._holding() as connection:
            header = _encode(sheet.header).decode()
            await jobs.describe(connection, self._job.id, header, sheet.total)
        unread = (line for line in sheet.lines if line.number > self._job.line)
        while not self._stopping():
            rules = await self._checking.rules(self._reporter) if self._checking else NO_RULES
            batch = await asyncio.to_thread(next_batch, unread, reader, self._reporter, rules)
            if not batch.last:
                return True
            await self._ask_registers(batch, reader)
            await self._store(batch, reader)
        return False

    def _reader(self, sheet: Sheet) -> Reader:
        if self._job.format == Format.XML:
            return MinistryReader(self._reporter)
        return RowReader(read_headings(sheet.header), self._reporter)

    async def _ask_registers(self, batch: Batch, reader: Reader) -> None:
        """Note what the registers do not know of a batch; refuse rows where that is enforced."""
        held = zip(batch.reports, batch.checked, strict=True)
        events = [(report.event, one.label) for (_, report), one in held]
        lacking = await self._checking.lacking(events) if self._checking else {}
        if lacking:
            batch.add(lacking, reader)

    async def _store(self, batch: Batch, reader: Reader) -> None:
        """Store a batch and count it, in one transaction. A dry run stores nothing, and counts."""
        rows = [
            self._row(report, checked)
            for (_, report), checked in zip(batch.reports, batch.checked, strict=True)
        ]
        if self._job.dry_run:
            async with self._database.writing() as connection:
                loaded = await load(connection, rows)
                await connection.rollback()
            async with self._holding() as connection:
                await self._count(connection, batch, loaded, reader)
            return
        async with self._holding() as connection:
            await self._count(connection, batch, await load(connection, rows), reader)

    async def _count(
        self, connection: WriteConnection, batch: Batch, loaded: list[Loaded], reader: Reader
    ) -> None:
        outcomes = Counter(one.outcome for one in loaded)
        # By row: of two events of one row both may clash.
        clashing = {
            line.number: (
                line,
                [reader.fault(Fault(one.outcome.value, "/id", {"id": report.event.id}))],
            )
            for (line, report), one in zip(batch.reports, loaded, strict=True)
            if one.clashes
        }
        clashes = list(clashing.values())
        refused = [*batch.refused, *clashes]
        progress = Progress(
            batch.last,
            batch.rows,
            outcomes[Outcome.ACCEPTED],
            outcomes[Outcome.REPEATED],
            len(refused),
            *self._advised(batch, loaded),
        )
        rejections = [self._rejection(line, faults) for line, faults in refused]
        await jobs.advance(connection, self._job.id, progress, rejections)

    def _advised(self, batch: Batch, loaded: list[Loaded]) -> tuple[int, str | None]:
        """How many rows of a batch lack something and were taken, and all of it that is kept."""
        taken = zip(batch.reports, batch.checked, loaded, strict=True)
        broken = [
            (line.number, held.found)
            for (line, _), held, one in taken
            if held.found and not one.clashes
        ]
        rows = len({number for number, _ in broken})  # a row may be several events
        if not broken or len(self._advice) >= ADVICE_KEPT:
            return rows, None
        self._advice += [(number, breach) for number, found in broken for breach in found]
        del self._advice[ADVICE_KEPT:]
        return rows, write_kept(self._advice)

    def _rejection(self, line: Line, faults: list[RowFault]) -> Rejection:
        cells = _encode(line.cells).decode()
        self._rejected_characters += len(cells)
        if self._rejected_characters > _REJECTED_CHARACTERS:
            raise ReportRefused("file_too_faulty")
        return Rejection(line.number, cells, _encode(faults).decode())

    def _row(self, report: Report, held: Held) -> Row:
        return Row(
            report.event,
            report.content,
            report.form,
            report.document,
            self._job.owner,
            self._reporter is None,
            held.label,
            write_breaches(held.breaches),
        )

    async def _end(self, state: State, problem: str | None = None) -> None:
        async with self._holding() as connection:
            await jobs.end(connection, self._job.id, state, problem)

    @asynccontextmanager
    async def _holding(self) -> AsyncIterator[WriteConnection]:
        """A transaction in which the job is ours. Raises Lost if it is so no longer."""
        async with self._database.writing() as connection:
            if not await jobs.hold(connection, self._job.id, self._token):
                raise Lost
            yield connection


def next_batch(lines: Iterator[Line], reader: Reader, reporter: Code | None, rules: Rules) -> Batch:
    """The next rows of a file, read and checked; empty at its end.

    An enterprise (``reporter``) reports only as itself, a department on anyone's behalf.
    """
    batch = Batch()
    characters = 0
    now = datetime.now(UTC)
    for line in lines:
        batch.last = line.number
        if reader.is_example(line):
            continue
        found = reader.read(line, now)
        checked: list[Held] = []
        if not isinstance(found, list):
            checked, faults = _checked(_reports(found), reporter, rules)
            found = [reader.fault(fault) for fault in faults] or found
        if isinstance(found, list):
            batch.refused.append((line, found))
        else:
            batch.reports += [(line, report) for report in _reports(found)]
            batch.checked += checked
        batch.rows += 1
        characters += line.characters
        if batch.rows >= BATCH_ROWS or characters >= _BATCH_CHARACTERS:
            break
    return batch


def _reports(found: Report | tuple[Report, ...]) -> tuple[Report, ...]:
    return (found,) if isinstance(found, Report) else found


def _checked(
    reports: tuple[Report, ...], reporter: Code | None, rules: Rules
) -> tuple[list[Held], list[Fault]]:
    """What the profiles say of the reports of a row, and why it cannot be taken in, if so."""
    others = [r.event.party for r in reports if reporter not in (None, r.event.party)]
    if others:
        return [], [Fault("party_not_yours", "/party", {"party": others[0].short})]
    checked = [rules.check(report.event) for report in reports]
    breaches = (breach for held in checked for breach in held.breaches)
    return checked, [breach_fault(breach) for breach in breaches if breach.enforced]


def problem_text(error: SuyuanError) -> str:
    """What stopped a job, as the JSON text that is kept: ``{"code", "params", "faults"}``."""
    faults = [asdict(fault) for fault in error.faults]
    return _encode({"code": error.code, "params": error.params, "faults": faults}).decode()
