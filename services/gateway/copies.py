"""One report, all departments: which subsystems beside the first an event concerns, written down.

An event concerns the subsystem of its sector (else its reporter's home), which takes the report and
answers it, and the home of every party that it names: its own, the one it came from, the one it
goes to. A party's home is what its API keys say. The others get copies (docs/federation.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from uuid import UUID, uuid4

from services.gateway.registry import Registry
from services.gateway.routing import Part
from suyuan.domain.caller import Caller
from suyuan.domain.errors import SuyuanError
from suyuan.domain.events import Event
from suyuan.storage import deliveries
from suyuan.storage.deliveries import Delivery, State
from suyuan.storage.engine import Database
from suyuan.wire.reports import Report, read_reports

# Reading a larger body holds the event loop for longer than a health check should wait.
_READ_ASIDE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Queued:
    """The copies of one part of a batch, each with its report's place in that part."""

    report: UUID
    copies: tuple[tuple[int, Delivery], ...] = ()


NOTHING = Queued(UUID(int=0))


class Copies:
    """Writes down the copies of a caller's reports, before and after the first subsystem's word."""

    def __init__(
        self, database: Database, registry: Registry, caller: Caller, *, max_events: int
    ) -> None:
        self._database = database
        self._caller = caller
        self._max_events = max_events
        self._taking = frozenset(s.id for s in registry.ours if s.copies)

    async def queue(self, origin: str, part: Part, *, proceed: bool, language: str) -> Queued:
        """Write down who else is concerned, before ``origin`` is asked to take the reports.

        Raises Unavailable where that cannot be written: nothing was sent then.
        """
        if not self._taking - {origin}:
            return NOTHING
        reports = await self._read(part, proceed=proceed)
        concerned = await self._concerned(reports, origin)
        copies = [
            (place, self._delivery(report, origin, subsystem, language))
            for place, report in reports.items()
            for subsystem in sorted(concerned[place])
        ]
        if not copies:
            return NOTHING
        queued = Queued(uuid4(), tuple(copies))
        await self._put(queued, [copy for _, copy in copies], State.PENDING)
        return queued

    async def settle(self, queued: Queued, ids: Sequence[str | None]) -> frozenset[str]:
        """Let those go whose reports ``origin`` has committed, and forget the others.

        ``ids`` has one for each report that it holds. Gives the subsystems that get some.
        """
        if not queued.copies:
            return frozenset()
        held = [c for place, c in queued.copies if place < len(ids) and ids[place] is not None]
        if held:
            await self._put(queued, held, State.WAITING)
        if len(held) < len(queued.copies):
            await self.drop(queued)
        return frozenset(copy.subsystem for copy in held)

    async def drop(self, queued: Queued) -> None:
        """Forget copies of reports that were never sent, or not taken."""
        if queued.copies:
            async with self._database.writing() as connection:
                await deliveries.drop(connection, queued.report)

    async def _put(self, queued: Queued, copies: Sequence[Delivery], state: State) -> None:
        async with self._database.writing() as connection:
            await deliveries.put(connection, copies, report=queued.report, state=state)

    async def _read(self, part: Part, *, proceed: bool) -> dict[int, Report]:
        """The reports of a part by their places, as far as the first subsystem may take them."""

        def read() -> dict[int, Report]:
            found = read_reports(
                part.body,
                media_type=part.media_type,
                reporter=self._caller.party,
                now=datetime.now(UTC),
                max_events=self._max_events,
            )
            if found.faults and not proceed:
                return {}
            return {place: one for place, one in enumerate(found.reports) if one is not None}

        try:
            large = len(part.body) >= _READ_ASIDE_BYTES
            return await asyncio.to_thread(read) if large else read()
        except SuyuanError:  # what is wrong with it is for the first subsystem to tell
            return {}

    async def _concerned(
        self, reports: Mapping[int, Report], origin: str
    ) -> dict[int, frozenset[str]]:
        """Of each report the subsystems beside ``origin`` that are to have it too."""
        named = {place: _parties(report.event) for place, report in reports.items()}
        homes: dict[str, set[str]] = {}
        async with self._database.reading() as connection:
            parties = frozenset().union(*named.values())
            for party, home in await deliveries.find_homes(connection, parties):
                homes.setdefault(party, set()).add(home)
        own = {self._caller.home} if self._caller.home else set()
        return {
            place: frozenset(own.union(*(homes.get(p, ()) for p in parties)) & self._taking)
            - {origin}
            for place, parties in named.items()
        }

    def _delivery(self, report: Report, origin: str, subsystem: str, language: str) -> Delivery:
        event, caller = report.event, self._caller
        declaration = event.correction is not None
        told = (event.key, event.party.key.encode(), bytes([declaration]), report.content)
        return Delivery(
            identity=blake2b(b"\0".join(told), digest_size=16).digest(),
            subsystem=subsystem,
            origin=origin,
            event=event.key,
            uri=event.uri,
            declaration=declaration,
            content=report.content,
            subject=event.party.key,
            owner=caller.owner,
            role=caller.role.value,
            party=caller.party.key if caller.party else None,
            home=caller.home,
            language=language,
            document=report.document,
        )


def _parties(event: Event) -> frozenset[str]:
    """Everybody an event names: whose it is, whom its things came from, whom they go to."""
    named = (event.party, event.source.party, event.destination.party)
    return frozenset(party.key for party in named if party is not None)
