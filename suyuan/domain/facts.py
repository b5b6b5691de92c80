"""What a walk has been told so far, and how much of each question is covered by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from suyuan.domain.lookup import Answer, Ask, Edge, Hole, Key, Lookup, Role, Void

Window = tuple[datetime | None, datetime | None]


def overlap(a: Window, b: Window) -> Window | None:
    """The instants in both windows, bounds inclusive; ``None`` when there are none."""
    since = max((w for w in (a[0], b[0]) if w is not None), default=None)
    until = min((w for w in (a[1], b[1]) if w is not None), default=None)
    return None if since is not None and until is not None and since > until else (since, until)


def within(time: datetime, window: Window) -> bool:
    since, until = window
    return (since is None or time >= since) and (until is None or time <= until)


def contains(outer: Window, inner: Window) -> bool:
    since_holds = outer[0] is None or (inner[0] is not None and inner[0] >= outer[0])
    until_holds = outer[1] is None or (inner[1] is not None and inner[1] <= outer[1])
    return since_holds and until_holds


class Facts:
    """Edges and voids by what they are asked by. Telling the same fact twice changes nothing."""

    def __init__(self) -> None:
        self._of_code: dict[str, dict[Edge, None]] = defaultdict(dict)
        self._of_other: dict[str, dict[Edge, None]] = defaultdict(dict)
        self._sorted: dict[str, list[Edge]] = {}
        self._roles: dict[str, frozenset[Role]] = {}
        self._voids: dict[bytes, list[Void]] = defaultdict(list)
        self._covered: dict[tuple[Ask, str], list[Window]] = defaultdict(list)
        self._told: set[bytes] = set()
        self._unchecked: dict[bytes, None] = {}
        self._checked: set[bytes] = set()
        self.holes: dict[Hole, None] = {}
        # Whether a pack would be a cycle, once judged: see ``suyuan.domain.containment``.
        self.cycles: dict[Edge, bool] = {}
        # Where lives of a container begin: see ``suyuan.domain.lives``.
        self.births: dict[str, list[Edge]] = {}
        # The stays of a thing up to a time, and what is odd about them.
        self.stays: dict[tuple[str, datetime | None], Any] = {}
        self.upset = False
        self._known = 0

    def __len__(self) -> int:
        """How many edges are known."""
        return self._known

    def learn(self, lookup: Lookup, answer: Answer) -> None:
        """Take an answer in.

        ``upset`` becomes true when it voids an event that was told earlier: conclusions drawn
        from that event have to be drawn anew.
        """
        self._roles.clear()
        self.cycles.clear()
        self.births.clear()
        self.stays.clear()
        for key in lookup.keys:
            if key.ask is Ask.EVENT:
                self._checked.add(bytes.fromhex(key.key))
                self._unchecked.pop(bytes.fromhex(key.key), None)
            else:
                self._covered[key.ask, key.key].append((key.since, key.until))
        for key in answer.answered:
            self._covered[key.ask, key.key].append((key.since, key.until))
        for void in answer.voids:
            if void not in self._voids[void.event]:
                self._voids[void.event].append(void)
                self.upset = self.upset or void.event in self._told
        if self.upset:
            self._sorted.clear()
        for edge in answer.edges:
            self._tell(edge)
        self.holes.update(dict.fromkeys(answer.holes))

    def _tell(self, edge: Edge) -> None:
        of_code = self._of_code[edge.code]
        if edge in of_code:
            return
        of_code[edge] = None
        self._known += 1
        self._sorted.pop(edge.code, None)
        if edge.other is not None:
            self._of_other[edge.other][edge] = None
        if edge.event not in self._told:
            self._told.add(edge.event)
            if edge.event not in self._checked:
                self._unchecked[edge.event] = None

    def covers(self, key: Key) -> bool:
        """Whether the question was asked already, as it is or wider."""
        window = (key.since, key.until)
        asked = self._covered.get((key.ask, key.key), [])
        if key.ask is Ask.CONTAINER:
            asked = [*asked, *self._covered.get((Ask.CODE, key.key), ())]
        return (None, None) in asked or any(contains(outer, window) for outer in asked)

    def unchecked_events(self) -> list[bytes]:
        """Events for which nobody has been asked yet whether they are void."""
        return list(self._unchecked)

    def is_void(self, edge: Edge) -> bool:
        voids = self._voids.get(edge.event)  # hardly any event has some
        return voids is not None and any(v.covers(edge.event, edge.party) for v in voids)

    def is_voided(self, code: str) -> bool:
        """Whether a code was told of, and by events alone that are void."""
        told = self._of_code.get(code)
        return bool(told) and all(map(self.is_void, told or ()))

    def disputed(self, event: bytes, party: str) -> bool:
        """Whether somebody declared the event in error who may not."""
        return any(not v.covers(event, party) for v in self._voids.get(event, ()))

    def edges(self, code: str) -> list[Edge]:
        """The edges of a code that are not void, in order."""
        known = self._sorted.get(code)
        if known is None:
            told = self._of_code.get(code, {})
            known = sorted((e for e in told if not self.is_void(e)), key=lambda e: e.order)
            self._sorted[code] = known
        return known

    def roles(self, code: str) -> frozenset[Role]:
        """What a code was to the events that are not void."""
        known = self._roles.get(code)
        if known is None:
            known = self._roles[code] = frozenset([e.role for e in self.edges(code)])
        return known

    def of_other(self, other: str, roles: Iterable[Role]) -> list[Edge]:
        """The edges whose far end is ``other``: a container's children, a transformation's ends."""
        told = self._of_other.get(other)
        if told is None:
            return []
        wanted = frozenset(roles)
        return sorted(
            (e for e in told if e.role in wanted and not self.is_void(e)), key=lambda e: e.order
        )
