"""Ranges of codes that were given out, and what has been told of them since.

A range is a run of numbers behind one stem: a million codes are one row. What becomes of codes
afterwards, that they are in use, lost or void, or of which lot they are, is told of runs of numbers
too, one notice after the other; the last one that names a number holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class CodeState(StrEnum):
    """What a code that was given out is. A label that was lost may turn up again; void is void."""

    ISSUED = "issued"
    ACTIVE = "active"
    LOST = "lost"
    VOID = "void"


class Verdict(StrEnum):
    """What can be said of any code: as ``CodeState``, or that it was not given out here."""

    ISSUED = "issued"
    ACTIVE = "active"
    LOST = "lost"
    VOID = "void"
    NOT_ISSUED = "not_issued"  # under a stem that is ours, and nobody was given it
    FOREIGN = "foreign"  # under a stem that is not ours: nothing is known of it here


@dataclass(frozen=True, slots=True)
class Run:
    """Numbers behind one stem, from ``first`` to before ``first + count``."""

    first: int
    count: int

    @property
    def end(self) -> int:
        return self.first + self.count

    def holds(self, number: int) -> bool:
        return self.first <= number < self.end

    def contains(self, other: Run) -> bool:
        return self.first <= other.first and other.end <= self.end


@dataclass(frozen=True, slots=True)
class CodeRange:
    """Codes that one enterprise was given at once. ``owner`` is its short code, ``lot`` theirs."""

    id: UUID
    scheme: str
    stem: str
    run: Run
    owner: str
    lot: str | None
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """What was told of a run of codes; ``lot`` binds them to one, ``None`` leaves it as it was."""

    run: Run
    state: CodeState
    reason: str
    lot: str | None
    recorded_at: datetime


def state_of(number: int, notices: Iterable[Notice]) -> CodeState:
    """The state of a number that was given out; ``notices`` in the order they were told."""
    state = CodeState.ISSUED
    for notice in notices:
        if notice.run.holds(number):
            state = notice.state
    return state


def lot_of(number: int, given: CodeRange, notices: Iterable[Notice]) -> str | None:
    """Which lot a number of a range is of, as the last notice that says so has it."""
    lot = given.lot
    for notice in notices:
        if notice.lot is not None and notice.run.holds(number):
            lot = notice.lot
    return lot


def runs_of(numbers: Iterable[int]) -> list[Run]:
    """Numbers in any order, repeated or not, as the fewest runs."""
    runs: list[Run] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1].end == number:
            runs[-1] = Run(runs[-1].first, runs[-1].count + 1)
        else:
            runs.append(Run(number, 1))
    return runs
