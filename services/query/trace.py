"""Tracing within one subsystem."""

from __future__ import annotations

import time

from suyuan.domain.assemble import assemble
from suyuan.domain.caller import Caller
from suyuan.domain.chain import Chain, SourceReport, SourceStatus
from suyuan.domain.trail import Question
from suyuan.sources.base import trace
from suyuan.sources.postgres import PostgresSource
from suyuan.sources.registers import OwnRegisters
from suyuan.storage.engine import Database
from suyuan.web.deadlines import Deadlines
from suyuan.web.seen import Foresee


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
