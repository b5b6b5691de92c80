"""Names on a subsystem's own chains."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from suyuan.domain.caller import Caller
from suyuan.domain.chain import Chain
from suyuan.domain.naming import Known, Wanted, wanted_by
from suyuan.sources.names import OwnNames
from suyuan.storage.engine import Database
from suyuan.web.name_book import ChainNames


class OwnNameBook:
    """What this subsystem's register says: four statements a chain, which need no head start."""

    def __init__(self, database: Database, subsystem: str) -> None:
        self._names = OwnNames(database, certified=True)
        self._subsystem = subsystem

    @asynccontextmanager
    async def opened(self, caller: Caller) -> AsyncIterator[ChainNames]:
        del caller  # what it gives is public
        yield self

    def foresee(self, wanted: Wanted, silent: Collection[str]) -> None:
        pass

    async def of(self, chain: Chain) -> Known:
        return (await self._names.ask(wanted_by(chain))).told_by(self._subsystem)

    async def told(self, wanted: Wanted, caller: Caller) -> tuple[Known, tuple[str, ...]]:
        """What it says of some keys; nobody else is asked, so nobody is silent."""
        del caller
        return await self._names.ask(wanted), ()
