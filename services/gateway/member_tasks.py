"""One task for each subsystem of the registry, which may change while the gateway runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from services.gateway.members import Members
from services.gateway.registry import Subsystem


class MemberTasks:
    """Runs ``work`` for each member that speaks our own lookups, until it leaves the registry."""

    def __init__(
        self, members: Members, work: Callable[[Subsystem], Coroutine[Any, Any, None]]
    ) -> None:
        self._members = members
        self._work = work
        self._running: dict[Subsystem, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Work while the block lasts."""
        self.keep_up()
        try:
            yield
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    def keep_up(self) -> None:
        """Work for the members that the registry has now, and for no others."""
        wanted = self._members.registry.ours
        for member in [m for m in self._running if m not in wanted]:
            self._running.pop(member).cancel()
        for member in wanted:
            if member not in self._running:
                self._running[member] = asyncio.create_task(self._work(member))
