"""What a recall reaches within this subsystem: by set, or by the walk where stations stand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

from suyuan.domain.lookup import Hole
from suyuan.domain.reach import Reach, Reached
from suyuan.domain.recall import Proposal, Recall
from suyuan.domain.recall_scope import Quantities
from suyuan.sources.postgres import PostgresSource
from suyuan.sources.reach import Progress, find_reached
from suyuan.sources.recall_scope import WalkedScope, codes_of
from suyuan.storage.engine import Database
from suyuan.storage.made_at import find_made_at
from suyuan.web.recalls.scoping import Scope, count


class OwnScoper:
    """Scopes over this subsystem's own database."""

    def __init__(self, database: Database, subsystem: str) -> None:
        self._database = database
        self._subsystem = subsystem

    async def begin(self, recall: Recall) -> Scope:
        if recall.proposal.stations:
            return _WalkedScope(self._database, self._subsystem, recall.proposal)
        return _SetScope(self._database, self._subsystem, recall.proposal)


class _OwnScope:
    """What both ways share: quantities are counted over this subsystem's database."""

    def __init__(self, database: Database, subsystem: str, proposal: Proposal) -> None:
        self._database = database
        self._subsystem = subsystem
        self._proposal = proposal
        self._codes = codes_of(proposal.codes)
        self._reach = Reach(self._codes, proposal.since, proposal.until)
        self._source = PostgresSource(database, subsystem=subsystem)

    async def quantities(self) -> Quantities:
        return await count(self._source, self._proposal, self._codes)


class _SetScope(_OwnScope):
    def __init__(self, database: Database, subsystem: str, proposal: Proposal) -> None:
        super().__init__(database, subsystem, proposal)
        self._progress = Progress()

    def things(self) -> AsyncIterator[list[Reached]]:
        return find_reached(self._database, self._reach, self._progress, subsystem=self._subsystem)

    def holes(self) -> Iterable[Hole]:
        return self._progress.holes


class _WalkedScope(_OwnScope):
    def __init__(self, database: Database, subsystem: str, proposal: Proposal) -> None:
        super().__init__(database, subsystem, proposal)
        self._walked = WalkedScope(
            lambda: self._source, self._reach, proposal.stations, self._find_made_at
        )

    def things(self) -> AsyncIterator[list[Reached]]:
        return self._walked.things()

    def holes(self) -> Iterable[Hole]:
        return self._walked.holes

    async def _find_made_at(
        self, place: str, since: datetime, until: datetime | None
    ) -> Sequence[str]:
        async with self._database.reading() as connection:
            return await find_made_at(connection, place, since, until)
