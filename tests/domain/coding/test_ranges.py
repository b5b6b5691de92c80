from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from suyuan.domain.coding.ranges import CodeRange, CodeState, Notice, Run, lot_of, runs_of, state_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GIVEN = CodeRange(uuid4(), "sgtin", "06901234567892", Run(100, 50), "X", "L1", NOW)


def told(first: int, count: int, state: str, lot: str | None = None) -> Notice:
    return Notice(Run(first, count), CodeState(state), "", lot, NOW)


def test_a_code_is_issued_until_something_is_told_of_it() -> None:
    assert state_of(100, []) is CodeState.ISSUED
    assert state_of(100, [told(101, 5, "active")]) is CodeState.ISSUED


def test_the_last_that_was_told_of_a_code_holds() -> None:
    notices = [told(100, 50, "active"), told(110, 1, "lost"), told(110, 1, "active")]
    assert [state_of(n, notices[:2]) for n in (109, 110, 111)] == ["active", "lost", "active"]
    assert state_of(110, notices) is CodeState.ACTIVE


def test_codes_are_of_the_lot_that_was_told_last() -> None:
    notices = [told(100, 10, "active", "L2"), told(105, 1, "lost")]
    assert [lot_of(n, GIVEN, notices) for n in (100, 105, 110)] == ["L2", "L2", "L1"]


def test_numbers_are_put_together_to_runs() -> None:
    assert runs_of([5, 1, 2, 3, 5, 9]) == [Run(1, 3), Run(5, 1), Run(9, 1)]
    assert runs_of([]) == []
