"""What is asked of a walk, and what it brings back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from suyuan.domain.chain import Link, Via
from suyuan.domain.codes import Code
from suyuan.domain.containment import Oddity
from suyuan.domain.events import StoredEvent
from suyuan.domain.lookup import Direction, Edge, Hole

__all__ = ["DEFAULT_MAX_EVENTS", "Direction", "EventRef", "Question", "Reason", "Trail"]

# A chain of more events than this is a recall, and is computed as one; a reader wants a part.
DEFAULT_MAX_EVENTS = 10_000

EventRef = tuple[bytes, str]  # an event's key, and the reporter of this version of it


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``as_of`` and ``since`` cut event time, ``known_at`` record time.

    ``max_hops`` is how many transformations away the walk goes. ``after`` is how many events an
    earlier answer to the same question had already: ``Trail.next``. Who is ``patient`` waits until
    all events that the walk found in its time are fetched: a file is not read in parts.
    """

    code: Code
    direction: Direction = Direction.BOTH
    as_of: datetime | None = None
    since: datetime | None = None
    known_at: datetime | None = None
    max_events: int = DEFAULT_MAX_EVENTS
    max_hops: int | None = None
    after: int = 0
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an event is on the trail; ``stay_of`` is (thing, container) for a container's event."""

    via: Via
    hop: int
    edge: Edge
    window: tuple[datetime, datetime | None] | None = None
    stay_of: tuple[str, str] | None = None
    open_ended: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        return (_VIA_RANKS[self.via], self.hop)


_VIA_RANKS = {via: rank for rank, via in enumerate(Via)}


@dataclass(slots=True)
class Trail:
    """What the walk found: events with their reasons, things, links, oddities, holes."""

    reasons: dict[EventRef, Reason] = field(default_factory=dict)
    things: dict[str, bool] = field(default_factory=dict)  # code -> is a lot
    links: dict[Link, int] = field(default_factory=dict)  # -> how many events were found before
    oddities: dict[Oddity, None] = field(default_factory=dict)
    disputed: set[EventRef] = field(default_factory=set)
    holes: tuple[Hole, ...] = ()
    events: tuple[StoredEvent, ...] = ()
    limits_hit: tuple[str, ...] = ()
    next: int | None = None  # ``Question.after`` of the question that goes on where this was cut
    voided: bool = False  # the code was reported, and every report of it was declared an error
