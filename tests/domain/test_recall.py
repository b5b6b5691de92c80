from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Conflict, NotAllowed
from suyuan.domain.recall import (
    CLOCKS,
    Action,
    Actor,
    Proposal,
    Recall,
    RecallState,
    Station,
    Step,
    Wording,
    after,
    deadlines,
    may_recall,
    working_days_after,
)

NOW = datetime(2026, 3, 6, 10, tzinfo=UTC)  # a Friday
ANNA, BEN, PLATFORM = Actor("department:meat", "a"), Actor("department:meat", "b"), Actor("p", "")


def recall(state: str = "previewed", *, holes: int = 0, waiting: int = 0, **more: object) -> Recall:
    proposal = Proposal(("L",), 1, Wording("x"), **more)  # type: ignore[arg-type]
    first = (Step(1, Action.PROPOSE, NOW, ANNA),)
    return Recall(uuid4(), "meat", proposal, RecallState(state), first, holes, waiting)


def test_the_whole_way_from_a_proposal_to_its_end() -> None:
    now = recall("scoping")
    for action, actor in (
        (Action.SCOPED, PLATFORM),
        (Action.APPROVE, BEN),
        (Action.PUBLISH, ANNA),
        (Action.CLOSE, ANNA),
        (Action.LIFT, BEN),
    ):
        now = after(now, action, actor, NOW)
    assert now.state is RecallState.LIFTED
    assert [s.number for s in now.steps] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("state", RecallState)
@pytest.mark.parametrize("action", [a for a in Action if a is not Action.PROPOSE])
def test_a_step_is_taken_where_it_follows_and_refused_everywhere_else(
    state: RecallState, action: Action
) -> None:
    right = {
        Action.SCOPED: {"scoping"},
        Action.FAIL: {"scoping"},
        Action.RESCOPE: {"previewed", "approved", "failed"},
        Action.SIGN_OFF: {"previewed", "approved", "published"},
        Action.APPROVE: {"previewed"},
        Action.PUBLISH: {"approved"},
        Action.CLOSE: {"published"},
        Action.LIFT: {"published", "closed"},
        Action.WITHDRAW: {"scoping", "previewed", "approved", "failed"},
    }[action]
    if state in right:
        assert after(recall(state), action, BEN, NOW).steps[-1].action is action
    else:
        with pytest.raises(Conflict, match="recall_state"):
            after(recall(state), action, BEN, NOW)


def test_whoever_proposed_it_or_had_it_scoped_anew_does_not_approve() -> None:
    with pytest.raises(NotAllowed, match="recall_same_person"):
        after(recall(), Action.APPROVE, ANNA, NOW)
    rescoped = after(after(recall(), Action.RESCOPE, BEN, NOW), Action.SCOPED, PLATFORM, NOW)
    with pytest.raises(NotAllowed, match="recall_same_person"):
        after(rescoped, Action.APPROVE, BEN, NOW)
    assert after(rescoped, Action.APPROVE, Actor("city", "c"), NOW).state is RecallState.APPROVED


def test_who_shows_no_key_may_be_the_one_who_proposed_it() -> None:
    nobody = Actor(ANNA.owner, "")
    with pytest.raises(NotAllowed, match="recall_same_person"):
        after(recall(), Action.APPROVE, nobody, NOW)
    assert after(recall(), Action.APPROVE, Actor("city", ""), NOW).state is RecallState.APPROVED


def test_it_is_not_approved_over_open_holes_nor_closed_over_silent_holders() -> None:
    with pytest.raises(Conflict, match="recall_holes_open"):
        after(recall(holes=1), Action.APPROVE, BEN, NOW)
    with pytest.raises(Conflict, match="recall_holes_open"):
        after(recall("published", holes=1), Action.CLOSE, BEN, NOW)
    with pytest.raises(Conflict, match="recall_not_acknowledged"):
        after(recall("published", waiting=3), Action.CLOSE, BEN, NOW)


def test_shoppers_are_told_from_the_publication_until_it_is_lifted_and_never_of_a_drill() -> None:
    told = [s.value for s in RecallState if recall(s.value).in_force]
    assert told == ["published", "closed"]
    assert not recall("published", drill=True).in_force


@pytest.mark.parametrize(("level", "hours", "days"), [(1, 24, 10), (2, 48, 20), (3, 72, 30)])
def test_each_level_has_its_clock(level: int, hours: int, days: int) -> None:
    assert CLOCKS[level] == (hours, days)


def test_the_clocks_run_from_the_publication_over_weekends() -> None:
    assert deadlines(recall("approved")) is None
    published = after(recall("approved"), Action.PUBLISH, BEN, NOW)
    assert deadlines(published) == (NOW + timedelta(hours=24), NOW + timedelta(days=14))


@pytest.mark.parametrize(("days", "later"), [(0, 0), (1, 3), (5, 7), (6, 10)])
def test_working_days_are_mondays_to_fridays(days: int, later: int) -> None:
    assert working_days_after(NOW, days) == NOW + timedelta(days=later)


def test_the_city_recalls_anywhere_a_department_at_home_and_nobody_else() -> None:
    city, meat = Caller(CallerRole.CITY), Caller(CallerRole.DEPARTMENT, home="meat")
    assert [may_recall(city, "meat"), may_recall(meat, "meat"), may_recall(meat, "")] == [True] * 3
    assert not may_recall(meat, "food")
    others = (CallerRole.CONSUMER, CallerRole.ENTERPRISE, CallerRole.INSPECTOR)
    assert not any(may_recall(Caller(role, home="meat"), "meat") for role in others)


@pytest.mark.parametrize(
    ("more", "bounded"),
    [
        ({}, False),
        ({"since": NOW}, True),
        ({"until": NOW}, True),
        ({"stations": (Station("p", True, False),)}, True),
    ],
)
def test_a_window_or_a_station_bounds_a_recall(more: dict[str, object], bounded: bool) -> None:
    assert recall(**more).proposal.bounded is bounded
