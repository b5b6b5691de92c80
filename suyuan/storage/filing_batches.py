"""Filings by the thousand: what a file brings is looked up and kept in one statement each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from suyuan.domain.filing import Filing, FilingState
from suyuan.storage.engine import WriteConnection
from suyuan.storage.filings import KeptDossier, WriteReasons

# Two files may name one enterprise: the second one sees what the first has filed.
_HOLD = text("SELECT pg_advisory_xact_lock(:lock)")
_LOCK = int.from_bytes(b"filings")
_NEWEST = text("""
    SELECT f.party, f.id, f.state, s.dossier, s.people
    FROM unnest(CAST(:parties AS text[])) AS asked (party)
    CROSS JOIN LATERAL (
        SELECT * FROM filings n WHERE n.party = asked.party AND n.state <> 'withdrawn'
        ORDER BY n.at DESC, n.id DESC LIMIT 1) AS f
    CROSS JOIN LATERAL (
        SELECT * FROM filing_steps n WHERE n.filing = f.id AND n.dossier IS NOT NULL
        ORDER BY n.number DESC LIMIT 1) AS s
""")
_BEGIN = text("""
    INSERT INTO filings (id, party, state, at)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:parties AS text[]), CAST(:states AS text[]),
                         CAST(:moments AS timestamptz[]))
""")
_STEPS = text("""
    INSERT INTO filing_steps (filing, number, action, at, owner, key, note, reasons, dossier,
                              people)
    SELECT * FROM unnest(
        CAST(:filings AS uuid[]), CAST(:numbers AS integer[]), CAST(:actions AS text[]),
        CAST(:moments AS timestamptz[]), CAST(:owners AS text[]), CAST(:keys AS text[]),
        CAST(:notes AS text[]), CAST(:reasons AS text[]), CAST(:dossiers AS text[]),
        CAST(:people AS text[]))
""")


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest filing of a party that was not withdrawn, and its dossier as it is kept."""

    id: UUID
    state: FilingState
    document: str
    people: str


async def hold(connection: WriteConnection) -> None:
    """Be the only one who takes in a file of filings until the transaction ends."""
    await connection.execute(_HOLD, {"lock": _LOCK})


async def find_newest(connection: WriteConnection, parties: Sequence[str]) -> Mapping[str, Newest]:
    """The newest filing of each party that has one."""
    rows = await connection.execute(_NEWEST, {"parties": sorted(set(parties))})
    return {
        party: Newest(found, FilingState(state), document, people)
        for party, found, state, document, people in rows
    }


async def begin_all(
    connection: WriteConnection,
    filings: Sequence[tuple[Filing, KeptDossier]],
    reasons: WriteReasons,
) -> None:
    """Keep new filings, each with every step that it has; the first one brought its dossier."""
    await connection.execute(
        _BEGIN,
        {
            "ids": [filing.id for filing, _ in filings],
            "parties": [filing.party for filing, _ in filings],
            "states": [filing.state.value for filing, _ in filings],
            "moments": [filing.steps[0].at for filing, _ in filings],
        },
    )
    steps = [(filing.id, step, kept) for filing, kept in filings for step in filing.steps]
    await connection.execute(
        _STEPS,
        {
            "filings": [filing for filing, _, _ in steps],
            "numbers": [step.number for _, step, _ in steps],
            "actions": [step.action.value for _, step, _ in steps],
            "moments": [step.at for _, step, _ in steps],
            "owners": [step.actor.owner for _, step, _ in steps],
            "keys": [step.actor.key for _, step, _ in steps],
            "notes": [step.note for _, step, _ in steps],
            "reasons": [reasons(step.reasons) for _, step, _ in steps],
            "dossiers": [k.document if step.number == k.step else None for _, step, k in steps],
            "people": [k.people if step.number == k.step else None for _, step, k in steps],
        },
    )
