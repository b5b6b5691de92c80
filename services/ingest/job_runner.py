"""The jobs of one ingest process: claimed when there are any, worked at two at a time.

Any number of processes may do so over one database. What one of them had when it ended, however it
ended, another one claims once its heartbeat has stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid4

import structlog

from services.ingest.file_job import FileJob, Lost
from suyuan.domain.errors import Unavailable
from suyuan.storage import jobs
from suyuan.storage.engine import Database
from suyuan.storage.jobs import Job
from suyuan.web.background import Rounds, beside
from suyuan.web.logs import describe

# A trader's fifty rows must not wait for an importer's million.
JOBS_AT_ONCE = 2
BEAT_SECONDS = 2.0

Working = Callable[[Database, Job, UUID, Callable[[], bool]], FileJob]

log = structlog.get_logger("suyuan")


class JobRunner:
    """Claims jobs and works at them until it is stopped."""

    def __init__(self, database: Database, working: Mapping[str, Working]) -> None:
        """``working`` is who works at the jobs of a kind."""
        self._database = database
        self._working = working
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._rounds = Rounds(self._take, broke="job_broke_off")
        self._stopping = False

    def wake(self) -> None:
        """Look at once: a job has come in, or one has ended."""
        self._rounds.wake()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Work while the block lasts; on leaving, finish each batch and give the jobs back."""
        try:
            async with beside(self._rounds.run, self._beat):
                yield
        finally:
            self._stopping = True
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _take(self) -> bool:
        return len(self._running) < JOBS_AT_ONCE and await self._claim()

    async def _claim(self) -> bool:
        token = uuid4()
        async with self._database.writing() as connection:
            claimed = await jobs.claim(connection, token)
        if claimed is None:
            return False
        job, attempts = claimed
        work = self._working[job.kind](self._database, job, token, lambda: self._stopping)
        begun = work.run() if attempts <= jobs.ATTEMPTS_LIMIT else work.give_up()
        task = asyncio.create_task(begun)
        self._running[token] = task
        task.add_done_callback(lambda done: self._done(token, done))
        return True

    def _done(self, token: UUID, task: asyncio.Task[None]) -> None:
        """Without its heartbeat a job that broke off is claimed again before long."""
        del self._running[token]
        _tell(task)
        self.wake()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if self._running:
                with suppress(Unavailable):
                    async with self._database.writing() as connection:
                        await jobs.beat(connection, self._running)


def _tell(task: asyncio.Task[None]) -> None:
    """Log what a task ended with, where that was an error."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, Lost):
        log.error("job_broke_off", **describe(error))
