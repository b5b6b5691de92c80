"""What a walk does with the facts it has, one task at a time: what each tells, and leads to.

    own history   direct edges, and the moves of every container during a stay in it
    up            own history, and for each transformation that made the thing, up of every input
                  (and of what was inside it) to the moment it was consumed; up of a serial's lot
    down          own history from a time on, and down of every output made from the thing,
                  or from a container while the thing was inside, and of what was inside it;
                  down of a lot's serials

Everything is finite because a task is done again only for a wider window.
``Tracing`` works tasks off for a chain; a reach has single ones done (``suyuan.domain.reach``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from suyuan.domain import containment
from suyuan.domain.carrying import Carried, around
from suyuan.domain.chain import Link, Via
from suyuan.domain.codes.gs1 import is_lot_key
from suyuan.domain.containment import Oddity, Stay
from suyuan.domain.facts import Facts, Window, contains, overlap, within
from suyuan.domain.flow import Flow, site_of
from suyuan.domain.lives import life_at
from suyuan.domain.lookup import Ask, Edge, Key, Movement, Order, Rank, Role
from suyuan.domain.making import maker_of
from suyuan.domain.sites import Site
from suyuan.domain.tasks import (
    Contents,
    History,
    Making,
    WalkTask,
    make_contents,
    make_history,
    make_making,
)
from suyuan.domain.trail import Direction, Question, Reason, Trail

# Made for every event and for every thing of a chain.
_make_key, _make_link, _make_reason = maker_of(Key), maker_of(Link), maker_of(Reason)


class Steps(ABC):
    """Does single tasks with the facts that are known.

    What a task tells goes to ``note``, what it leads to goes to ``add``; whoever has steps done
    decides there what becomes of both. Things, links, oddities and limits are kept in ``trail``.
    """

    def __init__(self, question: Question, facts: Facts) -> None:
        self.question = question
        self.facts = facts
        self.trail = Trail()
        self._visited: dict[tuple[object, ...], list[Window]] = {}
        self._flows: dict[tuple[str, datetime | None], Flow] = {}

    @abstractmethod
    def add(self, task: WalkTask) -> None:
        """Take a task that follows from the one that is being done."""

    @abstractmethod
    def note(self, reason: Reason) -> None:
        """Take an event that belongs to what is asked, and why."""

    def do(self, task: WalkTask) -> None:
        """Do a task of which nothing is ``missing``."""
        match task:
            case History():
                self._history(task)
            case Making():
                self._making(task)
            case Contents():
                self._inside(task)

    def forget_flows(self) -> None:
        """After new facts: a lot's flow may be another."""
        self._flows.clear()

    def _is_done(self, window: Window, *keys: tuple[object, ...]) -> bool:
        """Whether any of the keys was visited for a window that holds this one; the first is now.

        Each key is a wider way to say the same.
        """
        for key in keys:
            for outer in self._visited.get(key, ()):
                if contains(outer, window):
                    return True
        done = self._visited.setdefault(keys[0], [])
        done[:] = [inner for inner in done if not contains(window, inner)]
        done.append(window)
        return False

    # --- What must be known before a task can be done ---------------------------------------------

    def missing(self, task: WalkTask) -> list[Key]:
        """The questions to be asked before a task can be done."""
        match task:
            case History():
                return self._missing_history(task.code, task.window[1], task.direction)
            case Making():
                key = _make_key(Ask.TRANSFORMATION, task.node, None, self.question.as_of)
                return self._unknown(key)
            case Contents():
                return self._missing_contents(task)

    def _unknown(self, *keys: Key) -> list[Key]:
        return [key for key in keys if not self.facts.covers(key)]

    def _missing_history(
        self, code: str, until: datetime | None, direction: Direction = Direction.UP
    ) -> list[Key]:
        wanted = self._unknown(_make_key(Ask.CODE, code, None, until))
        if direction is Direction.DOWN and is_lot_key(code):
            wanted += self._unknown(_make_key(Ask.CONTENTS, code, None, until))
        return wanted or containment.missing(self.facts, code, until)

    def _missing_contents(self, task: Contents) -> list[Key]:
        """What holds something was named as a parent; of what was not, nobody need be asked."""
        wanted = self._unknown(_make_key(Ask.CODE, task.container, None, task.window[1]))
        if wanted or not self._is_container(task.container):
            return wanted
        wanted = self._unknown(_make_key(Ask.CONTENTS, task.container, None, task.window[1]))
        if wanted:
            return wanted
        until = self._contents_known_until(task)
        return [k for c in self._children(task) for k in self._missing_history(c, until)]

    def _contents_known_until(self, task: Contents) -> datetime | None:
        """Downwards a child is followed to the end anyway, so its history is asked for once."""
        return self.question.as_of if task.direction is Direction.DOWN else task.window[1]

    def _children(self, task: Contents) -> list[str]:
        packed = self.facts.of_other(task.container, (Role.CHILD,))
        until = task.window[1]
        return list(
            dict.fromkeys(
                e.code for e in packed if e.rank is Rank.ADD and (until is None or e.time <= until)
            )
        )

    # --- The history of a thing -------------------------------------------------------------------

    def _history(self, task: History) -> None:
        code, direction, site = task.code, task.direction, task.site
        edges = self.facts.edges(code)
        is_lot = any(e.is_lot for e in edges)
        life = None if task.entry is None else life_at(self.facts, code, task.entry)
        if not is_lot:
            site = None  # a serial is in one place
        wider = [(code, direction, s, n) for s in {site, None} for n in {life, None}]
        flowing = None
        if direction is Direction.UP and site and task.entry:
            # Each use of a lot is judged, also where the lot was followed before, and further.
            flowing = self._flowing(task, site, task.entry)
        if self._is_done(task.window, (code, direction, site, life), *wider):
            return
        if edges or task.via is not Via.DIRECT:  # a lot may be known by its serials alone
            self.trail.things[code] = self.trail.things.get(code, False) or is_lot
        if direction is not Direction.UP and site and task.entry:
            flowing = self._flowing(task, site, task.entry)
        direct = [
            e
            for e in self._in_life(code, edges, life)
            if within(e.time, task.window) and (flowing is None or e in flowing)
        ]
        for edge in direct:
            self.note(_make_reason(task.via, task.hop, edge))
        carried = list(self._tell_carried(task, life, flowing))
        if direction is Direction.UP:
            self._upwards(task, direct)
        elif direction is Direction.DOWN:
            self._downwards(task, [*direct, *carried])

    def _in_life(self, code: str, edges: list[Edge], life: int | None) -> list[Edge]:
        if life is None:
            return edges
        return [e for e in edges if life_at(self.facts, code, e.order) == life]

    def _flowing(self, task: History, site: Site, entry: Order) -> frozenset[Edge] | None:
        """What of a lot belongs to the flow from or to the site where the walk came to it.

        ``None`` is all of it: a lot that was never moved and is nowhere else.
        """
        code, until = task.code, task.window[1]
        if all(_stayed(edge, site) for edge in self.facts.edges(code)):
            return None
        flow = self._flows.get((code, until))
        if flow is None:
            stays = around(self.facts, code, (None, until), None)
            moved = chain.from_iterable(carried.edges for carried in stays)
            own = (e for e in self.facts.edges(code) if until is None or e.time <= until)
            flow = self._flows[code, until] = Flow(code, dict.fromkeys((*own, *moved)))
        if task.direction is Direction.DOWN:
            return flow.out_of(site, entry[0])
        inflow = flow.into(site, entry[0])
        if inflow.gap:
            use = next(e for e in self.facts.edges(code) if e.order == entry)
            self.trail.oddities[Oddity("gap", use)] = None
        return inflow.edges

    def _tell_carried(
        self, task: History, life: int | None, flowing: frozenset[Edge] | None
    ) -> Iterator[Edge]:
        """Note the moves of the containers around a thing; give back those edges."""
        self._tell_oddities(task.code, task.window)
        for carried in around(self.facts, task.code, task.window, life):
            stay = carried.stay
            edges = [e for e in carried.edges if flowing is None or e in flowing]
            if not edges and flowing is not None and stay.opened not in flowing:
                continue
            self._link(_make_link(stay.opened.code, stay.container, "contained", stay.opened.id))
            for edge in edges:
                self.note(self._carried_reason(task, carried, edge))
            yield from edges

    def _carried_reason(self, task: History, carried: Carried, edge: Edge) -> Reason:
        stay, inner = carried.stay, carried.inner
        if edge.role is Role.EMPTIED:
            return _make_reason(task.via, task.hop, edge)
        via = Via.CONTAINER if task.via is Via.DIRECT else task.via
        return _make_reason(
            via,
            task.hop,
            edge,
            (inner[0] or stay.opened.time, inner[1]),
            (stay.opened.code, stay.container),
            stay.closed is None or stay.implicit,
        )

    def _tell_oddities(self, code: str, window: Window) -> None:
        _, oddities = containment.stays(self.facts, code, window[1])
        told = (o for o in oddities if within(o.edge.time, window))
        self.trail.oddities.update(dict.fromkeys(told))

    # --- Onwards ----------------------------------------------------------------------------------

    def _upwards(self, task: History, edges: Iterable[Edge]) -> None:
        """To the transformations that put the thing out, and to the lot that it is of."""
        lots: set[str] = set()
        for edge in edges:
            if edge.other is None:
                continue
            if edge.role is Role.OUTPUT:
                self.add(make_making(edge.other, Direction.UP, task.code, task.hop))
            elif edge.role is Role.MEMBER and edge.other not in lots:
                lots.add(edge.other)
                self._link(_make_link(edge.other, task.code, "of_lot", edge.id))
                window = (None, edge.time)
                self.add(make_history(edge.other, Direction.UP, window, task.hop, Via.LOT))

    def _downwards(self, task: History, edges: Iterable[Edge]) -> None:
        """To the transformations that consumed the thing, or a container with the thing inside."""
        for edge in edges:
            if edge.role is Role.INPUT and edge.other:
                self.add(make_making(edge.other, Direction.DOWN, task.code, task.hop))
        if task.via is Via.DIRECT:
            self._look_inside(task.code, Direction.DOWN, task.window, task.hop, None)
        if is_lot_key(task.code):
            self._serials(task)

    def _serials(self, task: History) -> None:
        """Of a lot, from the first event that names both: what the lot was before is in them."""
        since, until = task.window
        seen: set[str] = set()
        for edge in self.facts.of_other(task.code, (Role.MEMBER,)):
            if edge.code in seen or (until is not None and edge.time > until):
                continue
            seen.add(edge.code)
            early = since is not None and edge.time < since
            if early and task.via is not Via.DIRECT:
                continue
            self._link(_make_link(task.code, edge.code, "of_lot", edge.id))
            window = (since if early else edge.time, self.question.as_of)
            self.add(make_history(edge.code, Direction.DOWN, window, task.hop, Via.DOWN))

    def _look_inside(
        self, code: str, direction: Direction, window: Window, hop: int, entry: Order | None
    ) -> None:
        if self._is_container(code):
            self.add(make_contents(code, direction, window, hop, entry))

    def _is_container(self, code: str) -> bool:
        return Role.PARENT in self.facts.roles(code)

    def _making(self, task: Making) -> None:
        """One transformation, also in halves: its events, then its other side."""
        if self._is_done((None, None), (task.node, task.direction, task.code)):
            return
        most = self.question.max_hops
        if most is not None and task.hop >= most:
            self.limit("max_hops")
            return
        upward = task.direction is Direction.UP
        told: set[tuple[bytes, str]] = set()
        for edge in self.facts.of_other(task.node, (Role.INPUT, Role.OUTPUT)):
            if (edge.event, edge.party) not in told:  # all edges of an event have one reason
                told.add((edge.event, edge.party))
                self.note(_make_reason(Via.UP if upward else Via.DOWN, task.hop + 1, edge))
            if edge.role is (Role.INPUT if upward else Role.OUTPUT):
                self._cross(task, edge)

    def _cross(self, task: Making, edge: Edge) -> None:
        """Go on from the far side: an input until it was consumed, an output from its making."""
        hop, entry, as_of = task.hop + 1, edge.order, self.question.as_of
        window: Window
        inside: Window
        if task.direction is Direction.UP:
            via, window, inside = Via.UP, (None, edge.time), (edge.time, edge.time)
            self._link(_make_link(edge.code, task.code, "transformed", edge.id))
        else:
            via, window, inside = Via.DOWN, (edge.time, as_of), (edge.time, as_of)
            self._link(_make_link(task.code, edge.code, "transformed", edge.id))
        self.add(make_history(edge.code, task.direction, window, hop, via, entry, site_of(edge)))
        self.add(make_contents(edge.code, task.direction, inside, hop, entry))

    def _inside(self, task: Contents) -> None:
        """Follow what was inside at an instant of the window; what is inside that, nested."""
        container, entry = task.container, task.entry
        life = None if entry is None else life_at(self.facts, container, entry)
        key = (container, task.direction, "inside")
        if self._is_done(task.window, (*key, life), (*key, None)):
            return
        for child in self._children(task):
            known, _ = containment.stays(self.facts, child, self._contents_known_until(task))
            for stay in known:
                inner = overlap(stay.window, task.window)
                if stay.container != container or inner is None:
                    continue
                if life in (None, life_at(self.facts, container, stay.opened.order)):
                    self._follow_child(task, stay, inner)

    def _follow_child(self, task: Contents, stay: Stay, inner: Window) -> None:
        child, entry = stay.opened.code, stay.opened.order
        self._link(_make_link(child, task.container, "contained", stay.opened.id))
        down = task.direction is Direction.DOWN
        window: Window = (inner[0], self.question.as_of) if down else (None, inner[1])
        via = Via.DOWN if down else Via.UP
        self.add(make_history(child, task.direction, window, task.hop, via, entry))
        self._look_inside(child, task.direction, inner, task.hop, entry)

    # --- What is kept -----------------------------------------------------------------------------

    def limit(self, name: str) -> None:
        """Say that a bound of the question was hit."""
        self.trail.limits_hit = tuple(dict.fromkeys((*self.trail.limits_hit, name)))

    def _link(self, link: Link) -> None:
        self.trail.links.setdefault(link, len(self.trail.reasons))


def _stayed(edge: Edge, site: Site) -> bool:
    still = edge.moves is Movement.NONE and edge.role is not Role.CHILD
    return still and site_of(edge).may_be(site)
