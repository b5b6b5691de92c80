"""A list of events that reads ahead as the tables do: what it says is whole, and it says more."""

from __future__ import annotations

from suyuan.domain.answers import together
from suyuan.domain.lookup import Answer, Ask, Key, Lookup
from suyuan.sources.memory import MemorySource
from suyuan.wire.lookups import latest

STEPS = 3


class ReadingAhead(MemorySource):
    """Follows every code and transformation that it comes by, a few steps far."""

    async def ask(self, lookup: Lookup) -> Answer:
        answers = [await super().ask(lookup)]
        until = latest(lookup.keys)
        done = set(lookup.keys)
        told: list[Key] = []
        for _ in range(STEPS if not lookup.bodies else 0):
            edges = answers[-1].edges
            named = [Key(Ask.CODE, e.code, None, until) for e in edges]
            named += [Key(Ask.TRANSFORMATION, e.other, None, until) for e in edges if e.other]
            following = [k for k in dict.fromkeys(named) if k not in done]
            if not following:
                break
            done.update(following)
            told += following
            answers.append(await super().ask(Lookup(tuple(following), known_at=lookup.known_at)))
        whole = together(answers)
        return Answer(whole.edges, whole.voids, whole.events, whole.holes, tuple(told))
