"""A recall: proposed by one person, approved by another, published, acknowledged, closed.

Every step is kept in order and never changed; what a recall is now follows from its steps. The
clocks are those of the food recall measures (食品召回管理办法): they run from the publication.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Conflict, NotAllowed


class RecallState(StrEnum):
    SCOPING = "scoping"  # what it reaches is being found out
    PREVIEWED = "previewed"  # what it reaches is known, as far as it can be
    APPROVED = "approved"
    PUBLISHED = "published"
    CLOSED = "closed"
    LIFTED = "lifted"  # it was wrong: the banner is gone, and the record stays
    WITHDRAWN = "withdrawn"  # given up before it was published
    FAILED = "failed"  # what it reaches could not be found out


class Action(StrEnum):
    """What may be done to a recall."""

    PROPOSE = "propose"
    SCOPED = "scoped"  # by the platform
    FAIL = "fail"  # by the platform
    RESCOPE = "rescope"
    SIGN_OFF = "sign_off"  # a hole, by name of who will answer for it
    APPROVE = "approve"
    PUBLISH = "publish"
    CLOSE = "close"
    LIFT = "lift"
    WITHDRAW = "withdraw"


_OPEN = (RecallState.PREVIEWED, RecallState.APPROVED)
_AFTER: dict[Action, tuple[tuple[RecallState, ...], RecallState | None]] = {
    Action.SCOPED: ((RecallState.SCOPING,), RecallState.PREVIEWED),
    Action.FAIL: ((RecallState.SCOPING,), RecallState.FAILED),
    Action.RESCOPE: ((*_OPEN, RecallState.FAILED), RecallState.SCOPING),
    Action.SIGN_OFF: ((*_OPEN, RecallState.PUBLISHED), None),
    Action.APPROVE: ((RecallState.PREVIEWED,), RecallState.APPROVED),
    Action.PUBLISH: ((RecallState.APPROVED,), RecallState.PUBLISHED),
    Action.CLOSE: ((RecallState.PUBLISHED,), RecallState.CLOSED),
    Action.LIFT: ((RecallState.PUBLISHED, RecallState.CLOSED), RecallState.LIFTED),
    Action.WITHDRAW: ((RecallState.SCOPING, *_OPEN, RecallState.FAILED), RecallState.WITHDRAWN),
}


class Clock(NamedTuple):
    """How soon a recall of one level starts, in hours, and ends, in working days."""

    start_hours: int
    finish_days: int


CLOCKS = {1: Clock(24, 10), 2: Clock(48, 20), 3: Clock(72, 30)}


@dataclass(frozen=True, slots=True)
class Station:
    """A place that changes what a recall reaches (FoodChain-Lab's switches).

    ``spreads``  from the moment something recalled came there until ``cleaned_at``, whatever was
                 made there is recalled too
    ``kills``    what is made there of something recalled is safe: nothing is followed through it
    """

    place: str
    spreads: bool
    kills: bool
    cleaned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """What the public reads, in the two languages; one of them is always there."""

    zh: str | None = None
    en: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be recalled, why, and how widely.

    ``codes`` are canonical keys; where they were found by a maker's lot number, ``party`` (its key)
    and ``lot`` say which. ``since`` and ``until`` bound the events that are followed.
    A ``drill`` is never shown to consumers, and nobody outside is told.
    """

    codes: tuple[str, ...]
    level: int
    reason: Wording
    advice: Wording | None = None
    phone: str | None = None
    stop_sale: bool = False
    drill: bool = False
    since: datetime | None = None
    until: datetime | None = None
    stations: tuple[Station, ...] = ()
    party: str | None = None
    lot: str | None = None

    @property
    def bounded(self) -> bool:
        """Whether not everything that comes from its codes is recalled."""
        return bool(self.since or self.until or self.stations)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does a step: a role with its owner, and which of the owner's keys."""

    owner: str
    key: str

    @classmethod
    def of(cls, caller: Caller) -> Actor:
        return cls(caller.owner, caller.key or "")

    def may_be(self, other: Actor) -> bool:
        """Whether nothing shows that they are two persons: who shows no key may be anybody."""
        unknown = not self.key or not other.key
        return self.owner == other.owner and (unknown or self.key == other.key)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done. ``note`` is why, in the words of who did it."""

    number: int
    action: Action
    at: datetime
    actor: Actor
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recall:
    """A recall as it stands after its steps.

    ``holes_open`` counts what was asked, not answered and not signed off; ``waiting`` those who
    were told and did not acknowledge yet.
    """

    id: UUID
    home: str
    proposal: Proposal
    state: RecallState
    steps: tuple[Step, ...]
    holes_open: int = 0
    waiting: int = 0

    @property
    def in_force(self) -> bool:
        """Whether shoppers are told: a closed recall's goods may still be in a kitchen."""
        return not self.proposal.drill and self.state in (
            RecallState.PUBLISHED,
            RecallState.CLOSED,
        )

    def done_at(self, action: Action) -> datetime | None:
        """When something was done last."""
        return next((s.at for s in reversed(self.steps) if s.action is action), None)


def may_recall(caller: Caller, home: str) -> bool:
    """Recalls are for the city, and for a department in its own subsystem."""
    if caller.role is CallerRole.CITY:
        return True
    return caller.role is CallerRole.DEPARTMENT and (not home or caller.home == home)


def after(recall: Recall, action: Action, actor: Actor, at: datetime, note: str = "") -> Recall:
    """The recall after one more step.

    Raises Conflict ``recall_state`` where it does not follow, ``recall_holes_open`` and
    ``recall_not_acknowledged`` for a close that comes too soon; NotAllowed ``recall_same_person``
    for an approval by whoever proposed or last changed the recall.
    """
    allowed, then = _AFTER[action]
    if recall.state not in allowed:
        raise Conflict(
            "recall_state", action=action.value, state=recall.state.value, allowed=list(allowed)
        )
    authors = _authors(recall.steps)
    if action is Action.APPROVE and any(actor.may_be(author) for author in authors):
        raise NotAllowed("recall_same_person")
    if action in (Action.APPROVE, Action.CLOSE) and recall.holes_open:
        raise Conflict("recall_holes_open", count=recall.holes_open)
    if action is Action.CLOSE and recall.waiting:
        raise Conflict("recall_not_acknowledged", count=recall.waiting)
    step = Step(len(recall.steps) + 1, action, at, actor, note)
    return replace(recall, state=then or recall.state, steps=(*recall.steps, step))


def seen(recall: Recall, answers: int | None) -> None:
    """Raise Conflict ``recall_moved`` for whoever answers a step that is not the last any more.

    ``None`` is somebody who does not say what he has seen.
    """
    last = recall.steps[-1]
    if answers is not None and answers != last.number:
        raise Conflict("recall_moved", answers=answers, step=last.number, action=last.action.value)


def _authors(steps: Sequence[Step]) -> set[Actor]:
    return {s.actor for s in steps if s.action in (Action.PROPOSE, Action.RESCOPE)}


def deadlines(recall: Recall) -> tuple[datetime, datetime] | None:
    """By when it must have started and ended; ``None`` before it is published."""
    published = recall.done_at(Action.PUBLISH)
    if published is None:
        return None
    clock = CLOCKS[recall.proposal.level]
    started = published + timedelta(hours=clock.start_hours)
    return started, working_days_after(published, clock.finish_days)


def working_days_after(moment: datetime, days: int) -> datetime:
    """So many Mondays to Fridays later; public holidays move by decree and are not known here."""
    while days:
        moment += timedelta(days=1)
        days -= moment.weekday() < 5
    return moment
