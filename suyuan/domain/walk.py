"""The trace walk: from one code to its chain, asking a source that it does not know.

``walk`` is a generator without I/O. It yields a ``Lookup`` (the whole frontier at once), receives
an ``Answer`` and returns a ``Trail``; ``suyuan.domain.findings`` makes the ``Chain`` of it. What a
chain is stands in TRACING.md of the design; the rules are named where they are kept.

    own history   direct edges, and the moves of every container during a stay in it
    up            own history, and for each transformation that made the thing, up of every input
                  (and of what was inside it) to the moment it was consumed
    down          own history from a time on, and down of every output made from the thing,
                  or from a container while the thing was inside, and of what was inside it

Everything is finite because a task is done again only for a wider window (rule 6).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from suyuan.domain import containment
from suyuan.domain.chain import Link, Via
from suyuan.domain.codes import Level
from suyuan.domain.containment import Stay
from suyuan.domain.events import StoredEvent
from suyuan.domain.facts import Facts, Window, contains, overlap, within
from suyuan.domain.lookup import Answer, Ask, Edge, Key, Lookup, Rank, Role
from suyuan.domain.trail import Direction, Question, Reason, Trail

# As many keys as one lookup may hold: a source need not take more in one question.
MAX_KEYS = 1_000

Walk = Generator[Lookup, Answer, Trail]


def walk(question: Question, *, whole: bool = True) -> Walk:
    """Trace ``question.code``; drive it with ``suyuan.sources.base.trace``.

    ``whole`` promises that an event's error declarations come with its edges. Over several
    subsystems that is not so: then the walk asks everybody about every event it meets.
    """
    if question.code.level is Level.CLASS:
        return Trail()
    facts = Facts()
    tracing = _Tracing(question, facts)
    hop = 0
    while True:
        wanted = tracing.advance()
        if not whole:
            wanted += [Key(Ask.EVENT, e.hex()) for e in facts.unchecked_events()]
        if not wanted:
            break
        for lookup in _lookups(wanted, hop, question.known_at):
            facts.learn(lookup, (yield lookup))
        if facts.upset:
            facts.upset = False
            tracing = _Tracing(question, facts)
        hop += 1
    trail = tracing.trail
    events = yield from _bodies(trail, hop, question.known_at)
    trail.events = events
    trail.holes = tuple(facts.holes)
    trail.disputed = {ref for ref in trail.reasons if facts.disputed(*ref)}
    return trail


def _lookups(keys: list[Key], hop: int, known_at: datetime | None) -> Iterator[Lookup]:
    pending = iter(dict.fromkeys(keys))
    while batch := tuple(islice(pending, MAX_KEYS)):
        yield Lookup(batch, hop, known_at)


def _bodies(
    trail: Trail, hop: int, known_at: datetime | None
) -> Generator[Lookup, Answer, tuple[StoredEvent, ...]]:
    """Fetch the events themselves, once, by key, at the end."""
    keys = [Key(Ask.EVENT, event.hex()) for event, _ in trail.reasons]
    found: list[StoredEvent] = []
    for lookup in _lookups(keys, hop, known_at):
        answer = yield replace(lookup, bodies=True)
        found += answer.events
    return tuple(s for s in found if (s.event.key, s.event.party.key) in trail.reasons)


@dataclass(frozen=True, slots=True)
class _Thing:
    """A task: the history of one thing in one direction, within a window."""

    code: str
    direction: Direction
    window: Window
    hop: int


@dataclass(frozen=True, slots=True)
class _Making:
    """A task: a transformation met from ``code``, upwards from an output or down from an input."""

    node: str
    direction: Direction
    code: str
    hop: int


@dataclass(frozen=True, slots=True)
class _Inside:
    """A task: whatever was inside a container at an instant of the window."""

    container: str
    direction: Direction
    window: Window
    hop: int


_Task = _Thing | _Making | _Inside


class _Tracing:
    """Works off tasks as far as the facts reach; what blocks it is the next frontier."""

    def __init__(self, question: Question, facts: Facts) -> None:
        self._question = question
        self._facts = facts
        self._visited: dict[tuple[object, ...], list[Window]] = {}
        self._tasks: list[_Task] = []
        self.trail = Trail()
        code, direction = question.code.key, question.direction
        if direction is not Direction.DOWN:
            upward = Direction.UP if direction is Direction.BOTH else direction
            self._add(_Thing(code, upward, (None, question.as_of), 0))
        if direction in (Direction.DOWN, Direction.BOTH):
            self._add(_Thing(code, Direction.DOWN, (question.since, question.as_of), 0))

    def advance(self) -> list[Key]:
        """Do every task whose facts are known; return the questions that the others wait for."""
        wanted: list[Key] = []
        blocked: list[_Task] = []
        while self._tasks:
            if self.trail.limits_hit:
                return []
            task = self._tasks.pop()
            missing = self._missing(task)
            if missing:
                wanted += missing
                blocked.append(task)
            else:
                self._do(task)
        self._tasks = blocked
        return wanted

    def _add(self, task: _Task) -> None:
        """Queue a task unless the same was done for a window that holds this one (rule 6)."""
        match task:
            case _Making():
                seen: tuple[object, ...] = (task.node, task.direction, task.code)
                window: Window = (None, None)
            case _Inside():
                seen, window = (task.container, task.direction, "inside"), task.window
            case _Thing():
                seen, window = (task.code, task.direction), task.window
        done = self._visited.setdefault(seen, [])
        if not any(contains(outer, window) for outer in done):
            done.append(window)
            self._tasks.append(task)

    def _missing(self, task: _Task) -> list[Key]:
        match task:
            case _Thing():
                return self._missing_history(task.code, task.window[1])
            case _Making():
                key = Key(Ask.TRANSFORMATION, task.node, None, self._question.as_of)
                return [] if self._facts.covers(key) else [key]
            case _Inside():
                return self._missing_contents(task)

    def _missing_history(self, code: str, until: datetime | None) -> list[Key]:
        key = Key(Ask.CODE, code, None, until)
        if not self._facts.covers(key):
            return [key]
        return containment.missing(self._facts, code, until)

    def _missing_contents(self, task: _Inside) -> list[Key]:
        key = Key(Ask.CONTENTS, task.container, None, task.window[1])
        if not self._facts.covers(key):
            return [key]
        until = self._contents_known_until(task)
        return [k for c in self._children(task) for k in self._missing_history(c, until)]

    def _contents_known_until(self, task: _Inside) -> datetime | None:
        """Downwards a child is followed to the end anyway, so its history is asked for once."""
        return self._question.as_of if task.direction is Direction.DOWN else task.window[1]

    def _children(self, task: _Inside) -> list[str]:
        packed = self._facts.of_other(task.container, (Role.CHILD,))
        until = task.window[1]
        return list(
            dict.fromkeys(
                e.code for e in packed if e.rank is Rank.ADD and (until is None or e.time <= until)
            )
        )

    def _do(self, task: _Task) -> None:
        match task:
            case _Thing():
                self._history(task)
            case _Making():
                self._making(task)
            case _Inside():
                self._inside(task)

    def _history(self, task: _Thing) -> None:
        edges = self._facts.edges(task.code)
        if edges:
            is_lot = any(e.is_lot for e in edges)
            self.trail.things[task.code] = self.trail.things.get(task.code, False) or is_lot
        via = self._via(task)
        for edge in edges:
            if within(edge.time, task.window):
                self._note(Reason(via, task.hop, edge))
        carried = list(self._carried(task))
        if task.direction is Direction.UP:
            self._upwards(task, edges)
        elif task.direction is Direction.DOWN:
            self._downwards(task, [*edges, *carried])

    def _upwards(self, task: _Thing, edges: list[Edge]) -> None:
        """To the transformations that put the thing out, within the window."""
        for edge in edges:
            if edge.role is Role.OUTPUT and edge.other and within(edge.time, task.window):
                self._add(_Making(edge.other, Direction.UP, task.code, task.hop))

    def _downwards(self, task: _Thing, edges: list[Edge]) -> None:
        """To the transformations that consumed the thing, or a container with the thing inside."""
        for edge in edges:
            if edge.role is Role.INPUT and edge.other and within(edge.time, task.window):
                self._add(_Making(edge.other, Direction.DOWN, task.code, task.hop))
        if self._is_asked(task):
            self._look_inside(task.code, Direction.DOWN, task.window, task.hop)

    def _look_inside(self, code: str, direction: Direction, window: Window, hop: int) -> None:
        if any(e.role is Role.PARENT for e in self._facts.edges(code)):
            self._add(_Inside(code, direction, window, hop))

    def _making(self, task: _Making) -> None:
        """One transformation, also in halves (rule 5): its events, then its other side."""
        ends = self._facts.of_other(task.node, (Role.INPUT, Role.OUTPUT))
        upward = task.direction is Direction.UP
        for edge in ends:
            self._note(Reason(Via.UP if upward else Via.DOWN, task.hop + 1, edge))
            if edge.role is (Role.INPUT if upward else Role.OUTPUT):
                self._cross(task, edge)

    def _cross(self, task: _Making, edge: Edge) -> None:
        """Go on from the far side: an input until it was consumed, an output from its making."""
        as_of, hop = self._question.as_of, task.hop + 1
        if task.direction is Direction.UP:
            self._link(Link(edge.code, task.code, "transformed", edge.id))
            self._add(_Thing(edge.code, Direction.UP, (None, edge.time), hop))
            self._add(_Inside(edge.code, Direction.UP, (edge.time, edge.time), hop))
        else:
            self._link(Link(task.code, edge.code, "transformed", edge.id))
            self._add(_Thing(edge.code, Direction.DOWN, (edge.time, as_of), hop))
            self._add(_Inside(edge.code, Direction.DOWN, (edge.time, as_of), hop))

    def _inside(self, task: _Inside) -> None:
        """Follow what was inside at an instant of the window; what is inside that, nested."""
        for child in self._children(task):
            known, _ = containment.stays(self._facts, child, self._contents_known_until(task))
            for stay in known:
                inner = overlap(stay.window, task.window)
                if stay.container == task.container and inner is not None:
                    self._follow_child(task, stay, inner)

    def _follow_child(self, task: _Inside, stay: Stay, inner: Window) -> None:
        child = stay.opened.code
        self._link(Link(child, task.container, "contained", stay.opened.id))
        window = (
            (inner[0], self._question.as_of)
            if task.direction is Direction.DOWN
            else (None, inner[1])
        )
        self._add(_Thing(child, task.direction, window, task.hop))
        self._look_inside(child, task.direction, inner, task.hop)

    def _carried(self, task: _Thing) -> Iterator[Edge]:
        """Note the moves of the containers around a thing; give back those edges."""
        pending: list[tuple[str, Window]] = [(task.code, task.window)]
        seen: dict[str, list[Window]] = {}
        while pending:
            code, window = pending.pop()
            for stay, inner in self._stays_within(code, window, task):
                self._link(Link(code, stay.container, "contained", stay.opened.id))
                done = seen.setdefault(stay.container, [])
                if any(contains(outer, inner) for outer in done):
                    continue
                done.append(inner)
                yield from self._moves(stay, inner, task)
                pending.append((stay.container, inner))

    def _stays_within(
        self, code: str, window: Window, task: _Thing
    ) -> Iterator[tuple[Stay, Window]]:
        known, oddities = containment.stays(self._facts, code, task.window[1])
        self.trail.oddities.update(
            dict.fromkeys(o for o in oddities if within(o.edge.time, window))
        )
        for stay in known:
            inner = overlap(stay.window, window)
            if inner is None:
                continue
            emptied = stay.closed if stay.closed and stay.closed.code == stay.container else None
            if emptied is not None and within(emptied.time, window):
                self._note(Reason(self._via(task), task.hop, emptied))
            yield stay, inner

    def _moves(self, stay: Stay, inner: Window, task: _Thing) -> Iterator[Edge]:
        """A container's packing of other things is not the thing's history; its moves are."""
        via = Via.CONTAINER if self._is_asked(task) else self._via(task)
        since = inner[0] or stay.opened.time
        for edge in self._facts.edges(stay.container):
            if not within(edge.time, inner) or not _is_move(edge):
                continue
            self._note(
                Reason(
                    via,
                    task.hop,
                    edge,
                    (since, inner[1]),
                    (stay.opened.code, stay.container),
                    stay.closed is None or stay.implicit,
                )
            )
            yield edge

    def _note(self, reason: Reason) -> None:
        """Keep the best reason for an event, cut to the time that was asked for."""
        edge, question = reason.edge, self._question
        if not within(edge.time, (question.since, question.as_of)):
            return
        ref = (edge.event, edge.party)
        known = self.trail.reasons.get(ref)
        if known is None and len(self.trail.reasons) >= question.max_events:
            self.trail.limits_hit = ("max_events",)
        elif known is None or reason.rank < known.rank:
            self.trail.reasons[ref] = reason

    def _is_asked(self, task: _Thing) -> bool:
        return task.hop == 0 and task.code == self._question.code.key

    def _via(self, task: _Thing) -> Via:
        if self._is_asked(task):
            return Via.DIRECT
        return Via.UP if task.direction is Direction.UP else Via.DOWN

    def _link(self, link: Link) -> None:
        self.trail.links[link] = None


def _is_move(edge: Edge) -> bool:
    if edge.role in (Role.PARENT, Role.EMPTIED):
        return edge.role is Role.PARENT and edge.rank is Rank.OBSERVE
    return True
