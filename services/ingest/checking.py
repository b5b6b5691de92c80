"""Reports held against their sector's profile as they come in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from services.ingest.party_kinds import NO_KINDS, PartyKinds
from suyuan.domain.breaches import Breach
from suyuan.domain.caller import Caller
from suyuan.domain.codes import Code
from suyuan.domain.events import Event
from suyuan.domain.profiles.categories import Categories
from suyuan.domain.profiles.checking import Checkers
from suyuan.sources.registers import Labelled, OwnRegisters
from suyuan.wire.reports import Report


@dataclass(frozen=True, slots=True)
class Held:
    """A report held against the profiles in force.

    ``label``     the labels of those profiles, ``None`` where there is none for it
    ``breaches``  what it does not keep of them, which is kept with the event
    ``lacking``   what the registers do not know of it now; they are asked again whenever the event
                  is shown, so nothing of that is kept
    """

    label: str | None = None
    breaches: tuple[Breach, ...] = ()
    lacking: tuple[Breach, ...] = ()

    @property
    def found(self) -> tuple[Breach, ...]:
        """All that is to be said of it now."""
        return self.breaches + self.lacking


@dataclass(frozen=True, slots=True)
class Rules:
    """What the reports of one sender are held against, now.

    ``kinds`` are the categories that the register has for the sender, ``registered`` the sectors
    that the gateway has for the subsystem.
    """

    checkers: Checkers
    kinds: frozenset[str] = NO_KINDS
    registered: tuple[str, ...] = ()

    def check(self, event: Event) -> Held:
        return Held(*self.checkers.check(event, self.kinds, self.registered))


NO_RULES = Rules(Checkers(()))


class Checking:
    """The profiles in force, which may change at any time, and the register of the subsystem."""

    def __init__(
        self, checkers: Callable[[], Checkers], kinds: PartyKinds, own: str | None = None
    ) -> None:
        """``own`` is the sector of the subsystem, whose words its register takes."""
        self._checkers = checkers
        self._kinds = kinds
        self._own = own

    def categories(self) -> Categories:
        """What the register takes: a subsystem of no known sector the words of all of them."""
        by_id = self._checkers().by_id
        own = by_id.get(self._own or "")
        return Categories.of(one.profile for one in ([own] if own else by_id.values()))

    async def rules(self, party: Code | None) -> Rules:
        """What ``party``'s reports are held against; ``None`` is a department."""
        return Rules(self._checkers(), await self._kinds.of(party))

    async def hold(self, reports: Sequence[Report | None], caller: Caller) -> dict[int, Held]:
        """By index, each report that a profile is in force for, held against it.

        The registers are asked only where there is such a report.
        """
        checkers, registered = self._checkers(), caller.sectors
        concerned = any(r is not None and checkers.concern(r.event, registered) for r in reports)
        kinds = await self._kinds.of(caller.party) if concerned else NO_KINDS
        rules = Rules(checkers, kinds, registered)
        found = {}
        for index, report in enumerate(reports):
            if report is not None:
                held = rules.check(report.event)
                if held.label is not None:
                    found[index] = held
        known = [(r.event, found[n].label) for n, r in enumerate(reports) if r and n in found]
        lacking = await self.lacking(known)
        for place, index in enumerate(found):
            if place in lacking:
                found[index] = replace(found[index], lacking=lacking[place])
        return found

    async def lacking(self, events: Sequence[Labelled]) -> dict[int, tuple[Breach, ...]]:
        """By their places, what the registers do not know of some events that they must."""
        checkers = self._checkers()
        if not any(checkers.asks(event, labels) for event, labels in events):
            return {}
        async with self._kinds.database.reading() as connection:
            return await OwnRegisters(self._checkers).lacking(connection, events)
