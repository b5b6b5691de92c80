"""A chain: what a walk found, why each event is in it, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from suyuan.domain.balances import Ledger, MassBalance
from suyuan.domain.codes import Code
from suyuan.domain.events import Event, Product, StoredEvent
from suyuan.domain.lookup import Hole
from suyuan.domain.shares import Affected


class Via(StrEnum):
    """Why an event is in the chain; where several hold, the first."""

    DIRECT = "direct"
    CONTAINER = "container"
    UP = "up"
    DOWN = "down"
    LOT = "lot"


class Certainty(StrEnum):
    CERTAIN = "certain"
    UNCERTAIN_END = "uncertain_end"
    MAY_BE_SUPERSEDED = "may_be_superseded"


class Standing(StrEnum):
    """Whether anything but the reporter's own word supports an event."""

    EVIDENCED = (
        "evidenced"  # both parties reported, a department vouches, or a document supports it
    )
    ASSERTED = "asserted"


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """An event with its reason for being here.

    ``window``: for ``via`` container, how long the thing was inside, ``(from, to)``.
    """

    stored: StoredEvent
    via: Via
    hop: int = 0
    window: tuple[datetime, datetime | None] | None = None
    certainty: Certainty = Certainty.CERTAIN
    standing: Standing = Standing.ASSERTED
    said_by: str = "enterprise"  # "enterprise", "both", "department"


@dataclass(frozen=True, slots=True)
class Thing:
    code: Code
    level: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """``to`` came from ``from_`` (transformed), or was inside it (contained)."""

    from_: str
    to: str
    kind: str
    event: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A gap or a contradiction. It never hides an event. ``params`` fill its sentence."""

    type: str
    event: str | None = None
    code: str | None = None
    params: dict[str, Any] = field(default_factory=dict)


# The type of a finding that an event's sector profile gave when it came in.
PROFILE_BREACH = "profile_breach"


class SourceStatus(StrEnum):
    ANSWERED = "answered"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """How one subsystem fared in answering.

    ``probably_holds``: it was silent, and its change feed named a code that it was asked about.
    Where that is not so it may hold something all the same.
    """

    subsystem: str
    status: SourceStatus
    ms: int
    probably_holds: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """The answer to a trace question, in the order of docs/tracing.md, "Order"."""

    code: Code
    direction: str
    events: tuple[ChainEvent, ...] = ()
    things: tuple[Thing, ...] = ()
    links: tuple[Link, ...] = ()
    findings: tuple[Finding, ...] = ()
    holes: tuple[Hole, ...] = ()
    sources: tuple[SourceReport, ...] = ()
    limits_hit: tuple[str, ...] = ()
    next: int | None = None  # ``Question.after`` of the question that goes on where this was cut
    as_of: datetime | None = None
    known_at: datetime | None = None
    since: datetime | None = None
    ledger: Ledger = field(default_factory=Ledger)  # where the asked lot is, if it is one
    masses: tuple[MassBalance, ...] = ()
    affected: tuple[Affected, ...] = ()  # asked downwards: lots that were made of it
    registered: Product | None = None  # what a register says of the product, if it was asked

    @property
    def complete(self) -> bool:
        """True only if every source answered everything and no limit was hit."""
        answered = all(s.status is SourceStatus.ANSWERED for s in self.sources)
        return answered and not self.holes and not self.limits_hit


def product_of(chain: Chain) -> Product:
    """The product's facts, each as the earliest event that is about the thing itself states it.

    What no event states is taken from the register, where the chain was given its word.
    An event's product is that of its items or outputs, so what it was made from says nothing here.
    """
    stated = [
        e.stored.event.product
        for e in chain.events
        if e.stored.event.product is not None and is_about(e.stored.event, chain.code)
    ]
    told = {
        f.name: next((v for p in stated if (v := getattr(p, f.name)) is not None), None)
        for f in fields(Product)
    }
    if told["name"] is None:
        told["name"] = next((t.name for t in chain.things if t.code == chain.code), None)
    if chain.registered is not None:
        told = {n: getattr(chain.registered, n) if v is None else v for n, v in told.items()}
    return Product(**told)


def is_about(event: Event, code: Code) -> bool:
    """Whether the product facts of an event are those of ``code``."""
    return any(item.code == code for item in event.items or event.outputs)
