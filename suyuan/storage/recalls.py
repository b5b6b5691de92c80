"""Recalls: proposals, steps, scopes. A step is appended by whoever holds the recall's row.

A scope is found by one process at a time: it claims the recall, beats for it, and writes what it
found in parts. What a process left that is gone is begun again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from suyuan.domain.recall import Action, Actor, Proposal, Recall, RecallState, Step
from suyuan.domain.recall_scope import ScopeHolder, ScopeHole, ScopeThing
from suyuan.storage.engine import ReadConnection, WriteConnection, driver_of

Reading = Callable[[str], Proposal]

# A process beats for what it has claimed every few seconds; one that missed several is gone.
STALE_SECONDS = 10
# What a subsystem did not answer is asked again so often.
AGAIN_SECONDS = 30
# A scope that ends its process every time must not end them all, for ever.
ATTEMPTS_LIMIT = 5


_INSERT = text("""
    INSERT INTO recalls (id, home, proposal, state, drill)
    VALUES (:id, :home, :proposal, :state, :drill)
""")
_STEP = text("""
    INSERT INTO recall_steps (recall, number, action, at, owner, key, note)
    VALUES (:recall, :number, :action, :at, :owner, :key, :note)
""")
_STATE = text("""
    UPDATE recalls SET state = :state, claim = NULL, attempts = 0 WHERE id = :id
""")
_COLUMNS = """r.id, r.home, r.proposal, r.state,
    (SELECT count(*) FROM recall_holes h WHERE h.recall = r.id AND h.signed_off_by IS NULL),
    (SELECT count(*) FROM recall_notices n
     WHERE n.recall = r.id AND n.acknowledged_at IS NULL)"""
_FIND = f"SELECT {_COLUMNS} FROM recalls r WHERE r.id = :id"
_FIND_ALL = text(f"SELECT {_COLUMNS} FROM recalls r WHERE r.id = ANY(CAST(:ids AS uuid[]))")
_HOLD = text(f"{_FIND} FOR UPDATE OF r")
_STEPS = text("""
    SELECT recall, number, action, at, owner, key, note FROM recall_steps
    WHERE recall = ANY(CAST(:ids AS uuid[])) ORDER BY recall, number
""")
_LIST = text(f"""
    SELECT {_COLUMNS} FROM recalls r
    WHERE (CAST(:home AS text) IS NULL OR r.home = :home)
      AND (CAST(:states AS text[]) IS NULL OR r.state = ANY(CAST(:states AS text[])))
    ORDER BY r.created_at DESC, r.id LIMIT :limit
""")
_IN_FORCE = text("""
    SELECT id, state FROM recalls WHERE state IN ('published', 'closed') AND NOT drill
    ORDER BY created_at DESC, id LIMIT :limit
""")

_CLAIM = text("""
    UPDATE recalls SET claim = :claim, heartbeat_at = now(), attempts = attempts + 1
    WHERE id = (SELECT id FROM recalls
                WHERE (state = 'scoping' AND claim IS NULL)
                   OR (claim IS NOT NULL
                       AND heartbeat_at < now() - make_interval(secs => :stale))
                   OR (state IN ('previewed', 'approved', 'published') AND claim IS NULL
                       AND heartbeat_at < now() - make_interval(secs => :again)
                       AND EXISTS (SELECT 1 FROM recall_holes h
                                   WHERE h.recall = id AND h.signed_off_by IS NULL))
                ORDER BY state <> 'scoping', created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, attempts
""")
_BEAT = text("""
    UPDATE recalls SET heartbeat_at = now() WHERE id = :id AND claim = :claim
    RETURNING id
""")
_RELEASE = text("""
    UPDATE recalls SET claim = NULL, attempts = attempts - 1 WHERE id = :id AND claim = :claim
""")
_ADD_HOLES = text("""
    INSERT INTO recall_holes (recall, number, subsystem, reason, questions, signed_off_by)
    SELECT CAST(:id AS uuid), * FROM unnest(
        CAST(:numbers AS integer[]), CAST(:subsystems AS text[]), CAST(:reasons AS text[]),
        CAST(:questions AS integer[]), CAST(:signed AS text[]))
""")
_KEEP_SIGNED = text("""
    DELETE FROM recall_holes WHERE recall = :id RETURNING subsystem, reason, signed_off_by
""")
_END = text("""
    UPDATE recalls SET claim = NULL, heartbeat_at = now(), attempts = 0, quantities = :quantities
    WHERE id = :id
""")
_QUANTITIES = text("SELECT quantities FROM recalls WHERE id = :id")
_THING_COLUMNS = (
    *("code", "is_lot", "state", "holder", "place", "last_time", "worst_case", "pro_rata"),
    "unit",
)
_ADD_THINGS = f"""
    INSERT INTO recall_things (recall, {", ".join(_THING_COLUMNS)})
    SELECT $1::uuid, * FROM unnest($2::text[], $3::boolean[], $4::text[], $5::text[], $6::text[],
                                   $7::timestamptz[], $8::numeric[], $9::numeric[], $10::text[])
    ON CONFLICT (recall, code) DO UPDATE SET
        ({", ".join(_THING_COLUMNS[1:])}) = ({
    ", ".join(f"excluded.{name}" for name in _THING_COLUMNS[1:])
})
"""
_THINGS = text(f"""
    SELECT {", ".join(_THING_COLUMNS)} FROM recall_things
    WHERE recall = :id AND code > :after ORDER BY code LIMIT :limit
""")
_COUNT = text("SELECT count(*) FROM recall_things WHERE recall = :id")
_HOLES = text("""
    SELECT number, subsystem, reason, questions, signed_off_by FROM recall_holes
    WHERE recall = :id ORDER BY number
""")
_SIGN_OFF = text("""
    UPDATE recall_holes SET signed_off_by = :by WHERE recall = :id AND number = :number
    RETURNING number
""")
_HOLDERS = text("""
    SELECT holder, count(*), count(DISTINCT place) FROM recall_things
    WHERE recall = :id AND state IN ('at', 'in_transit') GROUP BY holder
    ORDER BY count(*) DESC, holder LIMIT :limit
""")
_REACHED = text("""
    SELECT DISTINCT recall FROM recall_things
    WHERE recall = ANY(CAST(:ids AS uuid[])) AND code = ANY(CAST(:codes AS text[]))
""")


# --- A recall and its steps ------------------------------------------------------------------


async def propose(connection: WriteConnection, recall: Recall, proposal: str) -> None:
    """Keep a new recall with its first step; ``proposal`` is its JSON."""
    await connection.execute(
        _INSERT,
        {
            "id": recall.id,
            "home": recall.home,
            "proposal": proposal,
            "state": recall.state.value,
            "drill": recall.proposal.drill,
        },
    )
    await add_step(connection, recall)


async def add_step(connection: WriteConnection, recall: Recall) -> None:
    """Keep the recall's last step and the state it is in. For whoever holds the recall."""
    step = recall.steps[-1]
    await connection.execute(
        _STEP,
        {
            "recall": recall.id,
            "number": step.number,
            "action": step.action.value,
            "at": step.at,
            "owner": step.actor.owner,
            "key": step.actor.key,
            "note": step.note,
        },
    )
    await connection.execute(_STATE, {"id": recall.id, "state": recall.state.value})


async def hold(connection: WriteConnection, recall: UUID, read: Reading) -> Recall | None:
    """A recall, locked until the transaction ends: of two steps at once the second sees the first.

    ``read`` makes a ``Proposal`` of its JSON.
    """
    row = (await connection.execute(_HOLD, {"id": recall})).one_or_none()
    return None if row is None else (await _recalls(connection, [row], read))[0]


async def find(
    connection: ReadConnection | WriteConnection, recall: UUID, read: Reading
) -> Recall | None:
    """A recall as it stands."""
    row = (await connection.execute(text(_FIND), {"id": recall})).one_or_none()
    return None if row is None else (await _recalls(connection, [row], read))[0]


async def find_all(
    connection: ReadConnection | WriteConnection, ids: Sequence[UUID], read: Reading
) -> dict[UUID, Recall]:
    """Some recalls as they stand, by their ids."""
    rows = await connection.execute(_FIND_ALL, {"ids": list(ids)})
    return {recall.id: recall for recall in await _recalls(connection, rows.all(), read)}


async def list_recalls(
    connection: ReadConnection | WriteConnection,
    read: Reading,
    *,
    home: str | None,
    states: Sequence[RecallState] | None,
    limit: int,
) -> list[Recall]:
    """Recalls of a home (or all), in some states (or any), the newest first."""
    words = None if states is None else [state.value for state in states]
    rows = await connection.execute(_LIST, {"home": home, "states": words, "limit": limit})
    return await _recalls(connection, rows.all(), read)


async def in_force(
    connection: ReadConnection | WriteConnection, limit: int
) -> list[tuple[UUID, RecallState]]:
    """Which recalls shoppers are told of, the newest first.

    What they are told of one changes with its state alone, so nobody need read the rest twice.
    """
    rows = await connection.execute(_IN_FORCE, {"limit": limit})
    return [(recall, RecallState(state)) for recall, state in rows]


# --- Finding out what it reaches -------------------------------------------------------------


async def claim(connection: WriteConnection, token: UUID) -> tuple[UUID, int] | None:
    """A recall whose scope nobody finds out, or that has open holes; how often it was begun."""
    bound = {"claim": token, "stale": STALE_SECONDS, "again": AGAIN_SECONDS}
    found = await connection.execute(_CLAIM, bound)
    row = found.one_or_none()
    return None if row is None else (row[0], row[1])


async def beat(connection: WriteConnection, recall: UUID, token: UUID) -> bool:
    """Say that the scope is still being found, and lock it; False if it is another's by now."""
    bound = {"id": recall, "claim": token}
    return (await connection.execute(_BEAT, bound)).first() is not None


async def release(connection: WriteConnection, recall: UUID, token: UUID) -> None:
    """Give a scope back, to be begun again by whoever is free."""
    await connection.execute(_RELEASE, {"id": recall, "claim": token})


async def add_things(
    connection: WriteConnection, recall: UUID, things: Sequence[ScopeThing]
) -> None:
    """Keep what was found, or what is known of it now. For whoever has just beaten for it."""
    columns = {name: [getattr(t, name) for t in things] for name in _THING_COLUMNS}
    driver = await driver_of(connection)
    await driver.execute(_ADD_THINGS, recall, *columns.values())


async def end(
    connection: WriteConnection, recall: UUID, holes: Sequence[ScopeHole], quantities: str
) -> None:
    """The scope is found, as far as it can be. What somebody answers for stays answered for.

    ``quantities`` is what is told of them, as JSON.
    """
    kept = {
        (subsystem, reason): by
        for subsystem, reason, by in await connection.execute(_KEEP_SIGNED, {"id": recall})
    }
    columns = {
        "numbers": [hole.number for hole in holes],
        "subsystems": [hole.subsystem for hole in holes],
        "reasons": [hole.reason for hole in holes],
        "questions": [hole.questions for hole in holes],
        "signed": [kept.get((hole.subsystem, hole.reason)) for hole in holes],
    }
    await connection.execute(_ADD_HOLES, {"id": recall, **columns})
    await connection.execute(_END, {"id": recall, "quantities": quantities})


# --- What it reaches -------------------------------------------------------------------------


async def things(
    connection: ReadConnection | WriteConnection, recall: UUID, after: str, limit: int
) -> list[ScopeThing]:
    """What a recall reaches, by code, behind a code."""
    rows = await connection.execute(_THINGS, {"id": recall, "after": after, "limit": limit})
    return [ScopeThing(*row) for row in rows]


async def count_things(connection: ReadConnection | WriteConnection, recall: UUID) -> int:
    """How many things are known by now."""
    counted: int = (await connection.execute(_COUNT, {"id": recall})).scalar_one()
    return counted


async def quantities(connection: ReadConnection | WriteConnection, recall: UUID) -> str | None:
    """What is told of quantities, as JSON; ``None`` before a scope was found."""
    kept: str | None = await connection.scalar(_QUANTITIES, {"id": recall})
    return kept


async def holes(connection: ReadConnection | WriteConnection, recall: UUID) -> list[ScopeHole]:
    """What was asked for a recall and not answered."""
    return [ScopeHole(*row) for row in await connection.execute(_HOLES, {"id": recall})]


async def sign_off(connection: WriteConnection, recall: UUID, number: int, by: str) -> bool:
    """Let somebody answer for a hole; False if there is no such hole."""
    bound = {"id": recall, "number": number, "by": by}
    return (await connection.execute(_SIGN_OFF, bound)).first() is not None


async def holders(
    connection: ReadConnection | WriteConnection, recall: UUID, limit: int
) -> list[ScopeHolder]:
    """Who has things that are recalled, those with most of them first."""
    rows = await connection.execute(_HOLDERS, {"id": recall, "limit": limit})
    return [ScopeHolder(*row) for row in rows]


async def reached(
    connection: ReadConnection, recalls: Sequence[UUID], codes: Iterable[str]
) -> set[UUID]:
    """Which of some recalls reach any of some codes, as their scopes were found."""
    rows = await connection.execute(_REACHED, {"ids": list(recalls), "codes": list(codes)})
    return {row[0] for row in rows}


async def _recalls(
    connection: ReadConnection | WriteConnection, rows: Sequence[Any], read: Reading
) -> list[Recall]:
    steps: dict[UUID, list[Step]] = {row[0]: [] for row in rows}
    for recall, number, action, at, owner, key, note in await connection.execute(
        _STEPS, {"ids": list(steps)}
    ):
        steps[recall].append(Step(number, Action(action), at, Actor(owner, key), note))
    return [
        Recall(
            recall, home, read(proposal), RecallState(state), tuple(steps[recall]), open_, waiting
        )
        for recall, home, proposal, state, open_, waiting in rows
    ]
