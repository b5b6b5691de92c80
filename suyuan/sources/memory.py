"""A list of events as a source: for tests, and the plainest statement of what a source must do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from suyuan.domain.events import StoredEvent
from suyuan.domain.lookup import Answer, Ask, Edge, Key, Lookup, Role, Void, edges_of, is_plain


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
        if _answers(edge, key)
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


def _answers(edge: Edge, key: Key) -> bool:
    if key.until is not None and edge.time > key.until:
        return False
    match key.ask:
        case Ask.CODE:
            return edge.code == key.key
        case Ask.CONTAINER:
            early = key.since is not None and edge.time < key.since
            return edge.code == key.key and not (early and is_plain(edge))
        case Ask.CONTENTS:
            return edge.other == key.key and edge.role in (Role.CHILD, Role.MEMBER)
        case Ask.TRANSFORMATION:
            return edge.other == key.key and edge.role in (Role.INPUT, Role.OUTPUT)
        case Ask.EVENT:
            return False
