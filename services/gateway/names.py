"""Names on chains over all subsystems: everybody is asked, beside the events where that can be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace

from services.gateway.certificates import adopted_by_city
from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller
from suyuan.domain.chain import Chain, SourceStatus
from suyuan.domain.naming import Known, Wanted, first_of, wanted_by
from suyuan.sources.names import FederatedNames, RemoteNames
from suyuan.storage.engine import Database
from suyuan.web.deadlines import Deadlines
from suyuan.web.name_book import ChainNames

# A register answers in milliseconds; one that does not shall not hold up the chain it decorates.
NAMES_SECONDS = 0.8
# So much is always given, or a slow chain from those who did answer would never have a name.
LEAST_SECONDS = 0.2


class FederatedNameBook:
    """What the registers of all subsystems say; those silent during the trace are left out.

    Certificates are the city's own besides, which the gateway's database keeps.
    """

    def __init__(self, database: Database, members: Members, deadlines: Deadlines) -> None:
        self._database = database
        self._members = members
        self._deadlines = deadlines

    @asynccontextmanager
    async def opened(self, caller: Caller) -> AsyncIterator[ChainNames]:
        names = _ChainNames(self, caller, self._deadlines.for_caller(caller))
        try:
            yield names
        finally:
            names.close()

    async def ask(
        self,
        wanted: Wanted,
        caller: Caller,
        *,
        silent: Collection[str] = (),
        seconds: float = NAMES_SECONDS,
    ) -> Known:
        """What they say of some keys, whoever answers in time and is not among the silent."""
        asked = {
            member.id: self._register(member, caller)
            for member in self._members.registry.ours
            if member.id not in silent
        }
        return await FederatedNames(asked, seconds=seconds).ask(wanted)

    async def ask_certified(
        self, wanted: Wanted, caller: Caller, *, silent: Collection[str], seconds: float
    ) -> Known:
        """The same, with the certificates that the city has adopted before the others."""
        told, own = await asyncio.gather(
            self.ask(wanted, caller, silent=silent, seconds=seconds), self._own(wanted)
        )
        return replace(told, certificates=first_of((own, told)).certificates)

    async def _own(self, wanted: Wanted) -> Known:
        return Known(certificates=await adopted_by_city(self._database, wanted.parties))

    async def told(self, wanted: Wanted, caller: Caller) -> tuple[Known, tuple[str, ...]]:
        """What they say of some keys within an official's patience, and who of them was silent."""
        asked = {m.id: self._register(m, caller) for m in self._members.registry.ours}
        names = FederatedNames(asked, seconds=self._deadlines.official)
        return await names.ask(wanted), tuple(names.silent)

    def _register(self, member: Subsystem, caller: Caller) -> RemoteNames:
        return RemoteNames(
            self._members.poster,
            member.query_url,
            authorise=lambda: self._members.headers(caller, member.id),
        )


class _ChainNames:
    """Names of one chain: what is foreseen is asked for at once, the rest when it is finished."""

    def __init__(self, book: FederatedNameBook, caller: Caller, deadline: float) -> None:
        self._book = book
        self._caller = caller
        self._ends = time.monotonic() + deadline
        self._foreseen = Wanted()
        self._asking: asyncio.Task[Known] | None = None
        self._closed = False

    def foresee(self, wanted: Wanted, silent: Collection[str]) -> None:
        if self._asking is None and not self._closed:
            self._foreseen = wanted
            self._asking = asyncio.create_task(self._ask(wanted, silent))

    async def of(self, chain: Chain) -> Known:
        wanted = wanted_by(chain)
        early = await self._asking if self._asking is not None else Known()
        silent = {s.subsystem for s in chain.sources if s.status is not SourceStatus.ANSWERED}
        late = await self._ask(wanted.without(self._foreseen), silent)
        return first_of((early.about(wanted), late))

    def close(self) -> None:
        self._closed = True
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self, wanted: Wanted, silent: Collection[str]) -> Known:
        """What the walk left of its deadline is given, as far as names may take it."""
        left = max(self._ends - time.monotonic(), LEAST_SECONDS)
        return await self._book.ask_certified(
            wanted, self._caller, silent=silent, seconds=min(left, NAMES_SECONDS)
        )
