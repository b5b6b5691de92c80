"""How a service finds out what a recall reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from typing import Protocol

from suyuan.domain.assemble import assemble
from suyuan.domain.chain import Chain
from suyuan.domain.codes import Code
from suyuan.domain.lookup import Hole
from suyuan.domain.reach import Reached
from suyuan.domain.recall import Proposal, Recall
from suyuan.domain.recall_scope import Handler, Quantities, ScopeBalance
from suyuan.domain.shares import Affected
from suyuan.domain.trail import Direction, Question
from suyuan.sources.base import Source, trace

# Counting quantities holds the events of a chain in memory; a wider recall is told without them.
COUNTED_EVENTS = 20_000
_COUNTING_SECONDS = 60.0


class Scope(Protocol):
    """One recall's reach while it is being found."""

    def things(self) -> AsyncIterator[list[Reached]]:
        """The things, some at a time, the nearest first, each once."""

    async def quantities(self) -> Quantities:
        """What is told of quantities."""

    def holes(self) -> Iterable[Hole]:
        """What was asked and not answered, by now."""


class Scoper(Protocol):
    """Begins scopes; the service puts one on its ``Recalls``."""

    async def begin(self, recall: Recall) -> Scope: ...


async def count(source: Source, proposal: Proposal, codes: Iterable[Code]) -> Quantities:
    """Balances and shares of the recalled lots, from one chain downwards for each code."""
    handled: defaultdict[str, set[str]] = defaultdict(set)
    affected: list[Affected] = []
    balances: list[ScopeBalance] = []
    for code in codes:
        question = Question(
            code,
            Direction.DOWN,
            proposal.until,
            proposal.since,
            max_events=COUNTED_EVENTS,
        )
        trail = await trace(source, question, deadline=_COUNTING_SECONDS)
        if trail.limits_hit:
            return Quantities(whole=False)
        chain = assemble(question, trail, [])
        affected += chain.affected
        balances += [
            ScopeBalance(b.code, b.place, b.party, b.unit, b.quantity)
            for b in chain.ledger.balances
        ]
        _note_handlers(handled, chain)
    handlers = tuple(Handler(party, len(codes)) for party, codes in sorted(handled.items()))
    return Quantities(True, tuple(affected), tuple(balances), handlers)


def _note_handlers(handled: defaultdict[str, set[str]], chain: Chain) -> None:
    """Who had to do with which of the things of a chain downwards."""
    things = {thing.code.key for thing in chain.things}
    for one in chain.events:
        event = one.stored.event
        named = (*event.items, *event.inputs, *event.outputs, *event.children)
        codes = things & {item.code.key for item in named}
        for party in (event.party, event.source.party, event.destination.party):
            if party is not None and codes:
                handled[party.key] |= codes
