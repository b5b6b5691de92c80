"""Filings: dossiers and every step since. A step is appended by whoever holds the filing's row.

``filings`` says where each one stands; that, the register's versions and ``revocations`` follow
from the steps and can be made again from them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from suyuan.domain.filing import Filing, FilingAction, FilingState, FilingStep, Reason
from suyuan.domain.recall import Actor
from suyuan.storage.engine import ReadConnection, WriteConnection

ReadReasons = Callable[[str], tuple[Reason, ...]]
WriteReasons = Callable[[Sequence[Reason]], str]

_PAGE = 500

_INSERT = text("INSERT INTO filings (id, party, state, at) VALUES (:id, :party, :state, :at)")
_STATE = text("UPDATE filings SET state = :state WHERE id = :id")
_STEP = text("""
    INSERT INTO filing_steps (filing, number, action, at, owner, key, note, reasons, licence,
                              since, dossier, people)
    VALUES (:filing, :number, :action, :at, :owner, :key, :note, :reasons, :licence, :since,
            :dossier, :people)
""")
_OPEN = text("""
    SELECT id FROM filings WHERE party = :party AND state IN ('filed', 'returned')
""")
_FIND = "SELECT id, party, state FROM filings WHERE id = :id"
_LIST = text("""
    SELECT id, party, state FROM filings
    WHERE (CAST(:party AS text) IS NULL OR party = :party)
      AND (CAST(:states AS text[]) IS NULL OR state = ANY(CAST(:states AS text[])))
      AND (CAST(:after AS uuid) IS NULL
           OR (at, id) > (SELECT at, id FROM filings WHERE id = :after))
    ORDER BY at, id LIMIT :limit
""")
_STEPS = text("""
    SELECT filing, number, action, at, owner, key, note, reasons, licence, since
    FROM filing_steps WHERE filing = ANY(CAST(:ids AS uuid[])) ORDER BY filing, number
""")
_DOSSIER = text("""
    SELECT number, dossier, people FROM filing_steps
    WHERE filing = :filing AND number <= :number AND dossier IS NOT NULL
    ORDER BY number DESC LIMIT 1
""")
_REVOKE = text("""
    INSERT INTO revocations (party, licence, filing, since, at)
    VALUES (:party, :licence, :filing, :since, :at) ON CONFLICT DO NOTHING
""")
_REINSTATE = text("""
    DELETE FROM revocations WHERE party = :party AND licence = :licence AND filing = :filing
    RETURNING licence
""")
_REVOKED = text("""
    SELECT party, licence, since, at FROM revocations
    WHERE party = ANY(CAST(:parties AS text[])) ORDER BY party, licence, at
""")
_DECIDED = text("""
    SELECT s.at, s.filing, s.number FROM filing_steps s
    WHERE s.action IN ('approve', 'revoke', 'revoke_licence', 'reinstate_licence')
      AND (CAST(:at AS timestamptz) IS NULL
           OR (s.at, s.filing, s.number) > (:at, CAST(:filing AS uuid), CAST(:number AS integer)))
    ORDER BY s.at, s.filing, s.number LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class KeptDossier:
    """A dossier as it is kept: its JSON, and its people sealed, with the step that brought it."""

    step: int
    document: str
    people: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """That a licence of a party holds no more, or (``licence`` empty) that its filing does not."""

    party: str
    licence: str
    since: date
    at: datetime


class AlreadyOpen(Exception):
    """The party has a filing under way."""


# --- A filing and its steps ------------------------------------------------------------------


async def begin(
    connection: WriteConnection, filing: Filing, dossier: KeptDossier, reasons: WriteReasons
) -> None:
    """Keep a new filing with its first step. Raises AlreadyOpen where the party has an open one."""
    told = {"id": filing.id, "party": filing.party, "state": filing.state.value}
    try:
        async with connection.begin_nested():
            await connection.execute(_INSERT, {**told, "at": filing.steps[0].at})
    except IntegrityError as error:  # filings_open: one a party
        raise AlreadyOpen from error
    await _append(connection, filing, dossier, reasons)


async def add_step(
    connection: WriteConnection,
    filing: Filing,
    reasons: WriteReasons,
    dossier: KeptDossier | None = None,
) -> None:
    """Keep the filing's last step and the state it is in. For whoever holds the filing."""
    await _append(connection, filing, dossier, reasons)
    await connection.execute(_STATE, {"id": filing.id, "state": filing.state.value})


async def _append(
    connection: WriteConnection,
    filing: Filing,
    dossier: KeptDossier | None,
    reasons: WriteReasons,
) -> None:
    step = filing.steps[-1]
    await connection.execute(
        _STEP,
        {
            "filing": filing.id,
            "number": step.number,
            "action": step.action.value,
            "at": step.at,
            "owner": step.actor.owner,
            "key": step.actor.key,
            "note": step.note,
            "reasons": reasons(step.reasons),
            "licence": step.licence,
            "since": step.since,
            "dossier": dossier.document if dossier else None,
            "people": dossier.people if dossier else None,
        },
    )


async def find_open(connection: WriteConnection, party: str) -> UUID | None:
    """The filing of a party that is under way."""
    found: UUID | None = await connection.scalar(_OPEN, {"party": party})
    return found


async def hold(connection: WriteConnection, filing: UUID, read: ReadReasons) -> Filing | None:
    """A filing, locked until the transaction ends: of two steps at once the second sees the first.

    ``read`` makes reasons of their JSON.
    """
    row = (await connection.execute(text(f"{_FIND} FOR UPDATE"), {"id": filing})).one_or_none()
    return None if row is None else (await _filings(connection, [row], read))[0]


async def find(connection: WriteConnection, filing: UUID, read: ReadReasons) -> Filing | None:
    """A filing as it stands, asked of the primary: who has just filed looks at once."""
    row = (await connection.execute(text(_FIND), {"id": filing})).one_or_none()
    return None if row is None else (await _filings(connection, [row], read))[0]


async def list_filings(
    connection: WriteConnection,
    read: ReadReasons,
    *,
    party: str | None,
    states: Sequence[FilingState] | None,
    after: UUID | None,
    limit: int,
) -> list[Filing]:
    """Filings of a party (or all), in some states (or any), the oldest first, behind one."""
    words = None if states is None else [state.value for state in states]
    bound = {"party": party, "states": words, "after": after, "limit": limit}
    return await _filings(connection, (await connection.execute(_LIST, bound)).all(), read)


async def find_dossier(
    connection: WriteConnection, filing: UUID, number: int
) -> KeptDossier | None:
    """The dossier that held at a step."""
    bound = {"filing": filing, "number": number}
    row = (await connection.execute(_DOSSIER, bound)).one_or_none()
    return None if row is None else KeptDossier(*row)


async def _filings(
    connection: WriteConnection, rows: Sequence[Any], read: ReadReasons
) -> list[Filing]:
    steps: dict[UUID, list[FilingStep]] = {row[0]: [] for row in rows}
    for (
        filing,
        number,
        action,
        at,
        owner,
        key,
        note,
        reasons,
        licence,
        since,
    ) in await connection.execute(_STEPS, {"ids": list(steps)}):
        actor = Actor(owner, key)
        done = FilingAction(action)
        steps[filing].append(
            FilingStep(number, done, at, actor, note, read(reasons), licence, since)
        )
    return [
        Filing(filing, party, FilingState(state), tuple(steps[filing]))
        for filing, party, state in rows
    ]


# --- What was revoked ------------------------------------------------------------------------


async def revoke(connection: WriteConnection, filing: UUID, revoked: Revoked) -> None:
    """Note that a licence or a filing holds no more from a day on."""
    await connection.execute(
        _REVOKE,
        {
            "party": revoked.party,
            "licence": revoked.licence,
            "filing": filing,
            "since": revoked.since,
            "at": revoked.at,
        },
    )


async def reinstate(connection: WriteConnection, filing: UUID, party: str, licence: str) -> bool:
    """Let a licence hold again that this filing's steps revoked; False if they did not."""
    bound = {"party": party, "licence": licence, "filing": filing}
    return (await connection.execute(_REINSTATE, bound)).first() is not None


async def find_revoked(
    connection: ReadConnection | WriteConnection, parties: Sequence[str]
) -> list[Revoked]:
    """What some parties' departments have revoked, in order of party, licence and time."""
    rows = await connection.execute(_REVOKED, {"parties": list(parties)})
    return [Revoked(*row) for row in rows]


# --- All decisions ---------------------------------------------------------------------------


async def decided(connection: WriteConnection) -> AsyncIterator[tuple[UUID, int]]:
    """Every step that the register follows from, as filing and number, in order of time."""
    after: dict[str, Any] = {"at": None, "filing": None, "number": None}
    while True:
        rows = (await connection.execute(_DECIDED, {**after, "limit": _PAGE})).all()
        for at, filing, number in rows:
            yield filing, number
            after = {"at": at, "filing": filing, "number": number}
        if len(rows) < _PAGE:
            return
