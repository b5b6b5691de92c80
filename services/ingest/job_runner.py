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
from suyuan.web.logs import describe

# A trader's fifty rows must not wait for an importer's million.
JOBS_AT_ONCE = 2
# How soon a job is seen that came in at another process, or was left by one that is gone.
POLL_SECONDS = 1.0
BEAT_SECONDS = 2.0
# The database is away: it is asked again, and the log is not filled.
PAUSE_SECONDS = 5.0

Working = Callable[[Database, Job, UUID, Callable[[], bool]], FileJob]

log = structlog.get_logger("suyuan")


class JobRunner:
    """Claims jobs and works at them until it is stopped."""

    def __init__(self, database: Database, working: Mapping[str, Working]) -> None:
        """``working`` is who works at the jobs of a kind."""
        self._database = database
        self._working = working
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._news = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Look at once: a job has come in, or one has ended."""
        self._news.set()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Work while the block lasts; on leaving, finish each batch and give the jobs back."""
        tasks = [asyncio.create_task(self._claim_all()), asyncio.create_task(self._beat())]
        for task in tasks:
            task.add_done_callback(_tell)
        try:
            yield
        finally:
            self._stopping = True
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, *self._running.values(), return_exceptions=True)

    async def _claim_all(self) -> None:
        while True:
            pause = POLL_SECONDS
            try:
                while len(self._running) < JOBS_AT_ONCE and await self._claim():
                    pass
            except Unavailable:
                pause = PAUSE_SECONDS
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._news.wait()

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
