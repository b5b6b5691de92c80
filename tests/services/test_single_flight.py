"""A question that is asked while it is being asked is asked once; an answer is never kept."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from services.gateway.holders import HolderIndex
from services.gateway.members import Members
from services.gateway.trace import FederatedTracer
from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.lookup import Answer, Lookup
from suyuan.domain.trail import Direction, Question
from suyuan.sources.asking import DOWN, Silent
from suyuan.sources.memory import MemorySource
from suyuan.web.deadlines import Deadlines
from tests.build import moved, stored, thing

QUESTION = Question(thing("X"), Direction.UP)


class Member:
    """A source that takes its time, and may be down."""

    whole = True

    def __init__(self) -> None:
        self.source = MemorySource([stored(moved("a", 1, "X"))])
        self.asked = 0
        self.down = False

    async def ask(self, lookup: Lookup) -> Answer:
        self.asked += not lookup.bodies
        await asyncio.sleep(0.02)
        if self.down:
            raise Silent(*DOWN)
        return await self.source.ask(lookup)


class OneMember:
    """As much of ``Members`` as a tracer needs, with a member that a test can see into."""

    exchanges = None

    class registry:  # noqa: N801  (named as the attribute that it stands for)
        @staticmethod
        def may_know(_subsystem: str, _code: str) -> bool:
            return True

    def __init__(self, member: Member) -> None:
        self._member = member

    def sources(self, _caller: Caller, **_trace: str) -> dict[str, Any]:
        return {"food": self._member}

    def answered(self, _subsystem: str) -> None:
        pass


class NoIndex:
    """A holder index that knows of nobody."""

    async def told(self, reports: Any, _holes: Any) -> Any:
        return reports


@pytest.fixture
def member() -> Member:
    return Member()


@pytest.fixture
def tracer(member: Member) -> FederatedTracer:
    holders = cast(HolderIndex, NoIndex())
    return FederatedTracer(cast(Members, OneMember(member)), holders, Deadlines(2, 2))


async def test_one_question_for_all_who_ask_it_at_once(
    tracer: FederatedTracer, member: Member
) -> None:
    alone = await tracer.trace(QUESTION, CONSUMER)
    asked_alone, member.asked = member.asked, 0
    told = await asyncio.gather(*(tracer.trace(QUESTION, CONSUMER) for _ in range(50)))
    assert all(len(chain.events) == len(alone.events) == 1 for chain in told)
    assert member.asked == asked_alone


async def test_who_has_other_rights_asks_for_himself(
    tracer: FederatedTracer, member: Member
) -> None:
    await tracer.trace(QUESTION, CONSUMER)
    once, member.asked = member.asked, 0
    inspector = Caller(CallerRole.INSPECTOR, home="food")
    await asyncio.gather(tracer.trace(QUESTION, CONSUMER), tracer.trace(QUESTION, inspector))
    assert member.asked == 2 * once


async def test_an_officials_question_is_asked_each_time(
    tracer: FederatedTracer, member: Member
) -> None:
    """Each is an access of its own, and written down where it is answered."""
    inspector = Caller(CallerRole.INSPECTOR, home="food", key="0123456789ab")
    await tracer.trace(QUESTION, inspector)
    once, member.asked = member.asked, 0
    await asyncio.gather(*(tracer.trace(QUESTION, inspector) for _ in range(3)))
    assert member.asked == 3 * once


async def test_who_goes_away_does_not_end_it_for_the_others(tracer: FederatedTracer) -> None:
    first = asyncio.create_task(tracer.trace(QUESTION, CONSUMER))
    second = asyncio.create_task(tracer.trace(QUESTION, CONSUMER))
    await asyncio.sleep(0.01)
    first.cancel()
    assert (await second).complete


async def test_nothing_is_kept_and_nobody_joins_a_question_with_a_gap(
    tracer: FederatedTracer, member: Member
) -> None:
    """The member comes back while an earlier question, which found it down, is still going on."""
    member.down = True
    first = asyncio.create_task(tracer.trace(QUESTION, CONSUMER))
    await asyncio.sleep(0.03)
    member.down = False
    second = await tracer.trace(QUESTION, CONSUMER)
    assert second.complete
    assert not (await first).complete
    assert (await tracer.trace(QUESTION, CONSUMER)).complete
