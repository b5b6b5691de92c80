"""What a service does beside answering requests, for as long as it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from suyuan.domain.errors import Unavailable
from suyuan.web.logs import describe

# How soon something is seen that came in at another process, or was left by one that is gone.
POLL_SECONDS = 1.0
# The database is away, or a round broke off: it is tried again, and the log is not filled.
PAUSE_SECONDS = 5.0

log = structlog.get_logger("suyuan")


Work = Callable[[], Coroutine[Any, Any, None]]


@asynccontextmanager
async def beside(*works: Work) -> AsyncIterator[None]:
    """Let ``works`` run for as long as the block lasts; on leaving they are cancelled and awaited.

    One that breaks off is told of and begun again five seconds later; one that returns is done.
    """
    tasks = [asyncio.create_task(_lasting(work)) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _lasting(work: Work) -> None:
    while True:
        try:
            await work()
            return
        except Exception as error:  # noqa: BLE001 - a service that runs on without it would be worse
            log.error("background_broke_off", **describe(error))
        await asyncio.sleep(PAUSE_SECONDS)


class Rounds:
    """Takes what there is to do, again at once where there may be more, else after a second.

    ``take`` says whether there may be more. An error costs five seconds and never ends the rounds;
    it is logged as the event ``broke``, but not that the database is away.
    """

    def __init__(self, take: Callable[[], Awaitable[bool]], *, broke: str) -> None:
        self._take = take
        self._broke = broke
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Look at once: something has come in."""
        self._news.set()

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            pause = await self._round()
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._news.wait()

    async def _round(self) -> float:
        """Take all there is; seconds until the next round."""
        try:
            while await self._take():
                pass
        except Unavailable:
            return PAUSE_SECONDS
        except Exception as error:  # noqa: BLE001 - one thing that breaks must not end them all
            log.error(self._broke, **describe(error))
            return PAUSE_SECONDS
        return POLL_SECONDS
