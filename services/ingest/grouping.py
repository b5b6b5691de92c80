"""Reports that come one by one, stored together: one transaction for all that wait meanwhile.

A commit costs more than what it commits. While one transaction is under way, the reports that
arrive wait for the next; each is answered after the commit that stored it, and by its own outcome.
Where nobody else reports, nobody waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from suyuan.storage.engine import Database
from suyuan.storage.load import Loaded, Row, load

# More would make the first of them wait for the last.
MOST = 100

_Waiting = tuple[Row, asyncio.Future[Loaded]]


class Grouping:
    """Stores lone reports for one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def store(self, row: Row) -> Loaded:
        """What became of the row, which is committed. A row that clashes has changed nothing."""
        stored: asyncio.Future[Loaded] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, stored))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await stored

    async def close(self) -> None:
        """Let what has begun come to its end."""
        if self._working is not None:
            await self._working

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                loaded = await self._load([row for row, _ in group])
            except Exception as error:  # noqa: BLE001 - whatever it is, it is each report's own answer
                await self._one_by_one(group, error)
                continue
            for (_, stored), one in zip(group, loaded, strict=True):
                if not stored.done():  # its sender has gone
                    stored.set_result(one)

    async def _one_by_one(self, group: Sequence[_Waiting], error: Exception) -> None:
        """One report that cannot be stored must not be the others' misfortune."""
        for row, stored in group:
            if stored.done():
                continue
            if len(group) > 1:
                try:
                    loaded = (await self._load([row]))[0]
                except Exception as own:  # noqa: BLE001 - as above
                    error = own
                else:
                    if not stored.done():  # its sender has gone meanwhile
                        stored.set_result(loaded)
                    continue
            if not stored.done():
                stored.set_exception(error)

    async def _load(self, rows: Sequence[Row]) -> list[Loaded]:
        async with self._database.writing() as connection:
            return await load(connection, rows)
