"""The breaker: after some failures one probe at a time, and never in the way of a recovery."""

from __future__ import annotations

import asyncio
import time

import pytest

from suyuan.sources.asking import DOWN, REFUSED, TIMED_OUT, Silent
from suyuan.sources.breaker import Breaker, State


class Member:
    """Answers, is silent for as long as it may, or refuses."""

    def __init__(self) -> None:
        self.mode = "silent"
        self.asked = 0

    async def __call__(self, seconds: float | None) -> str:
        self.asked += 1
        if self.mode == "silent":
            await asyncio.sleep(0.3 if seconds is None else seconds)
            raise Silent(*TIMED_OUT)
        if self.mode == "refuses":
            raise Silent(*REFUSED)
        return "answer"


async def fail(breaker: Breaker, member: Member, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Silent):
            await breaker.guard(member)


async def test_it_opens_after_failures_in_a_row_and_then_costs_a_moment() -> None:
    breaker, member = Breaker(failures=2, probe_seconds=0.05), Member()
    await fail(breaker, member, 2)
    assert breaker.state is State.OPEN
    began = time.monotonic()
    await fail(breaker, member, 1)
    assert time.monotonic() - began < 0.2


async def test_of_many_questions_to_an_open_member_one_is_the_probe() -> None:
    breaker, member = Breaker(failures=1, probe_seconds=0.05), Member()
    await fail(breaker, member, 1)
    asked = member.asked
    told = await asyncio.gather(*(breaker.guard(member) for _ in range(20)), return_exceptions=True)
    assert all(isinstance(one, Silent) for one in told)
    assert member.asked == asked + 1


async def test_the_next_question_after_recovery_is_answered_and_closes_it() -> None:
    breaker, member = Breaker(failures=1, probe_seconds=0.05), Member()
    await fail(breaker, member, 3)
    member.mode = "answers"
    told = await asyncio.gather(*(breaker.guard(member) for _ in range(5)))
    assert told == ["answer"] * 5
    assert breaker.state is State.CLOSED


async def test_a_member_that_is_slow_by_nature_is_found_well_again() -> None:
    """A probe that is shorter than its usual answer would keep it out for good."""
    breaker = Breaker(failures=1, probe_seconds=0.01)
    well = True

    async def slow(seconds: float | None) -> str:
        takes = 0.05 if well else 10
        if seconds is not None and takes > seconds:
            await asyncio.sleep(seconds)
            raise Silent(*TIMED_OUT)
        if not well:
            raise Silent(*TIMED_OUT)
        await asyncio.sleep(takes)
        return "answer"

    assert await breaker.guard(slow) == "answer"
    well = False
    for _ in range(3):
        with pytest.raises(Silent):
            await breaker.guard(slow)
    well = True
    assert await breaker.guard(slow) == "answer"


async def test_a_refusal_is_an_answer_and_opens_nothing() -> None:
    breaker, member = Breaker(failures=1), Member()
    member.mode = "refuses"
    await fail(breaker, member, 5)
    assert breaker.state is State.CLOSED


async def test_a_probe_that_is_given_up_lets_the_next_one_be_tried() -> None:
    breaker, member = Breaker(failures=1, probe_seconds=5), Member()
    await fail(breaker, member, 1)
    probing = asyncio.create_task(breaker.guard(member))
    await asyncio.sleep(0.01)
    assert breaker.state is State.HALF_OPEN
    probing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probing
    member.mode = "answers"
    assert await breaker.guard(member) == "answer"


async def test_what_was_silent_is_told_to_who_waited_for_the_probe() -> None:
    breaker = Breaker(failures=1, probe_seconds=0.05)

    async def down(_seconds: float | None) -> None:
        raise Silent(*DOWN)

    for _ in range(2):
        with pytest.raises(Silent) as told:
            await breaker.guard(down)
        assert (told.value.status, told.value.reason) == DOWN
