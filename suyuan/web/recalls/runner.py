"""Finds out what recalls reach: claimed by one process at a time, streamed into the store.

A process that was killed leaves its claim; another one begins the scope again. What a subsystem
did not answer is asked again every half minute, until it answers or somebody answers for it.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, suppress
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

from suyuan.domain.errors import SuyuanError, Unavailable
from suyuan.domain.recall import Action, Actor, Recall, RecallState, after
from suyuan.domain.recall_scope import Quantities, scope_holes, scope_thing
from suyuan.domain.shares import Affected
from suyuan.storage import recall_notices, recalls
from suyuan.storage.engine import Database, WriteConnection
from suyuan.web.background import Rounds, beside
from suyuan.web.recalls.scoping import Scope, Scoper
from suyuan.wire.recalls import keep_quantities, kept

BEAT_SECONDS = 2.0
# Things that are kept in one transaction, which is also a sign of life.
_BATCH = 2_000

PLATFORM = Actor("platform", "")


class _Lost(Exception):
    """The recall was changed, or another process has taken it over: nothing more may be done."""


class RecallRunner:
    """Claims scopes and finds them, one at a time in each process."""

    def __init__(self, database: Database, scoper: Scoper) -> None:
        self._database = database
        self._scoper = scoper
        self._rounds = Rounds(self._claim, broke="recall_broke_off")

    def wake(self) -> None:
        """Look at once: a recall has come in."""
        self._rounds.wake()

    def at_work(self) -> AbstractAsyncContextManager[None]:
        """Work while the block lasts; what is under way on leaving is begun again by another."""
        return beside(self._rounds.run)

    async def _claim(self) -> bool:
        token = uuid4()
        async with self._database.writing() as connection:
            claimed = await recalls.claim(connection, token)
        if claimed is None:
            return False
        recall, attempts = claimed
        with suppress(_Lost):
            if attempts > recalls.ATTEMPTS_LIMIT:
                await self._fail(recall, token, "job_gave_up")
            else:
                await self._find(recall, token)
        return True

    async def _find(self, recall: UUID, token: UUID) -> None:
        async with self._database.writing() as connection:
            known = await recalls.find(connection, recall, kept)
        if known is None:
            return
        try:
            # Also while it waits for somebody.
            async with beside(partial(self._beat, recall, token)):
                scope = await self._scoper.begin(known)
                quantities = await scope.quantities()
                await self._keep_things(recall, token, scope, quantities)
        except asyncio.CancelledError:
            async with self._database.writing() as connection:
                await recalls.release(connection, recall, token)
            raise
        except Unavailable:
            raise
        except SuyuanError as error:
            await self._fail(recall, token, error.code)
            return
        await self._end(recall, token, scope, quantities)

    async def _beat(self, recall: UUID, token: UUID) -> None:
        ours = True
        while ours:
            await asyncio.sleep(BEAT_SECONDS)
            with suppress(Unavailable):
                async with self._database.writing() as connection:
                    ours = await recalls.beat(connection, recall, token)

    async def _keep_things(
        self, recall: UUID, token: UUID, scope: Scope, quantities: Quantities
    ) -> None:
        counted: dict[str, Affected] = {one.code: one for one in quantities.affected}
        async for found in scope.things():
            things = [scope_thing(one, counted.get(one.code)) for one in found]
            for first in range(0, len(things), _BATCH):
                async with self._database.writing() as connection:
                    if not await recalls.beat(connection, recall, token):
                        raise _Lost
                    await recalls.add_things(connection, recall, things[first : first + _BATCH])

    async def _end(self, recall: UUID, token: UUID, scope: Scope, quantities: Quantities) -> None:
        """What was found is the scope; whoever turned out to hold something is told."""
        holes = scope_holes(scope.holes())
        async with self._database.writing() as connection:
            known = await self._hold(recall, token, connection)
            if known.state is RecallState.PUBLISHED and not known.proposal.drill:
                await recall_notices.tell(connection, recall, quantities.handlers)
            await recalls.end(connection, recall, holes, keep_quantities(quantities))
            if known.state is RecallState.SCOPING:
                done = after(known, Action.SCOPED, PLATFORM, datetime.now(UTC))
                await recalls.add_step(connection, done)

    async def _fail(self, recall: UUID, token: UUID, why: str) -> None:
        async with self._database.writing() as connection:
            known = await self._hold(recall, token, connection)
            if known.state is RecallState.SCOPING:
                failed = after(known, Action.FAIL, PLATFORM, datetime.now(UTC), why)
                await recalls.add_step(connection, failed)
            else:
                await recalls.release(connection, recall, token)

    async def _hold(self, recall: UUID, token: UUID, connection: WriteConnection) -> Recall:
        """The recall, locked and still ours. Raises _Lost."""
        known = await recalls.hold(connection, recall, kept)
        if known is None or not await recalls.beat(connection, recall, token):
            raise _Lost
        return known
