"""Tracing over all subsystems: the same walk, over a federation of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import uuid4

from services.gateway.foreseeing import Foreseeing
from services.gateway.holders import HolderIndex
from services.gateway.members import Members
from suyuan.domain.accesses import OFFICIALS
from suyuan.domain.assemble import assemble
from suyuan.domain.caller import Caller
from suyuan.domain.chain import Chain, SourceStatus
from suyuan.domain.trail import Question
from suyuan.sources.base import Source, trace
from suyuan.sources.federation import FederatedSource
from suyuan.web.deadlines import Deadlines
from suyuan.web.seen import Foresee

# A question, who asks it, and within how many seconds.
_Asked = tuple[Question, Caller, float]


@dataclass(frozen=True, slots=True)
class _Flight:
    """A question that is being asked, for everybody who asks it meanwhile with the same rights."""

    source: FederatedSource
    asking: asyncio.Task[Chain]


class FederatedTracer:
    """Chains from every expected subsystem; who was silent is named in them.

    A question that is asked again while it is being asked is asked once. An answer is never kept:
    a department that comes back is in the next one. For the same reason nobody joins a question of
    which somebody has been silent already. An official's is always asked: it is an access of its
    own, which every subsystem writes down.
    """

    def __init__(self, members: Members, holders: HolderIndex, deadlines: Deadlines) -> None:
        self._members = members
        self._holders = holders
        self._deadlines = deadlines
        self._flights: dict[_Asked, _Flight] = {}

    async def trace(
        self,
        question: Question,
        caller: Caller,
        foresee: Foresee | None = None,
        *,
        seconds: float | None = None,
    ) -> Chain:
        """``foresee`` is told of what the chain will name, if it is asked for him."""
        asked = question, caller, seconds or self._deadlines.for_caller(caller)
        flight = self._flights.get(asked)
        if flight is None or not flight.source.is_whole or caller.role in OFFICIALS:
            flight = self._start(asked, foresee)
        # Who goes away must not end the question for the others.
        return await asyncio.shield(flight.asking)

    def _start(self, asked: _Asked, foresee: Foresee | None) -> _Flight:
        question, caller, deadline = asked
        registry = self._members.registry
        source = FederatedSource(
            self._members.sources(caller, trace_id=uuid4().hex),
            deadline=deadline,
            may_know=registry.may_know,
        )
        told = source if foresee is None else Foreseeing(source, question.code, foresee)
        asking = asyncio.create_task(self._trace(source, told, question, deadline))
        flight = _Flight(source, asking)
        self._flights[asked] = flight
        asking.add_done_callback(lambda _: self._land(asked, flight))
        return flight

    def _land(self, asked: _Asked, flight: _Flight) -> None:
        if self._flights.get(asked) is flight:
            del self._flights[asked]
        if not flight.asking.cancelled():
            flight.asking.exception()  # seen, also where everybody who asked has gone away

    async def _trace(
        self, source: FederatedSource, told: Source, question: Question, deadline: float
    ) -> Chain:
        trail = await trace(told, question, deadline=deadline)
        reports = source.reports()
        if self._members.exchanges is not None:
            self._members.exchanges.count_holes(trail.holes)
        for report in reports:
            if report.status is SourceStatus.ANSWERED:
                self._members.answered(report.subsystem)
        return assemble(question, trail, await self._holders.told(reports, trail.holes))
