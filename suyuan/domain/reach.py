"""Reach: every thing downstream of some codes, and where each was last known to be.

A recall asks for things, not for the events between, and for millions of them. Most are followed by
set in the database (``suyuan.storage.reach``); what is rare (a code used again, a container inside
itself, a return, a lot whose flow must be told apart) is followed here, one task at a time, by the
walk's own rules: ``Steps`` does each task, and what would follow from it is given back.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from suyuan.domain.chain import Via
from suyuan.domain.codes import Code
from suyuan.domain.facts import Facts, Window
from suyuan.domain.lookup import Answer, Ask, Direction, Edge, Key, Lookup, Movement, Order, Role
from suyuan.domain.sites import Site
from suyuan.domain.steps import Steps
from suyuan.domain.tasks import Contents, History, Making, WalkTask
from suyuan.domain.trail import Question, Reason

_NEVER = datetime.max.replace(tzinfo=UTC)

# As many keys as one lookup may hold.
_MAX_KEYS = 1_000


@dataclass(frozen=True, slots=True)
class Reach:
    """What is asked: everything downstream of ``codes``; the bounds are those of a ``Question``.

    ``whole`` is as for ``walk``: over several subsystems everybody is asked about every event.
    """

    codes: tuple[Code, ...]
    since: datetime | None = None
    as_of: datetime | None = None
    known_at: datetime | None = None
    whole: bool = True

    def question(self, direction: Direction = Direction.DOWN) -> Question:
        """The walk's question with the same bounds, about the first code."""
        code, most = self.codes[0], 2**62  # a task is done whole, whatever it comes to
        return Question(code, direction, self.as_of, self.since, self.known_at, max_events=most)


@dataclass(frozen=True, slots=True)
class Follow:
    """A task: what became of a thing from ``since`` on; ``direct`` if its code was asked for.

    ``entry`` and ``site`` are where the walk would come to it; see ``suyuan.domain.tasks``.
    """

    code: str
    since: datetime | None
    direct: bool = False
    entry: Order | None = None
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class LookInside:
    """A task: what was inside a container at an instant of the window."""

    container: str
    window: Window
    entry: Order | None = None


@dataclass(frozen=True, slots=True)
class Cross:
    """A task: what a transformation put out."""

    node: str


Task = Follow | LookInside | Cross
Doing = Generator[Lookup, Answer, list[Task]]


class State(StrEnum):
    """What the last event about a thing says of it."""

    AT = "at"  # it was there
    IN_TRANSIT = "in_transit"  # it left for the place that is named, or for anywhere
    CONSUMED = "consumed"  # it went into something else
    ENDED = "ended"  # sold at retail, dispensed, destroyed


@dataclass(frozen=True, slots=True)
class Last:
    """The last event in a thing's own history: itself named, or a container around it."""

    time: datetime
    rank: int
    id: str
    party: str
    role: int
    ends: bool
    place: str | None
    moves: int
    far_place: str | None
    far_party: str | None

    @property
    def order(self) -> tuple[datetime, int, str, str]:
        return (self.time, self.rank, self.id, self.party)

    @property
    def away(self) -> bool:
        """Whether it left for the far end, and nobody said yet that it came there."""
        return self.moves == Movement.OUT

    @property
    def holder(self) -> str | None:
        """Who has it: whom it was sent to, else who reported it; ``None`` where nobody is named."""
        return self.far_party if self.away else self.party

    @property
    def where(self) -> str | None:
        return self.far_place if self.away else self.place

    def state(self, *, is_lot: bool) -> State:
        if self.role == Role.INPUT:
            return State.AT if is_lot else State.CONSUMED
        if self.ends and not is_lot:
            return State.ENDED
        return State.IN_TRANSIT if self.away else State.AT


@dataclass(frozen=True, slots=True)
class Reached:
    """One thing downstream; ``last`` is ``None`` for a code of which nothing is known."""

    code: str
    is_lot: bool
    last: Last | None


def do(reach: Reach, tasks: Sequence[Task]) -> Doing:
    """What follows from some tasks by the walk's rules, each done whole."""
    doing = _OneStep(reach.question(), Facts())
    wanted = [_as_walked(task, reach) for task in tasks]
    yield from doing.learn(wanted)
    return doing.follow(wanted)


def find_lasts(reach: Reach, codes: Iterable[str]) -> Generator[Lookup, Answer, dict[str, Last]]:
    """The last event of each thing's own history, containers around it included."""
    doing = _OneStep(reach.question(Direction.OWN), Facts(), whole=reach.whole)
    window: Window = (None, reach.as_of)
    things = [History(code, Direction.OWN, window, 0, Via.DIRECT) for code in codes]
    yield from doing.learn(things)
    found = ((thing.code, doing.last(thing)) for thing in things)
    return {code: last for code, last in found if last is not None}


class _OneStep(Steps):
    """Does tasks and collects what they lead to, where a walk would go on."""

    def __init__(self, question: Question, facts: Facts, *, whole: bool = True) -> None:
        super().__init__(question, facts)
        self._whole = whole
        self._led_to: dict[WalkTask, None] = {}
        self._told: dict[tuple[Order, int, str], Reason] = {}

    def add(self, task: WalkTask) -> None:
        self._led_to[task] = None

    def note(self, reason: Reason) -> None:
        """Keep every edge: a thing's last one is wanted, not an event's best reason."""
        if self.question.direction is Direction.OWN:
            edge = reason.edge
            carried = int(reason.stay_of is not None)
            known = self._told.setdefault((edge.order, -carried, edge.code), reason)
            if edge.role < known.edge.role:  # one event may name a thing twice
                self._told[edge.order, -carried, edge.code] = reason

    def learn(self, tasks: Sequence[WalkTask]) -> Generator[Lookup, Answer, None]:
        """Ask until everything that the tasks stand on is known."""
        while wanted := self._wanted(tasks):
            for first in range(0, len(wanted), _MAX_KEYS):
                keys: tuple[Key, ...] = tuple(wanted[first : first + _MAX_KEYS])
                lookup = Lookup(keys, known_at=self.question.known_at)
                self.facts.learn(lookup, (yield lookup))
            self.facts.upset = False  # nothing was concluded yet

    def _wanted(self, tasks: Sequence[WalkTask]) -> list[Key]:
        missing = dict.fromkeys(key for task in tasks for key in self.missing(task))
        if self._whole:
            return list(missing)
        return [*missing, *(Key(Ask.EVENT, e.hex()) for e in self.facts.unchecked_events())]

    def follow(self, tasks: Iterable[WalkTask]) -> list[Task]:
        self._led_to.clear()
        for task in tasks:
            self.do(task)
        return [_as_told(task) for task in self._led_to]

    def last(self, thing: History) -> Last | None:
        self._told.clear()
        self.do(thing)
        return None if not self._told else _as_last(self._told[max(self._told)].edge)


def _as_walked(task: Task, reach: Reach) -> WalkTask:
    down = Direction.DOWN
    match task:
        case Follow(code, since, direct, entry, site):
            via = Via.DIRECT if direct else Via.DOWN
            return History(code, down, (since, reach.as_of), 0, via, entry, site)
        case LookInside(container, window, entry):
            return Contents(container, down, window, 0, entry)
        case Cross(node):
            return Making(node, down, "", 0)


def _as_told(task: WalkTask) -> Task:
    match task:
        case History():
            return Follow(task.code, task.window[0], False, task.entry, task.site)
        case Contents():
            return LookInside(task.container, task.window, task.entry)
        case Making():
            return Cross(task.node)


def _as_last(edge: Edge) -> Last:
    return Last(
        *(edge.time, int(edge.rank), edge.id, edge.party, int(edge.role), edge.ends),
        *(edge.place, int(edge.moves), edge.far_place, edge.far_party),
    )


@dataclass(frozen=True, slots=True)
class Followed:
    """What some tasks led to, and what they were about.

    ``things`` says of each whether it is a lot, ``came`` when something first came to each place.
    """

    led_to: list[Task]
    things: dict[str, bool]
    came: dict[str, datetime]


def follow(reach: Reach, tasks: Sequence[Task]) -> Generator[Lookup, Answer, Followed]:
    """As ``do``, telling the things too: for who follows everything by the walk's rules."""
    doing = _Travelling(reach.question(), Facts(), whole=reach.whole)
    wanted = [_as_walked(task, reach) for task in tasks]
    yield from doing.learn(wanted)
    return Followed(doing.follow(wanted), dict(doing.trail.things), doing.came)


class _Travelling(_OneStep):
    """Notes where things came, and when first."""

    def __init__(self, question: Question, facts: Facts, *, whole: bool = True) -> None:
        super().__init__(question, facts, whole=whole)
        self.came: dict[str, datetime] = {}

    def note(self, reason: Reason) -> None:
        place, time = reason.edge.place, reason.edge.time
        if place is not None and time < self.came.get(place, _NEVER):
            self.came[place] = time
