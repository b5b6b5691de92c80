"""Names on chains over all subsystems: everybody is asked once, in what is left of the time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller
from suyuan.domain.certificates import CITY
from suyuan.domain.chain import Chain, SourceStatus
from suyuan.domain.errors import Unavailable
from suyuan.domain.naming import Known, Wanted, first_of, wanted_by
from suyuan.domain.register import today
from suyuan.sources.certificates import find_adopted
from suyuan.sources.names import FederatedNames, RemoteNames
from suyuan.storage.engine import Database
from suyuan.web.deadlines import Deadlines

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

    async def names(self, chain: Chain, caller: Caller) -> Known:
        silent = {s.subsystem for s in chain.sources if s.status is not SourceStatus.ANSWERED}
        asked = {
            member.id: self._register(member, caller)
            for member in self._members.registry.ours
            if member.id not in silent
        }
        seconds = _seconds_left(chain, self._deadlines.for_caller(caller))
        wanted = wanted_by(chain)
        told, own = await asyncio.gather(
            FederatedNames(asked, seconds=seconds).ask(wanted), self._own(wanted)
        )
        return replace(told, certificates=first_of((own, told)).certificates)

    async def _own(self, wanted: Wanted) -> Known:
        """The certificates that the city has adopted; a database that is away costs those alone."""
        if not wanted.parties:
            return Known()
        try:
            async with self._database.reading() as connection:
                on = today(datetime.now(UTC))
                return Known(certificates=await find_adopted(connection, wanted.parties, on, CITY))
        except Unavailable:
            return Known()

    async def ask(self, wanted: Wanted, caller: Caller) -> Known:
        """What they say of some keys, whoever answers in time."""
        asked = {m.id: self._register(m, caller) for m in self._members.registry.ours}
        return await FederatedNames(asked, seconds=NAMES_SECONDS).ask(wanted)

    def _register(self, member: Subsystem, caller: Caller) -> RemoteNames:
        return RemoteNames(
            self._members.poster,
            member.query_url,
            authorise=lambda: self._members.headers(caller, member.id),
        )


def _seconds_left(chain: Chain, deadline: float) -> float:
    """What the walk left of its deadline, as far as names may take it."""
    spent = max((s.ms for s in chain.sources), default=0) / 1000
    return min(max(deadline - spent, LEAST_SECONDS), NAMES_SECONDS)
