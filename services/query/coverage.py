"""This subsystem's coverage figures."""

from __future__ import annotations

import time
from collections.abc import Sequence

from suyuan.domain import policy
from suyuan.domain.activities import SECTORS
from suyuan.domain.caller import Caller
from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.domain.coverage import Answer, Window
from suyuan.storage.coverage_figures import find_figures
from suyuan.storage.engine import Database


class OwnFigures:
    """Figures of what was reported here, for the department whose subsystem it is.

    ``sector`` is the department's own, where it has one.
    """

    def __init__(self, database: Database, subsystem: str, sector: str) -> None:
        self._database = database
        self._subsystem = subsystem
        self._sector = sector if sector in SECTORS else None

    async def find(self, window: Window, caller: Caller) -> tuple[Answer, Sequence[SourceReport]]:
        """The figures of a window. Raises NotAllowed for another department's officials."""
        policy.require_home(caller, self._subsystem)
        began = time.monotonic()
        async with self._database.reading() as connection:
            answer = await find_figures(connection, window, self._sector)
        ms = round((time.monotonic() - began) * 1000)
        return answer, [SourceReport(self._subsystem, SourceStatus.ANSWERED, ms)]
