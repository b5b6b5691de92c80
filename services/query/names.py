"""Names on a subsystem's own chains."""

from __future__ import annotations

from suyuan.domain.caller import Caller
from suyuan.domain.chain import Chain
from suyuan.domain.naming import Known, wanted_by
from suyuan.sources.names import OwnNames
from suyuan.storage.engine import Database


class OwnNameBook:
    """What this subsystem's register says: one statement a chain."""

    def __init__(self, database: Database) -> None:
        self._names = OwnNames(database)

    async def names(self, chain: Chain, caller: Caller) -> Known:
        del caller  # what it gives is public
        return await self._names.ask(wanted_by(chain))
