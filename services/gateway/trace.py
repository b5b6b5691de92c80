"""Tracing over all subsystems: the same walk, over a federation of them."""

from __future__ import annotations

from uuid import uuid4

from services.gateway.members import Members
from suyuan.domain.assemble import assemble
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.chain import Chain, SourceStatus
from suyuan.domain.trail import Question
from suyuan.sources.base import trace
from suyuan.sources.federation import FederatedSource

# Seconds for a whole trace: a shopper stands before the shelf, an inspector sits at a desk.
CONSUMER_DEADLINE = 2.0
OFFICIAL_DEADLINE = 5.0


class FederatedTracer:
    """Chains from every expected subsystem; who was silent is named in them."""

    def __init__(self, members: Members) -> None:
        self._members = members

    async def trace(self, question: Question, caller: Caller) -> Chain:
        consumer = caller.role is CallerRole.CONSUMER
        source = FederatedSource(
            self._members.sources(caller, trace_id=uuid4().hex),
            deadline=CONSUMER_DEADLINE if consumer else OFFICIAL_DEADLINE,
        )
        trail = await trace(source, question)
        reports = source.reports()
        for report in reports:
            if report.status is SourceStatus.ANSWERED:
                self._members.answered(report.subsystem)
        return assemble(question, trail, reports)
