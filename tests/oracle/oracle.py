"""docs/tracing.md, word for word: every set is computed anew from the list of all events.

It shares no code with the product and knows no index, no window that holds another, and no order
of work. It is meant to be read beside the page, and to be slow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SHIPPING = {"shipping", "departing", "transporting", "consigning"}
RECEIVING = {"receiving", "arriving", "accepting"}
ENDS = {"retail_selling", "dispensing", "decommissioning", "destroying"}
RANKS = {"ADD": 0, "OBSERVE": 1, "DELETE": 2}
FOREVER = 10**9
REUSE = {"P": 365}  # by the first letter of a code: "P" stands for SSCCs

Record = Any  # tests.oracle.records.Record, by its attributes alone


def remembered(method: Any) -> Any:
    """The same question to the same oracle has the same answer."""

    def ask(self: Oracle, *args: Any) -> Any:
        key = (method.__name__, *args)
        if key not in self.memory:
            self.memory[key] = method(self, *args)
        return self.memory[key]

    return ask


class Edge(NamedTuple):
    """The part of one code in one event."""

    code: str
    role: str  # item, child, parent, emptied, input, output, member
    event: Record
    other: str | None = None

    @property
    def t(self) -> int:
        return int(self.event.t)

    @property
    def order(self) -> tuple[int, int, str, str]:
        return order(self.event)


class Stay(NamedTuple):
    container: str
    opened: Edge
    closed: Edge | None

    @property
    def until(self) -> int:
        return FOREVER if self.closed is None else self.closed.t


class Site(NamedTuple):
    place: str | None
    party: str | None


def order(event: Record) -> tuple[int, int, str, str]:
    rank = 3 if event.type == "xf" else RANKS[event.action]
    return (event.t, rank, event.id, event.party)


def same(a: Site, b: Site) -> bool:
    if a.place and b.place:
        return a.place == b.place
    if a.party and b.party:
        return a.party == b.party
    return True


def surely(a: Site, b: Site) -> bool:
    if a.place is None and b.place is None:
        return a.party == b.party
    return a.place == b.place


@dataclass
class Found:
    events: set[tuple[str, str]] = field(default_factory=set)  # id, party
    things: set[str] = field(default_factory=set)
    gaps: set[str] = field(default_factory=set)


class Oracle:
    """All events that were known at ``known_at``; what was declared in error is gone."""

    def __init__(self, records: Sequence[Record], known_at: int = FOREVER) -> None:
        known = [r for r in records if r.rec <= known_at]
        errors = [r for r in known if r.error]
        self.events = sorted(
            {
                r
                for r in known
                if not r.error
                and not any(d.id == r.id and (d.authority or d.party == r.party) for d in errors)
            },
            key=order,
        )
        self.edges = [edge for event in self.events for edge in edges(event)]
        self.until, self.asked = FOREVER, ""
        self.memory: dict[Any, Any] = {}

    # --- Questions --------------------------------------------------------------------------------

    def ask(
        self, code: str, direction: str, as_of: int = FOREVER, since: int | None = None
    ) -> Found:
        """What belongs to the chain of ``code``; ``direction`` is own, up, down or both."""
        self.until, self.asked = as_of, code
        self.found = Found()
        self.seen: set[Any] = set()
        if direction == "own":
            self.tell(code, None, as_of, None, None)
        if direction in ("up", "both"):
            self.up(code, as_of, None, None)
        if direction in ("down", "both"):
            self.down(code, since, None, None, asked=True)
        cut = {(e.id, e.party) for e in self.events if since is not None and e.t < since}
        self.found.events -= cut
        return self.found

    def oddities(self, code: str) -> set[tuple[str, str]]:
        """The findings about the stays of a thing: (type, event id)."""
        return self.replay(code, FOREVER)[1]

    # --- Edges and lives --------------------------------------------------------------------------

    def of(self, code: str) -> list[Edge]:
        return [e for e in self.edges if e.code == code]

    def is_lot(self, code: str) -> bool:
        return code.startswith("L")

    @remembered
    def births(self, code: str) -> list[Edge]:
        mine = self.of(code)
        if not any(e.role in ("parent", "emptied") for e in mine):
            return []
        found, begun, last = [], None, None
        for edge in mine:
            adds = edge.role == "item" and edge.event.action == "ADD"
            rest = REUSE.get(code[0])
            if rest is not None and last is not None and edge.t - last > rest:
                found.append(edge)
                begun = None
            elif adds and begun not in (None, edge.event.id):
                found.append(edge)
            if adds:
                begun = edge.event.id
            last = edge.t
        return found

    def life(self, code: str, at: tuple[Any, ...]) -> int:
        return sum(1 for birth in self.births(code) if birth.order <= at)

    # --- Containment ------------------------------------------------------------------------------

    def stays(self, code: str, until: int = FOREVER) -> list[Stay]:
        return self.replay(code, until)[0]

    @remembered
    def replay(  # noqa: C901, PLR0912 - one rule after the other, as the page has them
        self, code: str, until: int, before: tuple[Any, ...] | None = None
    ) -> tuple[list[Stay], set[tuple[str, str]]]:
        """Every stay of a thing, and what is odd about them, one event after the other."""
        open_, ended = dict[str, Edge](), dict[str, Edge]()
        done: list[tuple[Stay, str]] = []  # and why it was closed
        odd, last_end = set[tuple[str, str]](), ""
        births = {e for c in {e.code for e in self.edges} for e in self.births(c)}

        def close(container: str, edge: Edge, why: str = "") -> None:
            done.append((Stay(container, open_.pop(container), edge), why))

        for event in self.events:
            if event.t > until or (before is not None and order(event) > before):
                break
            for edge in edges(event):
                if edge in births:
                    for container in list(open_):
                        if edge.code in (code, container):
                            close(container, edge)
                    gone = {edge.code, *(ended if edge.code == code else ())}
                    ended = {c: e for c, e in ended.items() if c not in gone}
            if before == order(event):
                break  # a life that begins at the instant asked for has begun
            for edge in edges(event):
                if edge.role == "emptied":
                    ended.pop(edge.code, None)
                    if edge.code in open_ and edge.code != code:
                        close(edge.code, edge)
            for edge in (e for e in edges(event) if e.code == code):
                other = edge.other or ""
                if edge.role == "child" and event.action == "ADD" and other not in open_:
                    if self.cycle(code, other, edge.order):
                        odd.add(("containment_cycle", event.id))
                        continue
                    for container in [] if self.is_lot(code) else list(open_):
                        close(container, edge, "implicit_move")
                        odd.add(("implicit_move", event.id))
                    ended = {}
                    open_[other] = edge
                elif edge.role == "child" and event.action == "DELETE":
                    ended.pop(other, None)
                    at_once = [
                        s.closed
                        for s, why in done
                        if why and s.container == other and s.closed and s.closed.t == event.t
                    ]
                    if other in open_:
                        close(other, edge)
                    elif at_once:
                        odd -= {
                            (why, closed.event.id)
                            for closed in at_once
                            for why in ("implicit_move", "inferred_unpack")
                        }
                    else:
                        odd.add(("unpack_without_pack", event.id))
                elif edge.role == "input":
                    ended = {}
                    for container in [] if self.is_lot(code) else list(open_):
                        close(container, edge, "consumed")
                elif edge.role == "item" and (event.action == "DELETE" or event.step in ENDS):
                    inside = {} if self.is_lot(code) else dict(open_)
                    # Told by two reporters it is one event, and so one end.
                    ended, last_end = ended if event.id == last_end else inside, event.id
                    for container in inside:
                        close(container, edge, "inferred_unpack")
                        odd.add(("inferred_unpack", event.id))
                elif edge.role == "item" and event.returned and event.step in RECEIVING:
                    back = [c for c in ended if not self.cycle(code, c, edge.order)]
                    open_ = open_ or dict.fromkeys(back, edge)
                    ended = {}
        return [s for s, _ in done] + [Stay(c, opened, None) for c, opened in open_.items()], odd

    def cycle(self, code: str, container: str, before: tuple[Any, ...]) -> bool:
        """Whether ``code`` holds ``container`` just before, directly or through others."""
        inside, pending = {container}, [container]
        while pending:
            for stay in self.replay(pending.pop(), FOREVER, before)[0]:
                if stay.closed is None and stay.container not in inside:
                    inside.add(stay.container)
                    pending.append(stay.container)
        return code in inside

    # --- Own history ------------------------------------------------------------------------------

    def history(self, code: str, since: int | None, until: int, life: int | None) -> list[Edge]:
        """Direct edges and the moves of the containers around, within the window and the life."""
        low = -FOREVER if since is None else since
        direct = [
            e
            for e in self.of(code)
            if low <= e.t <= until and life in (None, self.life(code, e.order))
        ]
        return direct + self.carried(code, low, until, life, frozenset())

    def carried(
        self, code: str, low: int, until: int, life: int | None, above: frozenset[str]
    ) -> list[Edge]:
        found: list[Edge] = []
        for stay in self.stays(code, until):
            a, b = max(low, stay.opened.t), min(until, stay.until)
            if a > b or life not in (None, self.life(code, stay.opened.order)):
                continue
            there = self.life(stay.container, stay.opened.order)
            for edge in self.of(stay.container):
                closes = stay.closed is not None and stay.closed.event.id == edge.event.id
                moved = edge.role not in ("parent", "emptied") or (
                    edge.role == "emptied" and closes
                )
                seen = edge.role == "parent" and edge.event.action == "OBSERVE"
                if a <= edge.t <= b and self.life(stay.container, edge.order) == there:
                    found += [edge] if moved or seen else []
            key = f"{stay.container} {a} {b} {there}"
            if key not in above:
                found += self.carried(stay.container, a, b, there, above | {key})
        return found

    # --- Lots at several places -------------------------------------------------------------------

    def lot_edges(self, lot: str, until: int) -> list[Edge]:
        return list(dict.fromkeys(self.history(lot, None, until, None)))

    def moves(self, mine: list[Edge]) -> list[tuple[Site, Site, int, Edge]]:
        """Source, target, time, edge of each movement."""
        out = [(site(e), far(e), e.t, e) for e in mine if movement(e) == "out"]
        come = [
            (far(e), site(e), e.t, e)
            for e in mine
            if movement(e) == "in"
            and far(e) != Site(None, None)
            and not any(
                t <= e.t and same(source, far(e)) and same(target, site(e))
                for source, target, t, _ in out
            )
        ]
        return out + come

    def into(self, lot: str, mine: list[Edge], here: Site, until: int) -> tuple[set[Edge], bool]:
        """The flow into a site until a time; whether how it got there was never reported."""
        moves = self.moves(mine)
        makings = [e for e in mine if e.code == lot and makes(e)]
        reached: set[tuple[Site, int]] = set()
        pending = [(here, until)]
        used: set[Edge] = set()
        while pending:
            spot = pending.pop()
            if spot in reached:
                continue
            reached.add(spot)
            place, by = spot
            came = [m for m in moves if m[2] <= by and same(m[1], place)]
            used |= {m[3] for m in came}
            pending += [(m[0], m[2]) for m in came]
            if came or any(e.t <= by and surely(site(e), place) for e in makings):
                continue
            if spot == (here, until):
                everything = {e for e in mine if e.t <= until}
                return everything, any(
                    not same(site(e), here) and e.event.party != here.party for e in everything
                )
            pending += [(site(e), by) for e in makings if e.t <= by]
        at_sites = {
            e
            for e in mine
            for place, by in reached
            if e.t <= by and same(site(e), place) and (movement(e) != "out" or makes(e))
        }
        return used | at_sites, False

    def out_of(self, lot: str, mine: list[Edge], making: Edge) -> set[Edge]:
        """The edges into whose flow a making goes: the same relation, read the other way."""
        return {e for e in mine if making in self.into(lot, mine, site(e), e.t)[0]}

    # --- Up and down ------------------------------------------------------------------------------

    def tell(
        self, code: str, since: int | None, until: int, life: int | None, flow: set[Edge] | None
    ) -> list[Edge]:
        told = [e for e in self.history(code, since, until, life) if flow is None or e in flow]
        self.found.events |= {(e.event.id, e.event.party) for e in told}
        if code != self.asked or any(e.t <= self.until for e in self.of(code)):
            self.found.things.add(code)
        return told

    def node(self, transformation: str, role: str) -> list[Edge]:
        """The edges of one side of a transformation; all its events belong to the chain."""
        every = [
            e
            for e in self.edges
            if e.role in ("input", "output") and e.other == transformation and e.t <= self.until
        ]
        self.found.events |= {(e.event.id, e.event.party) for e in every}
        return [e for e in every if e.role == role]

    def up(self, code: str, until: int, life: int | None, use: Edge | None) -> None:
        if ("up", code, until, life, use) in self.seen:
            return
        self.seen.add(("up", code, until, life, use))
        flow = None
        if use is not None and self.is_lot(code):
            flow, gap = self.into(code, self.lot_edges(code, until), site(use), until)
            if gap:
                self.found.gaps.add(use.event.id)
        told = self.tell(code, None, until, life, flow)
        lots = set()
        for edge in sorted((e for e in told if e.code == code), key=lambda e: e.order):
            if edge.role == "output" and edge.other is not None:
                for far_edge in self.node(edge.other, "input"):
                    life_then = self.life(far_edge.code, far_edge.order)
                    self.up(far_edge.code, far_edge.t, life_then, far_edge)
                    self.inside(far_edge.code, far_edge.t, far_edge.t, life_then, "up")
            elif edge.role == "member" and edge.other is not None and edge.other not in lots:
                lots.add(edge.other)
                self.up(edge.other, edge.t, None, None)

    def down(
        self,
        code: str,
        since: int | None,
        life: int | None,
        making: Edge | None,
        asked: bool = False,
    ) -> None:
        if ("down", code, since, life, making, asked) in self.seen:
            return
        self.seen.add(("down", code, since, life, making, asked))
        flow = None
        if making is not None and self.is_lot(code):
            flow = self.out_of(code, self.lot_edges(code, self.until), making)
        for edge in self.tell(code, since, self.until, life, flow):
            if edge.role == "input" and edge.other is not None:
                for far_edge in self.node(edge.other, "output"):
                    life_then = self.life(far_edge.code, far_edge.order)
                    self.down(far_edge.code, far_edge.t, life_then, far_edge)
                    self.inside(far_edge.code, far_edge.t, self.until, life_then, "down")
        if asked:
            self.inside(code, -FOREVER if since is None else since, self.until, None, "down")
        self.serials(code, -FOREVER if since is None else since, asked)

    def serials(self, code: str, low: int, asked: bool) -> None:
        """Down from a lot to its serials, from the first event that names both."""
        first: dict[str, Edge] = {}
        for edge in self.edges:
            if edge.role == "member" and edge.other == code and edge.t <= self.until:
                first.setdefault(edge.code, edge)
        for serial, edge in first.items():
            if asked or edge.t >= low:
                self.down(serial, max(edge.t, low), None, None)

    def inside(self, container: str, low: int, until: int, life: int | None, way: str) -> None:
        """What was inside at an instant of the window, and what was inside that."""
        if ("inside", container, low, until, life, way) in self.seen:
            return
        self.seen.add(("inside", container, low, until, life, way))
        for code in {e.code for e in self.edges}:
            for stay in self.stays(code, self.until if way == "down" else until):
                a, b = max(low, stay.opened.t), min(until, stay.until)
                there = self.life(container, stay.opened.order)
                if stay.container != container or a > b or life not in (None, there):
                    continue
                life_then = self.life(code, stay.opened.order)
                if way == "up":
                    self.up(code, b, life_then, None)
                else:
                    self.down(code, a, life_then, None)
                self.inside(code, a, b, life_then, way)


def edges(event: Record) -> list[Edge]:
    """One edge for each code and role in an event."""
    found = [Edge(c, "item", event) for c in event.items]
    if event.type == "xf":
        node = event.xid or f"event {event.id}"
        found += [Edge(c, "input", event, node) for c in event.inputs]
        found += [Edge(c, "output", event, node) for c in event.outputs]
    if event.type == "agg":
        found += [Edge(c, "child", event, event.parent) for c in event.children]
        emptied = event.action == "DELETE" and not event.children
        found.append(Edge(event.parent, "emptied" if emptied else "parent", event))
    begun = event.outputs if event.type == "xf" else event.items if event.action == "ADD" else ()
    found += [Edge(c, "member", event, event.lot) for c in begun if event.lot and c.startswith("S")]
    return list(dict.fromkeys(found))


def makes(edge: Edge) -> bool:
    return edge.role == "output" or (edge.role == "item" and edge.event.action == "ADD")


def movement(edge: Edge) -> str | None:
    event = edge.event
    if edge.role == "input":
        return None
    if event.step in RECEIVING:
        return "in"
    if event.step in SHIPPING or event.target != (None, None):
        return "out"
    return "in" if event.source != (None, None) else None


def site(edge: Edge) -> Site:
    event = edge.event
    kind = movement(edge._replace(role="item"))
    if kind == "out":
        return Site(event.source[0] or event.place, event.party)
    return Site(event.place or (event.target[0] if kind == "in" else None), event.party)


def far(edge: Edge) -> Site:
    end = edge.event.target if movement(edge) == "out" else edge.event.source
    return Site(*end)
