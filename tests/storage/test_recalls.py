"""Recalls in PostgreSQL: claims that outlive nobody, scopes that grow, holes that stay signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from suyuan.domain.recall import Action, Actor, Proposal, Recall, RecallState, Step, Wording
from suyuan.domain.recall_scope import ScopeHole, ScopeThing
from suyuan.storage import recall_notices, recalls
from suyuan.storage.engine import Database, ReadConnection, WriteConnection
from suyuan.web.recalls.board import RecallBoard
from suyuan.wire.recalls import keep, kept

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PROPOSAL = Proposal(("L1",), 1, Wording("x"))


async def proposed(writing: WriteConnection, state: str = "scoping") -> UUID:
    first = Step(1, Action.PROPOSE, NOW, Actor("city", "k"))
    recall = Recall(uuid4(), "", PROPOSAL, RecallState(state), (first,))
    await recalls.propose(writing, recall, keep(PROPOSAL))
    return recall.id


async def grow_old(writing: WriteConnection, recall: UUID, seconds: int) -> None:
    await writing.execute(
        text("UPDATE recalls SET heartbeat_at = now() - make_interval(secs => :s) WHERE id = :id"),
        {"s": seconds, "id": recall},
    )


async def test_what_was_proposed_is_found_as_it_was(writing: WriteConnection) -> None:
    recall = await proposed(writing)
    found = await recalls.find(writing, recall, kept)
    assert found is not None
    assert found.proposal == PROPOSAL
    assert [(s.action, s.actor) for s in found.steps] == [(Action.PROPOSE, Actor("city", "k"))]


async def test_a_scope_is_claimed_once_and_again_when_its_process_is_gone(
    writing: WriteConnection,
) -> None:
    recall = await proposed(writing)
    first, second = uuid4(), uuid4()
    assert await recalls.claim(writing, first) == (recall, 1)
    assert await recalls.claim(writing, second) is None
    await grow_old(writing, recall, recalls.STALE_SECONDS + 1)
    assert await recalls.claim(writing, second) == (recall, 2)
    assert not await recalls.beat(writing, recall, first)
    assert await recalls.beat(writing, recall, second)


async def test_a_scope_that_ends_its_process_again_and_again_is_given_up(
    writing: WriteConnection,
) -> None:
    recall = await proposed(writing)
    for attempt in range(1, recalls.ATTEMPTS_LIMIT + 2):
        token = uuid4()
        assert await recalls.claim(writing, token) == (recall, attempt)
        assert await recalls.beat(writing, recall, token)  # it had got on, and begins anew
        await grow_old(writing, recall, recalls.STALE_SECONDS + 1)


async def test_a_scope_that_was_given_back_was_no_attempt(writing: WriteConnection) -> None:
    recall = await proposed(writing)
    token = uuid4()
    await recalls.claim(writing, token)
    await recalls.release(writing, recall, token)
    assert await recalls.claim(writing, uuid4()) == (recall, 1)


async def test_open_holes_are_asked_again_until_somebody_answers_for_them(
    writing: WriteConnection,
) -> None:
    recall = await proposed(writing, "previewed")
    holes = [ScopeHole(1, "food", "timeout", 3), ScopeHole(2, "imports", "unavailable", 1)]
    await recalls.end(writing, recall, holes, "{}")
    assert await recalls.claim(writing, uuid4()) is None
    await grow_old(writing, recall, recalls.AGAIN_SECONDS + 1)
    token = uuid4()
    assert await recalls.claim(writing, token) == (recall, 1)
    await recalls.release(writing, recall, token)
    for number in (1, 2):
        assert await recalls.sign_off(writing, recall, number, "city")
    assert not await recalls.sign_off(writing, recall, 3, "city")
    await grow_old(writing, recall, recalls.AGAIN_SECONDS + 1)
    assert await recalls.claim(writing, uuid4()) is None


async def test_a_hole_that_was_answered_for_stays_so_when_it_is_asked_again(
    writing: WriteConnection,
) -> None:
    recall = await proposed(writing, "previewed")
    await recalls.end(writing, recall, [ScopeHole(1, "food", "timeout", 3)], "{}")
    await recalls.sign_off(writing, recall, 1, "city")
    again = [ScopeHole(1, "drugs", "timeout", 1), ScopeHole(2, "food", "timeout", 9)]
    await recalls.end(writing, recall, again, "{}")
    kept_holes = await recalls.holes(writing, recall)
    assert [(h.subsystem, h.signed_off_by) for h in kept_holes] == [
        *(("drugs", None), ("food", "city"))
    ]


async def test_a_thing_that_is_found_again_is_known_as_it_is_now(writing: WriteConnection) -> None:
    recall = await proposed(writing)
    await recalls.add_things(writing, recall, [ScopeThing("a", True, "at", "p", "x")])
    await recalls.add_things(
        writing, recall, [ScopeThing("a", True, "at", "q", "y"), ScopeThing("b", False)]
    )
    assert [(t.code, t.holder) for t in await recalls.things(writing, recall, "", 10)] == [
        *(("a", "q"), ("b", None))
    ]
    assert await recalls.count_things(writing, recall) == 2


async def test_whoever_turns_out_to_hold_something_later_is_told_too(
    writing: WriteConnection,
) -> None:
    recall = await proposed(writing, "published")
    await recalls.add_things(writing, recall, [ScopeThing("a", True, "at", "p", "x")])
    await recall_notices.tell(writing, recall)
    await recall_notices.acknowledge(writing, "p", recall)
    await recalls.add_things(writing, recall, [ScopeThing("b", True, "at", "q", "y")])
    await recall_notices.tell(writing, recall)
    told = await recall_notices.of_recall(writing, recall, "", 10)
    assert [(n.party, n.acknowledged_at is not None) for n in told] == [("p", True), ("q", False)]


async def test_a_notice_that_was_taken_is_not_taken_twice_within_its_lease(
    writing: WriteConnection,
) -> None:
    await recall_notices.set_webhook(writing, "p", "https://x.example", "00")
    recall = await proposed(writing, "published")
    await recalls.add_things(writing, recall, [ScopeThing("a", True, "at", "p", "x")])
    await recall_notices.tell(writing, recall)
    (due,) = await recall_notices.take_due(writing, 10)
    assert (due.party, due.things, due.attempts) == ("p", 1, 1)
    assert await recall_notices.take_due(writing, 10) == []
    await recall_notices.failed(writing, due, "status 500", 0)
    assert [d.attempts for d in await recall_notices.take_due(writing, 10)] == [2]
    await recall_notices.delivered(writing, due)
    assert await recall_notices.take_due(writing, 10) == []


async def test_a_board_reads_a_recall_once_and_again_when_its_state_changes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = list[UUID]()
    find_all = recalls.find_all

    async def watched(connection: ReadConnection, ids: Sequence[UUID], how: Any) -> Any:
        read.extend(ids)
        return await find_all(connection, ids, how)

    monkeypatch.setattr(recalls, "find_all", watched)
    board = RecallBoard(database, {})
    board.known_seconds = 0.0
    async with database.writing() as connection:
        one = await proposed(connection, "published")
    try:
        assert [recall.id for recall in await board.in_force()] == [one]
        assert [recall.id for recall in await board.in_force()] == [one]
        assert read == [one]
        await _set_state(database, one, "closed")
        assert [recall.state for recall in await board.in_force()] == [RecallState.CLOSED]
        assert read == [one, one]
        await _set_state(database, one, "lifted")
        assert await board.in_force() == []
    finally:
        await _forget(database, one)


async def _set_state(database: Database, recall: UUID, state: str) -> None:
    async with database.writing() as connection:
        await connection.execute(
            text("UPDATE recalls SET state = :state WHERE id = :id"), {"state": state, "id": recall}
        )


async def _forget(database: Database, recall: UUID) -> None:
    async with database.writing() as connection:
        for table, column in (("recalls", "id"), ("recall_steps", "recall")):
            await connection.execute(
                text(f"DELETE FROM {table} WHERE {column} = :id"), {"id": recall}
            )
