"""Reports held against their sector's profile as they come in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.ingest.party_kinds import NO_KINDS, PartyKinds
from suyuan.domain.breaches import Breach
from suyuan.domain.caller import Caller
from suyuan.domain.codes import Code
from suyuan.domain.events import Event
from suyuan.domain.profiles.checking import Checkers
from suyuan.wire.reports import Report

# The labels of the profiles that a report was held against, and what it does not keep of them.
Checked = tuple[str | None, tuple[Breach, ...]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the reports of one sender are held against, now.

    ``kinds`` are the categories that the register has for the sender, ``registered`` the sectors
    that the gateway has for the subsystem.
    """

    checkers: Checkers
    kinds: frozenset[str] = NO_KINDS
    registered: tuple[str, ...] = ()

    def check(self, event: Event) -> Checked:
        return self.checkers.check(event, self.kinds, self.registered)


NO_RULES = Rules(Checkers(()))


class Checking:
    """The profiles in force, which may change at any time, and the register of the subsystem."""

    def __init__(self, checkers: Callable[[], Checkers], kinds: PartyKinds) -> None:
        self._checkers = checkers
        self._kinds = kinds

    async def rules(self, party: Code | None) -> Rules:
        """What ``party``'s reports are held against; ``None`` is a department."""
        return Rules(self._checkers(), await self._kinds.of(party))

    async def hold(
        self, reports: Sequence[Report | None], caller: Caller
    ) -> dict[int, tuple[str, tuple[Breach, ...]]]:
        """By index, of each report that a profile is in force for: its labels, what it breaks.

        The register is asked only where there is such a report.
        """
        checkers, registered = self._checkers(), caller.sectors
        concerned = any(r is not None and checkers.concern(r.event, registered) for r in reports)
        kinds = await self._kinds.of(caller.party) if concerned else NO_KINDS
        rules = Rules(checkers, kinds, registered)
        found = {}
        for index, report in enumerate(reports):
            if report is not None:
                label, breaches = rules.check(report.event)
                if label is not None:
                    found[index] = label, breaches
        return found
