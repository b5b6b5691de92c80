"""Coverage figures over the departments: each counts its own, and the counts are added up."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from services.gateway.members import Members
from services.gateway.pages import pages_of
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.chain import SourceReport
from suyuan.domain.coverage import Answer, By, Counts, Window, periods
from suyuan.domain.errors import NotAllowed
from suyuan.sources.remote_coverage import ask_coverage
from suyuan.storage.coverage_figures import find_scans
from suyuan.storage.engine import Database


class FederatedFigures:
    """Figures of every department that the caller may see."""

    def __init__(self, database: Database, members: Members) -> None:
        self._database = database
        self._members = members

    async def find(self, window: Window, caller: Caller) -> tuple[Answer, Sequence[SourceReport]]:
        """The sums of all that answered, and how each fared.

        The scans of the city's own window are those of every department: to them its answer to the
        city adds its own.
        """
        members = self._members

        def ask(member: Subsystem) -> Awaitable[Answer]:
            return ask_coverage(
                members.client,
                member.query_url,
                window,
                headers=members.headers(caller, member.id),
            )

        is_city = caller.role is CallerRole.CITY
        asked = [m for m in members.registry if is_city or m.id == caller.home]
        if not asked:  # nobody's sums are no figures
            raise NotAllowed("subsystem_not_yours", home=caller.home, subsystem="gateway")
        answers, reports = await pages_of(members, asked, ask)
        return sum(answers.values(), await self._nothing(window, is_city=is_city)), reports

    async def _nothing(self, window: Window, *, is_city: bool) -> Answer:
        """What is there before any department is asked: the scans of the city's own window."""
        groups = [] if window.by in (By.SECTOR, By.DISTRICT) else periods(window)
        scans = None
        if is_city:
            async with self._database.reading() as connection:
                scans = await find_scans(connection, window)
        elif groups and not (window.sector or window.district):
            scans = dict.fromkeys(groups, 0)
        return Answer(dict.fromkeys(groups, Counts()), scans)
