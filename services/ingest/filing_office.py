"""The use cases of filings: each one transaction that holds the filing it changes.

An approval and what the register takes from it are one transaction: whoever is killed in between
has decided nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from services.ingest.filing_effects import (
    Effects,
    ids_of,
    revoked_licences,
    taken_by_others,
)
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code
from suyuan.domain.errors import Conflict, Fault, NotKnown, ReportRefused, Unavailable
from suyuan.domain.filing import (
    Dossier,
    Filing,
    FilingAction,
    FilingState,
    FilingStep,
    after,
    first,
    is_by_enterprise,
    may_see,
    must_file,
    must_look,
    must_review,
    sees_people,
)
from suyuan.domain.profiles.categories import Categories
from suyuan.domain.recall import Actor
from suyuan.domain.register import today
from suyuan.storage import filings
from suyuan.storage.engine import Database, WriteConnection
from suyuan.storage.filings import AlreadyOpen, KeptDossier
from suyuan.storage.register import find_holders
from suyuan.wire.filing_steps import StepBody, resolves
from suyuan.wire.filings import (
    keep_dossier,
    keep_reasons,
    kept_dossier,
    kept_reasons,
    pointable,
    read_dossier,
)
from suyuan.wire.sealing import SealBroken, seal, unseal


@dataclass(frozen=True, slots=True)
class Shown:
    """A filing with the dossier that one caller sees of it."""

    filing: Filing
    dossier: Dossier


@dataclass(frozen=True, slots=True)
class FilingOffice:
    """The filings of one subsystem. ``keys`` seal its people; without any nothing is filed.

    ``categories`` gives those that its register takes, now.
    """

    database: Database
    home: str
    keys: Sequence[bytes]
    categories: Callable[[], Categories] = Categories

    def require_filing(self, caller: Caller) -> Code:
        """The enterprise that may file, before a byte is read.

        Raises as ``must_file``, and Unavailable where people cannot be sealed.
        """
        must_file(caller)
        if not self.keys:
            raise Unavailable("filing_people_not_ready")
        assert caller.party is not None, "must_file saw to it"
        return caller.party

    async def file(self, body: bytes, caller: Caller) -> Shown:
        """A new filing. Raises ReportRefused with every fault, Conflict ``filing_open``."""
        party, now = self.require_filing(caller), datetime.now(UTC)
        dossier = read_dossier(body, party, today(now), self.categories().words)
        step = FilingStep(1, FilingAction.FILE, now, Actor.of(caller))
        filing = first(uuid4(), party.key, step)
        async with self.database.writing() as connection:
            await self._check(connection, dossier)
            try:
                kept = self._keep(filing, dossier)
                await filings.begin(connection, filing, kept, keep_reasons)
            except AlreadyOpen:
                known = await filings.find_open(connection, party.key)
                raise Conflict("filing_open", id=str(known)) from None
        return Shown(filing, dossier)

    async def file_again(self, filing_id: UUID, body: bytes, caller: Caller, answers: int) -> Shown:
        """A corrected dossier in the place of the one before.

        Raises as ``file``, NotKnown, and Conflict as ``suyuan.domain.filing.after``.
        """
        party, now = self.require_filing(caller), datetime.now(UTC)
        dossier = read_dossier(body, party, today(now), self.categories().words)
        step = FilingStep(0, FilingAction.FILE_AGAIN, now, Actor.of(caller))
        async with self.database.writing() as connection:
            held = await self._hold(connection, filing_id, caller)
            filing = after(held, step, answers)
            await self._check(connection, dossier)
            kept = self._keep(filing, dossier)
            await filings.add_step(connection, filing, keep_reasons, kept)
        return Shown(filing, dossier)

    async def step(
        self, filing_id: UUID, action: FilingAction, told: StepBody, caller: Caller
    ) -> Shown:
        """One step without a dossier; the register takes what follows from it.

        Raises as ``suyuan.domain.filing.after``, NotKnown, ReportRefused for reasons that point at
        nothing and licences that were not filed, Conflict ``register_taken``.
        """
        self.require_step(action, caller)
        now = datetime.now(UTC)
        step = FilingStep(
            0, action, now, Actor.of(caller), told.note, told.reasons, told.licence, told.since
        )
        if action in (FilingAction.REVOKE, FilingAction.REVOKE_LICENCE):
            step = replace(step, since=told.since or today(now))
        async with self.database.writing() as connection:
            held = await self._hold(connection, filing_id, caller)
            filing = after(held, step, told.answers)
            dossier = await self._dossier(connection, filing, filing.filed_step, caller)
            _check_step(filing.steps[-1], dossier)
            await filings.add_step(connection, filing, keep_reasons)
            await Effects(connection, self.home).of(filing, filing.steps[-1], dossier)
        return Shown(filing, dossier)

    def require_step(self, action: FilingAction, caller: Caller) -> None:
        """Raise NotAuthenticated or NotAllowed for who never takes such a step here."""
        if is_by_enterprise(action):
            must_file(caller)
        else:
            must_review(caller, self.home)

    async def show(self, filing_id: UUID, caller: Caller, number: int | None) -> Shown:
        """A filing, with the dossier that held at a step, the last one unless it is named."""
        must_look(caller, self.home)
        async with self.database.writing() as connection:
            found = await filings.find(connection, filing_id, kept_reasons)
            filing = _visible(found, filing_id, caller)
            last = filing.steps[-1].number
            if number is not None and not 0 < number <= last:
                raise NotKnown("filing_no_such_step", step=number)
            dossier = await self._dossier(connection, filing, number or last, caller)
        return Shown(filing, dossier)

    async def list_filings(
        self,
        caller: Caller,
        states: Sequence[FilingState] | None,
        *,
        party: str | None,
        after_id: UUID | None,
        limit: int,
    ) -> list[Filing]:
        """The filings that a caller may see, the oldest first; an enterprise its own alone."""
        must_look(caller, self.home)
        if caller.role is CallerRole.ENTERPRISE:
            party = caller.party.key if caller.party is not None else ""
        async with self.database.writing() as connection:
            return await filings.list_filings(
                connection, kept_reasons, party=party, states=states, after=after_id, limit=limit
            )

    async def _hold(self, connection: WriteConnection, filing_id: UUID, caller: Caller) -> Filing:
        found = await filings.hold(connection, filing_id, kept_reasons)
        return _visible(found, filing_id, caller)

    def _keep(self, filing: Filing, dossier: Dossier) -> KeptDossier:
        return sealed_dossier(self.keys, filing, dossier)

    async def _dossier(
        self, connection: WriteConnection, filing: Filing, number: int, caller: Caller
    ) -> Dossier:
        kept = await filings.find_dossier(connection, filing.id, number)
        assert kept is not None, "the first step of every filing brought one"
        people = None
        if sees_people(filing.party, caller):
            try:
                people = unseal(self.keys, str(filing.id), kept.people)
            except SealBroken:
                raise Unavailable("filing_people_not_ready") from None
        return kept_dossier(kept.document, people)

    async def _check(self, connection: WriteConnection, dossier: Dossier) -> None:
        """Raise ReportRefused for ids that are somebody else's, and licences that are revoked."""
        faults = [
            *taken_by_others(dossier, await find_holders(connection, ids_of(dossier))),
            *await revoked_licences(connection, dossier),
        ]
        if faults:
            raise ReportRefused(faults=faults)


def sealed_dossier(keys: Sequence[bytes], filing: Filing, dossier: Dossier) -> KeptDossier:
    """A dossier as it is kept, with the step of the filing that brought it."""
    document, people = keep_dossier(dossier)
    return KeptDossier(filing.filed_step, document, seal(keys, str(filing.id), people))


def _check_step(step: FilingStep, dossier: Dossier) -> None:
    """Raise ReportRefused where a step names what the dossier does not have."""
    shown = pointable(dossier)
    faults = [
        Fault("reason_pointer", f"/reasons/{number}/pointer", {"pointer": reason.pointer})
        for number, reason in enumerate(step.reasons)
        if not resolves(shown, reason.pointer)
    ]
    numbers = [licence.number for licence in dossier.party.licences]
    if step.licence is not None and step.licence not in numbers:
        told = {"number": step.licence, "known": numbers}
        faults.append(Fault("licence_not_filed", "/licence", told))
    if faults:
        raise ReportRefused(faults=faults)


def _visible(filing: Filing | None, filing_id: UUID, caller: Caller) -> Filing:
    """The filing, for whom it concerns; for others there is none."""
    if filing is None or not may_see(filing.party, caller):
        raise NotKnown("filing_unknown", id=str(filing_id))
    return filing
