"""Containment as intervals (docs/tracing.md, "Containment" and "Lives").

A thing's *stay* in a container is opened by a pack and closed by an unpack of it from that
container, by an unpack of everything, by a pack into another container, by the thing's own end, or
with the life of either. A pack elsewhere and an end close implicitly, and for serials only: sixty
kilograms of a lot may be in one container and forty in another. A return takes an end back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from suyuan.domain.facts import Facts, Window
from suyuan.domain.lives import births, rest_of
from suyuan.domain.lookup import Ask, Edge, Key, Movement, Order, Rank, Role


@dataclass(frozen=True, slots=True)
class Stay:
    """One time inside a container; ``closed`` is what ended it, ``None`` while it lasts."""

    container: str
    opened: Edge
    closed: Edge | None = None
    implicit: bool = False

    @property
    def window(self) -> Window:
        return (self.opened.time, self.closed.time if self.closed else None)


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something that a person should know about a thing: a finding in the making."""

    type: str
    edge: Edge
    container: str | None = None


def missing(facts: Facts, code: str, until: datetime | None) -> list[Key]:
    """The questions still to be asked before the stays of ``code`` up to ``until`` are known.

    The code's own edges must be known already. The containers of containers are part of the
    question: whether a pack is a cycle, and what carried the thing, depend on them.
    """
    if not _was_packed(facts, code):
        return []
    wanted: list[Key] = []
    seen = {code}
    opened = [e.time for e in _packs(facts, code, until)]
    since = min(opened, default=None)
    pending = [code]
    while pending:
        for pack in _packs(facts, pending.pop(), until):
            container = pack.other
            if container is None or container in seen:
                continue
            seen.add(container)
            key = Key(Ask.CONTAINER, container, None if rest_of(container) else since, until)
            if facts.covers(key):
                pending.append(container)
            else:
                wanted.append(key)
    return wanted


def stays(facts: Facts, code: str, until: datetime | None) -> tuple[list[Stay], list[Oddity]]:
    """Every stay of a thing up to ``until``, oldest first, and what is odd about them."""
    if not _was_packed(facts, code):
        return [], []
    known = facts.stays.get((code, until))
    if known is None:
        _judge(facts, code, until)
        book = _Book(facts, code)
        for edge in _relevant(facts, code, until):
            book.enter(edge)
        known = facts.stays[code, until] = (book.stays(), book.oddities)
    return known


def _open_before(facts: Facts, code: str, order: Order) -> Iterable[str]:
    """The containers that a thing is directly inside just before ``order``."""
    if not _packs(facts, code, order[0]):
        return ()
    book = _Book(facts, code)
    for edge in _relevant(facts, code, order[0]):
        if edge.order > order:
            break
        if edge.order < order:
            book.enter(edge)
        else:
            book.begin_life(edge)
    return tuple(book.open)


def _is_inside(facts: Facts, code: str, container: str, order: Order) -> bool:
    """Whether ``code`` is in ``container``, directly or through others, just before ``order``."""
    seen = {code}
    pending = [code]
    while pending:
        for outer in _open_before(facts, pending.pop(), order):
            if outer == container:
                return True
            if outer not in seen:
                seen.add(outer)
                pending.append(outer)
    return False


def _judge(facts: Facts, code: str, until: datetime | None) -> None:
    """Judge every pack around a thing in order of time, each once.

    Whether a pack is a cycle depends on earlier packs alone; judged in order, each finds the
    earlier ones judged. Asked for one by one they would be judged again and again, exponentially.
    """
    seen, pending = {code}, [code]
    packs: list[Edge] = []
    while pending:
        found = _packs(facts, pending.pop(), until)
        packs += found
        outer = {e.other for e in found if e.other is not None} - seen
        seen |= outer
        pending += outer
    for pack in sorted(packs, key=lambda e: e.order):
        _is_cycle(facts, pack)


def _is_cycle(facts: Facts, pack: Edge) -> bool:
    """Whether a pack would put a container inside itself, directly or through others."""
    verdict = facts.cycles.get(pack)
    if verdict is None:
        container = pack.other or ""
        verdict = container == pack.code or _is_inside(facts, container, pack.code, pack.order)
        facts.cycles[pack] = verdict
    return verdict


def _was_packed(facts: Facts, code: str) -> bool:
    return Role.CHILD in facts.roles(code)


def _packs(facts: Facts, code: str, until: datetime | None) -> list[Edge]:
    return [
        e
        for e in facts.edges(code)
        if e.role is Role.CHILD and e.rank is Rank.ADD and (until is None or e.time <= until)
    ]


def _relevant(facts: Facts, code: str, until: datetime | None) -> list[Edge]:
    """The thing's own edges, and what ends its stays in every container it was ever packed into."""
    own = facts.edges(code)
    containers = {e.other for e in _packs(facts, code, until) if e.other is not None} - {code}
    emptied = [e for c in containers for e in facts.edges(c) if e.role is Role.EMPTIED]
    reborn = [e for c in containers for e in births(facts, c)]
    # The sort is stable: a pack that begins a container's life comes after the end of the last.
    around = dict.fromkeys((*reborn, *emptied))
    merged = sorted((*around, *own), key=lambda e: e.order) if around else own
    return [e for e in merged if until is None or e.time <= until]


class _Book:
    """Keeps a thing's stays while its edges are entered in order."""

    def __init__(self, facts: Facts, code: str) -> None:
        self._facts = facts
        self._code = code
        self._is_lot = any(e.is_lot for e in facts.edges(code))
        self._born = frozenset(births(facts, code))
        self._closed: list[Stay] = []
        self._ended: dict[str, Edge] = {}  # the container that each stay was in at the last end
        self._last_end: bytes | None = None
        self.open: dict[str, Edge] = {}
        self.oddities: list[Oddity] = []

    def stays(self) -> list[Stay]:
        lasting = [Stay(container, opened) for container, opened in self.open.items()]
        return sorted((*self._closed, *lasting), key=lambda s: s.opened.order)

    def enter(self, edge: Edge) -> None:
        if edge.code != self._code:
            self._leave(edge.code, edge)
            return
        if edge in self._born:
            self._end_life(edge)
        if edge.role is Role.CHILD and edge.other is not None:
            if edge.rank is Rank.ADD:
                self._pack(edge, edge.other)
            elif edge.rank is Rank.DELETE:
                self._unpack(edge, edge.other)
        elif edge.role is Role.INPUT:
            self._close_all(edge, None)
            self._ended = {}
        elif edge.role is Role.ITEM and edge.ends:
            self._end(edge)
        elif edge.role is Role.ITEM and edge.moves is Movement.BACK:
            self._take_back(edge)

    def begin_life(self, edge: Edge) -> None:
        """Only what the edge does as the first of a life: it ends the stays of the life before."""
        if edge.code == self._code:
            if edge in self._born:
                self._end_life(edge)
        elif edge in births(self._facts, edge.code):
            self._leave(edge.code, edge)

    def _leave(self, container: str, edge: Edge) -> None:
        self._ended.pop(container, None)
        if container in self.open:
            self._close(container, edge)

    def _end_life(self, edge: Edge) -> None:
        self._ended = {}
        for container in tuple(self.open):
            self._close(container, edge)

    def _end(self, edge: Edge) -> None:
        """The thing is gone. The same event as another reporter tells it is no second end."""
        if edge.event != self._last_end:
            self._ended = {} if self._is_lot else dict(self.open)
        self._last_end = edge.event
        self._close_all(edge, "inferred_unpack")

    def _take_back(self, edge: Edge) -> None:
        """A returned thing did not end: it is where it was, unless it was packed since."""
        if not self.open:
            inside = (
                c for c in self._ended if not _is_inside(self._facts, c, self._code, edge.order)
            )
            self.open = dict.fromkeys(inside, edge)
        self._ended = {}

    def _pack(self, edge: Edge, container: str) -> None:
        if container in self.open:
            return
        if _is_cycle(self._facts, edge):
            self.oddities.append(Oddity("containment_cycle", edge, container))
            return
        self._close_all(edge, "implicit_move")
        self._ended = {}
        self.open[container] = edge

    def _unpack(self, edge: Edge, container: str) -> None:
        self._ended.pop(container, None)
        if container in self.open:
            self._close(container, edge)
        elif not self._explains(edge, container):
            self.oddities.append(Oddity("unpack_without_pack", edge, container))

    def _explains(self, edge: Edge, container: str) -> bool:
        """An unpack at the very instant of an implicit close says what happened: no oddity."""
        closed_now = [
            s
            for s in self._closed
            if s.container == container and s.implicit and s.closed and s.closed.time == edge.time
        ]
        self.oddities = [
            o
            for o in self.oddities
            if not (o.container == container and any(o.edge is s.closed for s in closed_now))
        ]
        return bool(closed_now)

    def _close_all(self, edge: Edge, oddity: str | None) -> None:
        if self._is_lot:
            return
        for container in tuple(self.open):
            self._close(container, edge, implicit=True)
            if oddity is not None:
                self.oddities.append(Oddity(oddity, edge, container))

    def _close(self, container: str, edge: Edge, *, implicit: bool = False) -> None:
        self._closed.append(Stay(container, self.open.pop(container), edge, implicit))
