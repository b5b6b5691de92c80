"""A file's dossiers on file: a thousand in one transaction.

What an enterprise sends waits for its department. What a department sends it has reviewed already:
each is filed and approved, in its name, and the register says it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from services.ingest.filing_effects import ids_of, revoked_among, taken_by_others
from services.ingest.filing_office import sealed_dossier
from services.ingest.register import new_version
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Fault, Unavailable
from suyuan.domain.filing import (
    OPEN,
    Dossier,
    Filing,
    FilingAction,
    FilingState,
    FilingStep,
    Person,
    after,
    first,
)
from suyuan.domain.recall import Actor
from suyuan.storage import filing_batches, filings
from suyuan.storage.engine import WriteConnection
from suyuan.storage.filing_batches import Newest
from suyuan.storage.filings import Revoked
from suyuan.storage.register import Id, NewVersion, Outcome, append, find_holders
from suyuan.wire.filings import keep_reasons, kept_dossier
from suyuan.wire.register_cards import write_entry
from suyuan.wire.sealing import SealBroken, unseal

# Of two decisions on one enterprise in one file, the order must be told from their times.
_APART = timedelta(microseconds=1)

# What a dossier says, but for its dates: each entry's id and content, and who answers for it.
_Said = tuple[frozenset[tuple[Id, bytes]], tuple[Person, ...]]


@dataclass(slots=True)
class _Known:
    """What a batch is judged by; it grows by what the batch itself files."""

    filed: dict[str, tuple[UUID, FilingState, _Said]]
    holders: dict[Id, str | None]
    revoked: Sequence[Revoked]


async def file_all(
    connection: WriteConnection,
    dossiers: Sequence[Dossier],
    caller: Caller,
    *,
    home: str,
    keys: Sequence[bytes],
) -> list[Outcome | Fault]:
    """File each dossier that says something new; what became of each, in order.

    ``repeated`` says what the newest filing of its enterprise says; a fault points into it. Raises
    Unavailable where another writer took an id meanwhile: then it is to be tried again.
    """
    await filing_batches.hold(connection)
    batch = _Batch(await _known(connection, dossiers, keys), caller)
    outcomes = [batch.judge(dossier) for dossier in dossiers]
    if not batch.begun:
        return outcomes
    kept = await asyncio.to_thread(
        lambda: [(filing, sealed_dossier(keys, filing, told)) for filing, told in batch.begun]
    )
    await filing_batches.begin_all(connection, kept, keep_reasons)
    if batch.decides:
        await _register(connection, batch.begun, home)
    return outcomes


async def _known(
    connection: WriteConnection, dossiers: Sequence[Dossier], keys: Sequence[bytes]
) -> _Known:
    parties = [dossier.party.code.key for dossier in dossiers]
    newest = await filing_batches.find_newest(connection, parties)
    filed = await asyncio.to_thread(
        lambda: {party: (one.id, one.state, _told(one, keys)) for party, one in newest.items()}
    )
    holders = await find_holders(connection, {one for each in dossiers for one in ids_of(each)})
    return _Known(filed, holders, await filings.find_revoked(connection, parties))


def _told(newest: Newest, keys: Sequence[bytes]) -> _Said:
    """What a kept dossier says. Raises Unavailable where its people cannot be read."""
    try:
        people = unseal(keys, str(newest.id), newest.people)
    except SealBroken:
        raise Unavailable("filing_people_not_ready") from None
    return _said(kept_dossier(newest.document, people))


def _said(dossier: Dossier) -> _Said:
    entries = zip(ids_of(dossier), dossier.entries, strict=True)
    return frozenset((one, write_entry(e)[1]) for one, e in entries), dossier.people or ()


class _Batch:
    """Dossiers judged one after the other; ``begun`` are the filings of those that are new."""

    def __init__(self, known: _Known, caller: Caller) -> None:
        self.decides = caller.role is CallerRole.DEPARTMENT
        self.begun: list[tuple[Filing, Dossier]] = []
        self._known = known
        self._actor = Actor.of(caller)
        self._now = datetime.now(UTC)

    def judge(self, dossier: Dossier) -> Outcome | Fault:
        """What becomes of a dossier, after all that were judged before."""
        party, said, known = dossier.party.code.key, _said(dossier), self._known
        newest, state, told = known.filed.get(party, (None, None, None))
        waits = state in OPEN
        if told == said and not (waits and self.decides):
            return Outcome.REPEATED
        if waits:
            return Fault("filing_open", "/id", {"id": str(newest)})
        faults = [*taken_by_others(dossier, known.holders), *revoked_among(dossier, known.revoked)]
        if faults:
            return faults[0]
        filing = self._filing(party)
        self.begun.append((filing, dossier))
        known.filed[party] = (filing.id, filing.state, said)
        known.holders |= dict.fromkeys(ids_of(dossier), party)
        return Outcome.ACCEPTED

    def _filing(self, party: str) -> Filing:
        """A new filing, approved where who files it decides."""
        at = self._now + len(self.begun) * _APART
        filing = first(uuid4(), party, FilingStep(1, FilingAction.FILE, at, self._actor))
        if not self.decides:
            return filing
        return after(filing, FilingStep(0, FilingAction.APPROVE, at, self._actor), 1)


async def _register(
    connection: WriteConnection, begun: Sequence[tuple[Filing, Dossier]], home: str
) -> None:
    """Let the register say what was approved. Raises Unavailable for an id taken meanwhile."""
    by = f"department:{home}"
    versions: list[NewVersion] = [
        new_version(entry, by, authority=True, decided_at=filing.steps[-1].at)
        for filing, dossier in begun
        for entry in dossier.entries
    ]
    outcomes = await append(
        connection, versions, may_replace=lambda version, holder: holder == version.holder
    )
    if Outcome.TAKEN in outcomes:
        raise Unavailable("database_unavailable")
