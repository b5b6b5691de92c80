"""The holder index: the subsystems' change feeds, followed for as long as the gateway runs.

The index is a hint and never proof of absence: a walk asks every subsystem in every round, whatever
the index says (docs/federation.md). It tells what a silence may have cost, and where to look first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from uuid import uuid4

import structlog

from services.gateway.member_tasks import MemberTasks
from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.domain.errors import Unavailable
from suyuan.domain.lookup import Ask, Hole
from suyuan.sources.asking import Silent
from suyuan.sources.remote_changes import ask_changes
from suyuan.storage import holders as index
from suyuan.storage.engine import Database
from suyuan.web.auth import CHANGES_KEY_HEADER
from suyuan.web.logs import describe
from suyuan.wire.changes import hash_code, write_key

# How soon what a subsystem has stored is in the index; and, where it is silent, the longest wait.
POLL_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0
# A chain that was cut short by a silence is late already.
HINT_SECONDS = 0.2
# Feeds are read on behalf of nobody but the gateway.
_READER = Caller(CallerRole.CITY)

log = structlog.get_logger("suyuan")


class HolderIndex:
    """Follows every subsystem's feed, and says who probably holds a code."""

    def __init__(self, database: Database, members: Members, key: bytes) -> None:
        self._database = database
        self._members = members
        self._key = key
        self._follower = uuid4()
        self._following = MemberTasks(members, self._follow)

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Follow while the block lasts."""
        try:
            async with self._following.at_work():
                yield
        finally:
            with suppress(Unavailable):
                async with self._database.writing() as connection:
                    await index.release(connection, self._follower)

    def follow_all(self) -> None:
        """Follow the members that the registry has now, and no others."""
        self._following.keep_up()

    async def probable(self, codes: Iterable[str]) -> Mapping[str, Collection[str]]:
        """Of each code the subsystems that probably hold something of it."""
        hashes = {hash_code(code, self._key): code for code in codes}
        async with self._database.reading() as connection:
            found = await index.find_holders(connection, hashes)
        return {hashes[number]: subsystems for number, subsystems in found.items()}

    async def told(
        self, reports: Sequence[SourceReport], holes: Sequence[Hole]
    ) -> Sequence[SourceReport]:
        """The reports of a trace, with who of the silent probably holds what it was asked about.

        Where everybody answered nothing is asked of the index, so it costs a whole chain nothing.
        """
        asked = {h.key.key for h in holes if h.key.ask is not Ask.EVENT}
        if not asked or all(r.status is SourceStatus.ANSWERED for r in reports):
            return reports
        try:
            async with asyncio.timeout(HINT_SECONDS):
                found = await self.probable(asked)
        except (Unavailable, TimeoutError):
            return reports
        named = {(name, code) for code, names in found.items() for name in names}
        missed = {h.subsystem for h in holes if (h.subsystem, h.key.key) in named}
        return [
            replace(r, probably_holds=True)
            if r.status is not SourceStatus.ANSWERED and r.subsystem in missed
            else r
            for r in reports
        ]

    async def _follow(self, member: Subsystem) -> None:
        pause = POLL_SECONDS
        while True:
            try:
                more = await self._take_page(member)
                pause = 0 if more else POLL_SECONDS
            except (Silent, Unavailable):  # how it fares is told where it is asked on behalf of us
                pause = min(max(pause * 2, POLL_SECONDS), LONGEST_PAUSE_SECONDS)
            except Exception as error:  # noqa: BLE001 - a feed that breaks off must not stay so
                log.error("feed_broke_off", subsystem=member.id, **describe(error))
                pause = LONGEST_PAUSE_SECONDS
            await asyncio.sleep(pause)

    async def _take_page(self, member: Subsystem) -> bool:
        """Take one page in; whether there is more at once."""
        async with self._database.writing() as connection:
            ours, cursor = await index.claim(connection, member.id, self._follower)
        if not ours:
            return False
        headers = self._members.headers(_READER, member.id)
        page = await ask_changes(
            self._members.client,
            member.query_url,
            cursor,
            headers={**headers, CHANGES_KEY_HEADER: write_key(self._key)},
        )
        async with self._database.writing() as connection:
            taken = await index.take_in(connection, member.id, self._follower, page, cursor)
        # A feed that promises more, and gives nothing or leads nowhere, is asked no sooner for it.
        leads_on = bool(page.changes) and page.following != cursor
        return (page.more and leads_on) or not taken
