"""Tracing over all subsystems: the same walk, over a federation of them."""

from __future__ import annotations

from uuid import uuid4

from services.gateway.holders import HolderIndex
from services.gateway.members import Members
from suyuan.domain.assemble import assemble
from suyuan.domain.caller import Caller
from suyuan.domain.chain import Chain, SourceStatus
from suyuan.domain.trail import Question
from suyuan.sources.base import trace
from suyuan.sources.federation import FederatedSource
from suyuan.web.deadlines import deadline_for


class FederatedTracer:
    """Chains from every expected subsystem; who was silent is named in them."""

    def __init__(self, members: Members, holders: HolderIndex) -> None:
        self._members = members
        self._holders = holders

    async def trace(self, question: Question, caller: Caller) -> Chain:
        deadline = deadline_for(caller)
        members = self._members.sources(caller, trace_id=uuid4().hex)
        source = FederatedSource(members, deadline=deadline)
        trail = await trace(source, question, deadline=deadline)
        reports = source.reports()
        for report in reports:
            if report.status is SourceStatus.ANSWERED:
                self._members.answered(report.subsystem)
        return assemble(question, trail, await self._holders.told(reports, trail.holes))
