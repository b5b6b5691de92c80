"""A list of events as a source: for tests, and the plainest statement of what a source must do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from suyuan.domain.answers import answers
from suyuan.domain.events import StoredEvent
from suyuan.domain.lookup import Answer, Ask, Lookup, Void, edges_of


class MemorySource:
    """Holds stored events, error declarations among them; answers as the tables would."""

    whole = True

    def __init__(self, stored: Iterable[StoredEvent] = ()) -> None:
        self._stored: dict[tuple[bytes, str, bool], StoredEvent] = {}
        for one in stored:
            self.add(one)

    def add(self, stored: StoredEvent) -> None:
        """Append an event; the same key and reporter again changes nothing."""
        event = stored.event
        self._stored.setdefault((event.key, event.party.key, event.correction is not None), stored)

    async def ask(self, lookup: Lookup) -> Answer:
        return answer(self._stored.values(), lookup)


def answer(stored: Iterable[StoredEvent], lookup: Lookup) -> Answer:
    """What a list of stored events answers to a lookup."""
    known = [s for s in stored if _known(s, lookup.known_at)]
    originals = [s for s in known if s.event.correction is None]
    declarations = [s for s in known if s.event.correction is not None]
    edges = {
        edge
        for s in originals
        for edge in edges_of(s.event)
        for key in lookup.keys
        if answers(edge, key)
    }
    asked = {bytes.fromhex(k.key) for k in lookup.keys if k.ask is Ask.EVENT}
    events = [s for s in originals if lookup.bodies and s.event.key in asked]
    told = asked | {e.event for e in edges}
    voids = [
        Void(s.event.key, s.event.party.key, s.authority, s.record_time)
        for s in declarations
        if s.event.key in told
    ]
    return Answer(tuple(edges), tuple(voids), tuple(events))


def _known(stored: StoredEvent, known_at: datetime | None) -> bool:
    return known_at is None or stored.record_time <= known_at
