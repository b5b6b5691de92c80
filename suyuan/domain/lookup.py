"""What a walk asks and what it is told: the messages between ``walk`` and any source.

A ``Lookup`` holds the whole frontier at once; its ``Answer`` holds edges, not whole events: an
``Edge`` is one code's part in one event, with every value that the walk decides by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

from suyuan.domain.codes import Code, Level
from suyuan.domain.codes.gs1 import lot_key
from suyuan.domain.events import (
    END_STEPS,
    RECEIVING,
    SHIPPING,
    Action,
    Endpoint,
    Event,
    EventType,
    Item,
    StoredEvent,
)
from suyuan.domain.making import maker_of


class Role(IntEnum):
    """What a code is to an event. The numbers are stored; never give one a new meaning."""

    ITEM = 0  # observed, moved, commissioned, ended
    PARENT = 1  # something named was put in, taken out or seen inside
    EMPTIED = 2  # unpacked of everything: aggregation DELETE without children
    CHILD = 3  # put into, taken out of or seen inside ``other``
    INPUT = 4  # consumed by transformation ``other``
    OUTPUT = 5  # made by transformation ``other``
    MEMBER = 6  # a serial of the lot ``other``, as its commissioning or its own code says


class Movement(IntEnum):
    """Which end of a movement an event is. The numbers are stored."""

    NONE = 0
    OUT = 1  # left ``place`` for the far end
    IN = 2  # came to ``place`` from the far end
    BACK = 3  # as IN, and it was returned: what had ended has not


class Rank(IntEnum):
    """The order of events at one instant (docs/tracing.md, "Order"). The numbers are stored."""

    ADD = 0
    OBSERVE = 1
    DELETE = 2
    TRANSFORMATION = 3


Order = tuple[datetime, int, str, str]


@dataclass(frozen=True, slots=True)
class Edge:
    """One code's part in one event.

    ``other`` is the far end: a child's container, or the transformation of an input or output.
    ``ends`` marks an event after which a serial is gone (sold, dispensed, destroyed, deleted).
    ``event`` is the event's key and ``party`` its reporter: two reporters may share an id.
    ``place`` is where the thing was; ``far_place`` and ``far_party`` are the other end of a
    movement. ``quantity`` is in ``unit`` (UN/CEFACT Recommendation 20), of pieces if that is None.
    """

    code: str
    role: Role
    rank: Rank
    time: datetime
    id: str
    event: bytes
    party: str
    other: str | None = None
    ends: bool = False
    is_lot: bool = False
    place: str | None = None
    moves: Movement = Movement.NONE
    far_place: str | None = None
    far_party: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None

    @property
    def order(self) -> Order:
        """Event time, then ADD < OBSERVE < DELETE < Transformation, then id, then reporter."""
        return (self.time, int(self.rank), self.id, self.party)

    def __hash__(self) -> int:
        # Sixteen fields, times and decimals among them, are slow to hash, and these two tell
        # nearly all edges apart.
        return hash((self.code, self.event))


@dataclass(frozen=True, slots=True)
class Void:
    """An error declaration: the event is in error, as far as its declarer may say so.

    Only the event's own reporter or an authority may; a walk ignores any other.
    """

    event: bytes
    party: str
    authority: bool
    record_time: datetime

    def covers(self, event: bytes, party: str) -> bool:
        return self.event == event and (self.authority or self.party == party)


class Ask(StrEnum):
    """The kinds of question. ``key`` is a code, or as said."""

    CODE = "code"  # every edge of the code
    CONTAINER = "container"  # as CODE, but plain observations only from ``since`` on
    CONTENTS = (
        "contents"  # edges of what belongs to the code: a container's children, a lot's serials
    )
    TRANSFORMATION = "transformation"  # inputs and outputs of transformation ``key``
    EVENT = "event"  # voids of the event whose key in hex is ``key``; its body if asked


@dataclass(frozen=True, slots=True)
class Key:
    """One question. Bounds are inclusive instants; ``None`` is unbounded.

    ``until`` bounds everything. ``since`` bounds plain observations alone: what was commissioned,
    packed, unpacked, consumed, ended or returned before it may still hold, so that comes from the
    start.
    """

    ask: Ask
    key: str
    since: datetime | None = None
    until: datetime | None = None


class Direction(StrEnum):
    """Which way a walk goes from the code it was asked for."""

    OWN = "own"
    UP = "up"
    DOWN = "down"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A frontier: every question of one round. ``known_at`` hides what was recorded later.

    ``direction`` is a hint for a source that reads ahead.
    """

    keys: tuple[Key, ...]
    hop: int = 0
    known_at: datetime | None = None
    bodies: bool = False  # EVENT keys: give the whole events too
    direction: Direction | None = None


class HoleReason(StrEnum):
    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    WITHHELD = "withheld"
    UNKNOWN_HOLDER = "unknown_holder"


class Effect(StrEnum):
    """What a hole may have done to the chain (docs/federation.md, "Silence")."""

    MISSING = "missing"
    UNCERTAIN_END = "uncertain_end"
    MAY_BE_SUPERSEDED = "may_be_superseded"


@dataclass(frozen=True, slots=True)
class Hole:
    """A question that a subsystem which may know the answer did not answer."""

    subsystem: str
    key: Key
    reason: HoleReason
    body: bool = False  # the event itself was asked for, after its edges had been given

    @property
    def effect(self) -> Effect:
        if self.key.ask is Ask.CONTAINER:
            return Effect.UNCERTAIN_END
        if self.key.ask is Ask.EVENT and not self.body:
            return Effect.MAY_BE_SUPERSEDED
        return Effect.MISSING


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source told: edges, voids, events where asked, holes where it is silent.

    ``answered`` are questions that were not asked and are answered all the same: a source may tell
    what the walk will ask next, and so save it a round. ``later`` are the last of the lookup's own
    questions, if what answers them would be too much at a time: they are to be asked again.
    """

    edges: tuple[Edge, ...] = ()
    voids: tuple[Void, ...] = ()
    events: tuple[StoredEvent, ...] = ()
    holes: tuple[Hole, ...] = ()
    answered: tuple[Key, ...] = ()
    later: tuple[Key, ...] = ()


def is_plain(edge: Edge) -> bool:
    """Whether an edge opens and closes nothing: what ``Key.since`` may leave out."""
    opens = edge.rank is Rank.ADD or edge.moves is Movement.BACK
    return edge.role is Role.ITEM and not opens and not edge.ends


def edges_of(event: Event, key: bytes | None = None) -> Iterator[Edge]:
    """The edges of an event: one for each code in it that can be followed, none of a correction.

    ``key`` is the event's, for a caller who has computed it.

    A lone GTIN names a class of things, not a thing: it has no edge. An association is not a
    containment (EPCIS 2.0, 7.4.6), so its parent and children are items here; so are those of a
    transaction event.
    """
    if event.correction is not None:
        return
    key = event.key if key is None else key
    time, event_id, party, rank = event.time, event.id, event.party.key, _rank(event)
    gone = event.type is _OBJECT and (event.action is _DELETE or event.step in END_STEPS)
    moves = movement_of(event)
    where = _where(event, moves)
    seen: set[tuple[str, Role]] = set()
    for item, role, other in _parts(event, key):
        code = item.code
        if code.level in _NO_THINGS or (code.key, role) in seen:
            continue
        seen.add((code.key, role))
        yield _make_edge(
            *(code.key, role, rank, time, event_id, key, party, other, gone, item.is_lot),
            *(where if role is not _INPUT else (where[0], _NONE, None, None)),
            item.quantity,
            item.unit,
        )


def movement_of(event: Event) -> Movement:
    """Which end of a movement an event is, by its business step, else by the ends it names."""
    step = event.step
    if step in RECEIVING:
        return Movement.BACK if event.disposition == "returned" else Movement.IN
    if step in SHIPPING or _names(event.destination):
        return Movement.OUT
    return Movement.IN if _names(event.source) else _NONE


def _names(end: Endpoint) -> bool:
    return end.place is not None or end.party is not None


_Where = tuple[str | None, Movement, str | None, str | None]


def _where(event: Event, moves: Movement) -> _Where:
    """Where the thing was, and the far end of its movement."""
    if moves is _NONE:
        return (_key(event.place), moves, None, None)
    if moves is Movement.OUT:
        here, far = event.source.place or event.place, event.destination
    else:
        here, far = event.place or event.destination.place, event.source
    return (_key(here), moves, _key(far.place), _key(far.party))


def _key(code: Code | None) -> str | None:
    return None if code is None else code.key


def _parts(event: Event, key: bytes) -> list[tuple[Item, Role, str | None]]:
    """Every thing of an event with its role and its far end."""
    parts: list[tuple[Item, Role, str | None]] = [(i, _ITEM, None) for i in event.items]
    if event.inputs or event.outputs:
        node = event.transformation or f"event:{key.hex()}"
        parts += [(i, _INPUT, node) for i in event.inputs]
        parts += [(i, _OUTPUT, node) for i in event.outputs]
    if event.parent is not None and event.type is EventType.AGGREGATION:
        parts += [(i, _CHILD, event.parent.key) for i in event.children]
        emptied = event.action is Action.DELETE and not event.children
        parts.append((Item(event.parent), Role.EMPTIED if emptied else Role.PARENT, None))
    elif event.parent is not None or event.children:
        parts += [(i, _ITEM, None) for i in event.children]
        if event.parent is not None:
            parts.append((Item(event.parent), _ITEM, None))
    parts += _memberships(event)
    return parts


def _memberships(event: Event) -> list[tuple[Item, Role, str | None]]:
    """Each serial with its lot, where its own code or what it was made with names that."""
    begins = event.action is Action.ADD and event.type is _OBJECT
    made = event.outputs if event.type is _TRANSFORMATION else event.items if begins else ()
    named = event.product.lot if event.product is not None and made else None
    found: list[tuple[Item, Role, str | None]] = []
    for item in event.things():
        code = item.code
        if code.level is _SERIAL and (code.lot or named):
            lot = code.lot or (named if item in made else None)
            key = lot_key(code.key, lot) if lot else None
            if key is not None:
                found.append((Item(code), Role.MEMBER, key))
    return found


# Bound once: edges are made by the million, and members of enumerations are slow to look up.
_make_edge = maker_of(Edge)
_NO_THINGS = frozenset({Level.CLASS, Level.OTHER})
_NONE, _SERIAL = Movement.NONE, Level.SERIAL
_ITEM, _CHILD, _INPUT, _OUTPUT = Role.ITEM, Role.CHILD, Role.INPUT, Role.OUTPUT
_OBJECT, _TRANSFORMATION, _DELETE = EventType.OBJECT, EventType.TRANSFORMATION, Action.DELETE
_RANKS = {action: Rank[action.value] for action in Action}


def _rank(event: Event) -> Rank:
    if event.type is _TRANSFORMATION:
        return Rank.TRANSFORMATION
    return _RANKS[event.action] if event.action is not None else Rank.OBSERVE
