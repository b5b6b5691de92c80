"""Accesses into the table: a question before its answer goes out, what follows from it soon after.

An access log that may lose rows proves nothing, so an official's question is committed before
anything is answered, together with those that others ask at the same moment. A walk of the gateway
is one question in many calls: its first one is committed, and how much the later ones were told is
added within two seconds. So what a killed process loses is a number, never that somebody looked
(docs/decisions/0019-accesses-before-answers.md).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from suyuan.domain.accesses import Access
from suyuan.domain.errors import SuyuanError, Unavailable
from suyuan.storage import accesses
from suyuan.storage.engine import Database
from suyuan.web.flushing import Flushing

# Who waits longer for the database has most likely lost his caller.
COMMIT_SECONDS = 5.0
# Walks of which later calls are known to be no new question, some 3 MB of them: of one that was
# forgotten the next call is committed like a first one.
MOST_WALKS = 10_000
# Walks whose numbers wait; past it each call is committed by itself, which is slower and loses
# nothing.
MOST_WAITING = 2_000

_Walk = tuple[str, str, str | None]


@dataclass(slots=True, eq=False)
class _Batch:
    """Accesses that are committed together."""

    rows: list[Access] = field(default_factory=list)
    is_over: bool = False
    failed: bool = False


class AccessWriter:
    """Writes the accesses of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open = _Batch()
        self._turn = asyncio.Lock()
        self._walks: OrderedDict[_Walk, None] = OrderedDict()
        self._waiting: dict[_Walk, Access] = {}

    async def record(self, access: Access) -> None:
        """Return when the access is committed, or belongs to a walk of which one is.

        Raises Unavailable where it cannot be: then nothing may be answered.
        """
        walk = _walk_of(access)
        if walk is not None and walk in self._walks and self._wait(walk, access):
            return
        await self._commit(access)
        if walk is not None:
            self._walks[walk] = None
            if len(self._walks) > MOST_WALKS:
                self._walks.popitem(last=False)

    async def flush(self) -> None:
        """Write the numbers that wait; what cannot be written waits on. Raises Unavailable."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        try:
            async with self._database.writing() as connection:
                await accesses.add(connection, list(waiting.values()))
        except BaseException:
            for walk, access in waiting.items():
                later = self._waiting.get(walk)
                self._waiting[walk] = access if later is None else access.with_more(later)
            raise

    def running(self) -> AbstractAsyncContextManager[None]:
        """Flush now and then for as long as the block lasts, and once more at its end."""
        return Flushing(self.flush, waits="accesses_wait").running()

    def _wait(self, walk: _Walk, access: Access) -> bool:
        known = self._waiting.get(walk)
        if known is None and len(self._waiting) >= MOST_WAITING:
            return False
        self._waiting[walk] = access if known is None else known.with_more(access)
        return True

    async def _commit(self, access: Access) -> None:
        """Whoever comes while a commit is under way goes into the next one, with all others.

        An access may be written of which the caller was then refused, since he waited too long; it
        says that somebody asked, which is true.
        """
        batch = self._open
        batch.rows.append(access)
        try:
            async with asyncio.timeout(COMMIT_SECONDS), self._turn:
                if not batch.is_over:
                    await self._write(batch)
        except (SuyuanError, TimeoutError) as error:
            raise Unavailable("access_not_recorded") from error
        if batch.failed:
            raise Unavailable("access_not_recorded")

    async def _write(self, batch: _Batch) -> None:
        if self._open is batch:
            self._open = _Batch()
        try:
            async with self._database.writing() as connection:
                await accesses.add(connection, batch.rows)
        except SuyuanError:
            batch.failed = batch.is_over = True
            raise
        batch.is_over = True


def _walk_of(access: Access) -> _Walk | None:
    if access.trace is None:
        return None
    return access.trace, access.owner, access.key
