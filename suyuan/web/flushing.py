"""What waits in memory is written now and then, and once more when the service stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from suyuan.domain.errors import SuyuanError
from suyuan.web.logs import describe

FLUSH_SECONDS = 2.0
# How long a process that stops waits for a database that does not answer.
_LAST_FLUSH_SECONDS = 3.0

log = structlog.get_logger("suyuan")


class Flushing:
    """Calls ``flush`` every two seconds; what it cannot write it keeps, and raises why.

    ``waits`` is what the log calls the event that the database is away and things wait for it.
    """

    def __init__(self, flush: Callable[[], Awaitable[None]], *, waits: str) -> None:
        self._flush = flush
        self._waits = waits
        self._stop = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Flush now and then for as long as the block lasts, and once more at its end."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._stop.set()
            await task

    async def _run(self) -> None:
        away = False
        while not self._stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), FLUSH_SECONDS)
            away = await self._try(away=away)

    async def _try(self, *, away: bool) -> bool:
        """Whether the database is away; that is logged once, not every two seconds."""
        try:
            async with asyncio.timeout(_LAST_FLUSH_SECONDS if self._stop.is_set() else None):
                await self._flush()
        except (SuyuanError, TimeoutError) as error:
            if not away:
                log.warning(self._waits, code=getattr(error, "code", "timeout"))
            return True
        except Exception as error:  # noqa: BLE001 - or nothing would be written ever after
            if not away:
                log.error(self._waits, **describe(error))
            return True
        return False
