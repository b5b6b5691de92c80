"""Tracing within one subsystem."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from suyuan.domain.assemble import assemble
from suyuan.domain.caller import Caller
from suyuan.domain.chain import Chain, SourceReport, SourceStatus
from suyuan.domain.codes import Code
from suyuan.domain.errors import SuyuanError
from suyuan.domain.lookup import Ask, Key, Lookup
from suyuan.domain.trail import Question
from suyuan.sources.base import trace
from suyuan.sources.postgres import PostgresSource
from suyuan.sources.registers import OwnRegisters
from suyuan.storage.engine import Database
from suyuan.storage.faults import DRIVER_ERRORS
from suyuan.web.deadlines import Deadlines
from suyuan.web.seen import Foresee

# Names nothing that was ever reported.
_NOTHING = Code("urn:suyuan:nothing")
_WARMING_SECONDS = 2.0


class OwnTracer:
    """Chains from this subsystem's own database."""

    def __init__(
        self,
        database: Database,
        subsystem: str,
        deadlines: Deadlines,
        registers: OwnRegisters | None = None,
    ) -> None:
        self._deadlines = deadlines
        self._source = PostgresSource(database, subsystem=subsystem, registers=registers)
        self._subsystem = subsystem

    async def trace(
        self,
        question: Question,
        caller: Caller,
        foresee: Foresee | None = None,
        *,
        seconds: float | None = None,
    ) -> Chain:
        """The chain as this subsystem knows it; who asks decides only how long it may take."""
        del foresee  # names are one statement of the same database
        began = time.monotonic()
        deadline = seconds or self._deadlines.for_caller(caller)
        trail = await trace(self._source, question, deadline=deadline)
        ms = round((time.monotonic() - began) * 1000)
        report = SourceReport(self._subsystem, SourceStatus.ANSWERED, ms)
        return assemble(question, trail, [report])

    async def warm_up(self) -> None:
        """Open a connection and have a chain's statements planned: nobody's first one waits for it.

        A database that does not answer keeps no service from starting: ``/readyz`` tells of it.
        """
        with suppress(SuyuanError, TimeoutError, *DRIVER_ERRORS):
            async with asyncio.timeout(_WARMING_SECONDS):
                await trace(self._source, Question(_NOTHING))
                await self._source.ask(Lookup((Key(Ask.EVENT, bytes(16).hex()),), bodies=True))
