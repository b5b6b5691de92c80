"""What a recall follows task by task against the walk, over the oracle's random event sets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.lookup import Answer, Lookup
from suyuan.domain.reach import Reach
from suyuan.sources.memory import answer
from suyuan.sources.recall_scope import WalkedScope
from tests.oracle.generate import CODES, event_sets
from tests.oracle.records import Record, code, name_of, stored
from tests.oracle.test_oracle import found, question, thoroughly, trail


class Split:
    """Records spread over so many subsystems, each of which answers for what it holds."""

    def __init__(self, records: Sequence[Record], parts: int) -> None:
        self._held = [list(map(stored, records[n::parts])) for n in range(parts)]
        self.whole = parts == 1

    async def ask(self, lookup: Lookup) -> Answer:
        answers = [answer(held, lookup) for held in self._held]
        return Answer(
            tuple(e for a in answers for e in a.edges),
            tuple(v for a in answers for v in a.voids),
            tuple(s for a in answers for s in a.events),
        )


async def _things(source: Split, name: str) -> list[str]:
    scope = WalkedScope(lambda: source, Reach((code(name),), whole=source.whole))
    return [name_of(one.code) async for some in scope.things() for one in some]


@thoroughly
@given(event_sets(), st.sampled_from(CODES), st.integers(1, 3))
def test_a_recall_reaches_what_the_walk_reaches(
    records: tuple[Record, ...], name: str, parts: int
) -> None:
    things = asyncio.run(_things(Split(records, parts), name))
    assert len(set(things)) == len(things)
    assert set(things) == found(trail(records, question(name, "down"))).things
