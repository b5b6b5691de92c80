"""What the register takes from a filing's steps: at once, or all of it again from the beginning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.ingest.register import new_version
from suyuan.domain.errors import Conflict, Fault, ReportRefused
from suyuan.domain.filing import Dossier, Filing, FilingAction, FilingStep
from suyuan.domain.register import Entry
from suyuan.storage import filings
from suyuan.storage.engine import Database, WriteConnection
from suyuan.storage.filings import Revoked
from suyuan.storage.register import Outcome, append
from suyuan.wire.filings import kept_dossier, kept_reasons


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects of steps, in the transaction that appends them."""

    connection: WriteConnection
    home: str

    async def of(self, filing: Filing, step: FilingStep, dossier: Dossier) -> None:
        """Whatever follows from one step; most have no effect.

        Raises Conflict ``register_taken`` for an id that is somebody else's by now, and
        ``filing_licence_revoked``; ReportRefused ``licence_not_revoked``.
        """
        match step.action:
            case FilingAction.APPROVE:
                await self._approve(filing, step, dossier)
            case FilingAction.REVOKE | FilingAction.REVOKE_LICENCE:
                assert step.since is not None, "a revocation has its day"
                revoked = Revoked(filing.party, step.licence or "", step.since, step.at)
                await filings.revoke(self.connection, filing.id, revoked)
            case FilingAction.REINSTATE_LICENCE:
                await self._reinstate(filing, step.licence or "")

    async def _approve(self, filing: Filing, step: FilingStep, dossier: Dossier) -> None:
        for fault in await revoked_licences(self.connection, dossier):
            raise Conflict(fault.code, **fault.params)
        await self.take(filing, step, dossier)

    async def take(self, filing: Filing, step: FilingStep, dossier: Dossier) -> None:
        """Let the register say what was approved. Raises Conflict ``register_taken``."""
        by = f"department:{self.home}"
        versions = [
            new_version(entry, by, authority=True, decided_at=step.at) for entry in dossier.entries
        ]
        outcomes = await append(
            self.connection, versions, may_replace=lambda _, holder: holder == filing.party
        )
        for entry, outcome in zip(dossier.entries, outcomes, strict=True):
            if outcome is Outcome.TAKEN:
                raise Conflict("register_taken", id=entry.code.short)

    async def _reinstate(self, filing: Filing, licence: str) -> None:
        if not await filings.reinstate(self.connection, filing.id, filing.party, licence):
            fault = Fault("licence_not_revoked", "/licence", {"number": licence})
            raise ReportRefused(faults=[fault])


async def revoked_licences(connection: WriteConnection, dossier: Dossier) -> list[Fault]:
    """A fault for each licence of a dossier that a department revoked."""
    return revoked_among(dossier, await filings.find_revoked(connection, [dossier.party.code.key]))


def revoked_among(dossier: Dossier, known: Iterable[Revoked]) -> list[Fault]:
    """A fault for each licence of a dossier that is among what was revoked."""
    party = dossier.party.code.key
    since = {one.licence: one.since for one in known if one.party == party}
    return [
        Fault(
            "filing_licence_revoked",
            f"/party/licences/{number}/number",
            {"number": licence.number, "since": since[licence.number]},
        )
        for number, licence in enumerate(dossier.party.licences)
        if licence.number in since
    ]


def taken_by_others(dossier: Dossier, holders: Mapping[tuple[int, str], str | None]) -> list[Fault]:
    """A fault for each place and product of a dossier that is somebody else's.

    ``holders`` says whose ids are that anybody registered.
    """
    party = dossier.party.code.key
    listed: list[tuple[str, Entry]] = [
        *((f"/places/{n}/id", entry) for n, entry in enumerate(dossier.places)),
        *((f"/products/{n}/id", entry) for n, entry in enumerate(dossier.products)),
    ]
    return [
        Fault("register_taken", at, {"id": entry.code.short})
        for at, entry in listed
        if holders.get((int(entry.kind), entry.code.key), party) != party
    ]


def ids_of(dossier: Dossier) -> list[tuple[int, str]]:
    """What a dossier says something of, as the register has it: kind and key."""
    return [(int(entry.kind), entry.code.key) for entry in dossier.entries]


async def rebuild(database: Database, home: str) -> int:
    """Let the register say again whatever filings' steps have decided; how many there were.

    What it says already stays as it is. All of it is one transaction: nobody sees a licence
    revoked that was reinstated later.
    """
    count = 0
    async with database.writing() as connection:
        effects = Effects(connection, home)
        async for filing_id, number in filings.decided(connection):
            filing = await filings.find(connection, filing_id, kept_reasons)
            kept = await filings.find_dossier(connection, filing_id, number)
            assert filing is not None, "its step was just read"
            assert kept is not None, "the first step of every filing brought a dossier"
            await _again(effects, filing, filing.steps[number - 1], kept.document)
            count += 1
    return count


async def _again(effects: Effects, filing: Filing, step: FilingStep, document: str) -> None:
    dossier = kept_dossier(document, None)
    if step.action is FilingAction.APPROVE:
        await effects.take(filing, step, dossier)
    else:
        await effects.of(filing, step, dossier)
