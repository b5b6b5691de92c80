"""Labels of a range as a job: made in one go beside the event loop, kept part by part.

A job that was cut off is begun again: the same codes come out, and what was kept is forgotten.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, cast
from uuid import UUID

import msgspec

from services.ingest.file_job import FileJob
from suyuan.domain.coding.ranges import Run
from suyuan.domain.coding.schemes import Keys
from suyuan.domain.errors import NotKnown
from suyuan.storage import coding, job_results
from suyuan.storage.engine import Database
from suyuan.storage.jobs import Job
from suyuan.wire.labels.files import LabelFile, open_labels
from suyuan.wire.labels.label import Label, labels
from suyuan.wire.labels.layouts import LabelFormat

KIND = "labels"
# So many labels are counted at once: a sheet of them takes a fraction of a second.
_BATCH = 500
_PART_BYTES = 1024 * 1024


class LabelOrder(msgspec.Struct, frozen=True):
    """The file of a job of labels. ``lines`` are written beside each symbol.

    ``first`` and ``count`` are numbers behind the stem of the range.
    """

    range: UUID
    first: int
    count: int
    format: LabelFormat
    layout: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Printing:
    """What labels need beside their order: the secrets of codes, the address that symbols carry."""

    keys: Keys
    public_url: str


class LabelJob(FileJob):
    """One claimed job whose file is a ``LabelOrder`` and which makes a file of labels."""

    def __init__(
        self,
        database: Database,
        job: Job,
        token: UUID,
        stopping: Callable[[], bool],
        *,
        printing: Printing,
    ) -> None:
        super().__init__(database, job, token, stopping)
        self._printing = printing

    async def _take_in(self, file: BinaryIO) -> bool:
        file.seek(0)
        order = msgspec.json.decode(file.read(), type=LabelOrder)
        async with self._holding() as connection:
            await job_results.restart(connection, self._job.id, order.count)
        with tempfile.TemporaryFile() as made:
            return await self._make(order, cast(BinaryIO, made))

    async def _make(self, order: LabelOrder, made: BinaryIO) -> bool:
        out = open_labels(order.format, order.layout, order.lines, made)
        coming = await self._labels(order)
        done = 0
        while not self._stopping():
            count = await asyncio.to_thread(_add, out, coming)
            if not count:
                await asyncio.to_thread(out.close)
                return await self._keep(made)
            done += count
            async with self._holding() as connection:
                await job_results.count(connection, self._job.id, done)
        return False

    async def _labels(self, order: LabelOrder) -> Iterator[Label]:
        async with self._database.writing() as connection:
            given = await coding.find(connection, order.range)
        if given is None:
            raise NotKnown("range_unknown", id=str(order.range))
        run = Run(order.first, order.count)
        return labels(self._printing.public_url, given, run, self._printing.keys)

    async def _keep(self, made: BinaryIO) -> bool:
        made.seek(0)
        part = 0
        while data := await asyncio.to_thread(made.read, _PART_BYTES):
            if self._stopping():
                return False
            async with self._holding() as connection:
                await job_results.add(connection, self._job.id, part, data)
            part += 1
        return True


def _add(out: LabelFile, coming: Iterator[Label]) -> int:
    """Put the next labels in; how many there were."""
    count = 0
    for label in islice(coming, _BATCH):
        out.add(label)
        count += 1
    return count
