"""Names on a subsystem's own chains."""

from __future__ import annotations

from suyuan.domain.caller import Caller
from suyuan.domain.chain import Chain
from suyuan.domain.naming import Known, wanted_by
from suyuan.sources.names import OwnNames
from suyuan.storage.engine import Database


class OwnNameBook:
    """What this subsystem's register says: four statements a chain."""

    def __init__(self, database: Database, subsystem: str) -> None:
        self._names = OwnNames(database, certified=True)
        self._subsystem = subsystem

    async def names(self, chain: Chain, caller: Caller) -> Known:
        del caller  # what it gives is public
        return (await self._names.ask(wanted_by(chain))).told_by(self._subsystem)
