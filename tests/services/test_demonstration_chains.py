"""The walk over the demonstration city in memory: no consumer's chain has a finding."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

import pytest

from services import demonstration
from suyuan.domain.assemble import assemble
from suyuan.domain.codes import recognise
from suyuan.domain.events import StoredEvent
from suyuan.domain.lookup import Answer, Lookup, edges_of
from suyuan.domain.trail import Direction, Question
from suyuan.sources.base import trace
from suyuan.sources.memory import answer
from suyuan.wire.city import read_event

# Every end of each sector takes a minute; this many are every so-many-th.
AT_MOST = 120


class Indexed:
    """The events that a lookup can be about, found by code; then as a list in memory answers."""

    whole = True

    def __init__(self) -> None:
        self._about: dict[str, dict[bytes, StoredEvent]] = defaultdict(dict)
        self._corrections: dict[bytes, StoredEvent] = {}

    def add(self, stored: StoredEvent) -> None:
        event = stored.event
        if event.correction is not None:
            self._corrections[event.key] = stored
        self._about[event.key.hex()][event.key] = stored
        for edge in edges_of(event):
            for name in (edge.code, edge.other):
                if name is not None:
                    self._about[name][event.key] = stored

    async def ask(self, lookup: Lookup) -> Answer:
        near = {k: s for key in lookup.keys for k, s in self._about[key.key].items()}
        corrections = [self._corrections[k] for k in near if k in self._corrections]
        return answer([*near.values(), *corrections], lookup)


@pytest.fixture(scope="module")
def city() -> Indexed:
    source = Indexed()
    parties = {one.uscc: one.caller.party for one in demonstration.participants()}
    now = datetime.now(UTC)
    for reporter, reports in demonstration.reports().items():
        for number, report in enumerate(reports):
            event, _ = read_event(report, index=number, reporter=parties[reporter], now=now)
            assert event is not None
            source.add(StoredEvent(event, now, event.key))
    return source


@pytest.mark.parametrize("sector", demonstration.everyday().ends)
async def test_no_chain_of_a_sector_has_a_finding(city: Indexed, sector: str) -> None:
    ends = demonstration.everyday().ends[sector]
    for code in ends[:: max(len(ends) // AT_MOST, 1)]:
        question = Question(recognise(code), Direction.BOTH)
        chain = assemble(question, await trace(city, question))
        assert chain.events
        assert chain.findings == (), code
