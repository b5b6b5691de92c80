"""Several sources as one: everybody is asked, and every silence is a named hole.

A partial answer is not a subset of the whole one: the unpack that a silent member holds would have
ended a stay, its error declaration would have voided an event. So a member that does not answer is
never left out quietly; each question it was asked becomes a hole.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.domain.lookup import Answer, Hole, HoleReason, Lookup
from suyuan.sources.asking import Silent
from suyuan.sources.base import Source

# What is left of the deadline for fetching the events when a walk has used up its own part, and the
# most of what remains that one silent member may cost the others.
BODIES_SHARE = 0.25
ROUND_SHARE = 0.5


class FederatedSource:
    """The members of one federation for the length of one trace.

    ``members`` are all subsystems that are expected, also those known to be unwell: one that
    dropped out of the list would make an answer look complete. ``deadline`` in seconds bounds the
    whole trace; a member that was silent once is not asked again in the same trace.
    """

    whole = False

    def __init__(self, members: Mapping[str, Source], *, deadline: float) -> None:
        self._members = dict(members)
        self._ends = time.monotonic() + deadline
        self._walk_ends = self._ends - deadline * BODIES_SHARE
        self._silent: dict[str, Silent] = {}
        self._out_of_time: set[str] = set()  # not silent: the walk was too long for the deadline
        self._spent: dict[str, float] = defaultdict(float)
        self._holders: dict[bytes, set[str]] = defaultdict(set)

    async def ask(self, lookup: Lookup) -> Answer:
        parts = await asyncio.gather(
            *(self._ask_member(name, self._share(name, lookup)) for name in self._members)
        )
        return Answer(
            tuple(e for p in parts for e in p.edges),
            tuple(v for p in parts for v in p.voids),
            tuple(s for p in parts for s in p.events),
            tuple(h for p in parts for h in p.holes),
        )

    def reports(self) -> list[SourceReport]:
        """How each member fared, and the milliseconds that were waited for it in all."""
        return [
            SourceReport(
                name,
                self._silent[name].status if name in self._silent else SourceStatus.ANSWERED,
                round(self._spent[name] * 1000),
            )
            for name in self._members
        ]

    def _share(self, name: str, lookup: Lookup) -> Lookup:
        """A body is fetched from who holds it; anything else is asked of everybody."""
        if not lookup.bodies:
            return lookup
        held = tuple(k for k in lookup.keys if name in self._holders[bytes.fromhex(k.key)])
        return replace(lookup, keys=held)

    async def _ask_member(self, name: str, lookup: Lookup) -> Answer:
        if not lookup.keys:
            return Answer()
        began = time.monotonic()
        try:
            answer = await self._in_time(name, lookup)
        except Silent as silence:
            self._silent.setdefault(name, silence)
            holes = (Hole(name, k, silence.reason, lookup.bodies) for k in lookup.keys)
            return Answer(holes=tuple(holes))
        finally:
            self._spent[name] += time.monotonic() - began
        for edge in answer.edges:
            self._holders[edge.event].add(name)
        stamped = tuple(replace(s, subsystems=frozenset({name})) for s in answer.events)
        return replace(answer, events=stamped)

    async def _in_time(self, name: str, lookup: Lookup) -> Answer:
        now = time.monotonic()
        remaining = (self._ends if lookup.bodies else self._walk_ends) - now
        if name in self._silent and not (lookup.bodies and name in self._out_of_time):
            raise self._silent[name]
        if remaining <= 0:
            self._out_of_time.add(name)
            raise Silent(SourceStatus.TIMED_OUT, HoleReason.TIMEOUT)
        try:
            async with asyncio.timeout(remaining if lookup.bodies else remaining * ROUND_SHARE):
                return await self._members[name].ask(lookup)
        except TimeoutError as error:
            raise Silent(SourceStatus.TIMED_OUT, HoleReason.TIMEOUT) from error
