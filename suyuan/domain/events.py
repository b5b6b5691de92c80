"""Events: what happened to which things, when, where, why, and who says so.

An event is a fact. It is appended once and never changed; a mistake is corrected by a later event
that repeats the id and carries a ``Correction`` (EPCIS 2.0, 7.4.1.2 error declaration).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from urllib.parse import quote, unquote

from suyuan.domain.breaches import Breach
from suyuan.domain.codes import Code, Level
from suyuan.domain.temperature import Limit, Temperature


class EventType(StrEnum):
    """The five event types of EPCIS 2.0, clause 7.4."""

    OBJECT = "ObjectEvent"
    AGGREGATION = "AggregationEvent"
    TRANSFORMATION = "TransformationEvent"
    TRANSACTION = "TransactionEvent"
    ASSOCIATION = "AssociationEvent"


class Action(StrEnum):
    """EPCIS 2.0, clause 7.3.2: the thing's life or link begins, goes on, ends."""

    ADD = "ADD"
    OBSERVE = "OBSERVE"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class Item:
    """A thing in an event; with a quantity it is (a part of) a lot, without one it is whole."""

    code: Code
    quantity: Decimal | None = None
    unit: str | None = None  # UN/CEFACT Recommendation 20; None counts pieces
    classed: bool = False  # named in an EPCIS quantityList, even where no quantity is given

    @property
    def is_lot(self) -> bool:
        level = self.code.level
        if level is _LOT or level is _SERIAL:
            return level is _LOT
        return self.quantity is not None or self.classed


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a movement: who, and where."""

    party: Code | None = None
    place: Code | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """Facts of the product that a report states beside the code."""

    name: str | None = None
    lot: str | None = None
    produced_on: date | None = None
    expires_on: date | None = None
    origin: str | None = None
    spec: str | None = None


# What a test or an inspection came to.
PASSED, FAILED = "passed", "failed"
RESULTS = (PASSED, FAILED)


@dataclass(frozen=True, slots=True)
class Document:
    """A certificate, permit, test report, declaration or ticket that supports the event."""

    type: str
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    url: str | None = None
    result: str | None = None  # one of RESULTS, where the report says what the document came to


@dataclass(frozen=True, slots=True)
class Correction:
    """This event declares that the event of the same id is in error."""

    declared_at: datetime
    reason: str | None = None
    replaced_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One reported event, as far as tracing and showing it need.

    ``id``      as reported, or the CBV 2.0 event hash URI that was given to it
    ``party``   the enterprise that the event is about, and so its reporter
    ``time``    when it happened, with the offset that was reported
    ``step``    CBV business step as a bare word, or the URI of a private one
    ``place``   where things are after the event (bizLocation), else where they were read
    ``transformation`` joins the halves of one transformation; global, see ``transformation_urn``
    ``temperature`` is what ``extra`` or the sensors tell of it: no fact beside them
    """

    id: str
    party: Code
    type: EventType
    time: datetime
    action: Action | None = None
    kind: str | None = None
    activity: str | None = None
    step: str | None = None
    disposition: str | None = None
    place: Code | None = None
    items: tuple[Item, ...] = ()
    inputs: tuple[Item, ...] = ()
    outputs: tuple[Item, ...] = ()
    parent: Code | None = None
    children: tuple[Item, ...] = ()
    source: Endpoint = field(default_factory=Endpoint)
    destination: Endpoint = field(default_factory=Endpoint)
    product: Product | None = None
    documents: tuple[Document, ...] = ()
    transformation: str | None = None
    correction: Correction | None = None
    sector: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    temperature: Temperature | None = field(default=None, compare=False)

    @property
    def key(self) -> bytes:
        """The event's key everywhere: see ``event_key``."""
        return event_key(self.id, self.party)

    @property
    def uri(self) -> str:
        """The id as a URI that is unique in the world."""
        return self.id if is_uri(self.id) else event_urn(self.id, self.party)

    def things(self) -> Iterator[Item]:
        """Every thing that the event names, the parent last."""
        yield from (*self.items, *self.inputs, *self.outputs, *self.children)
        if self.parent is not None:
            yield Item(self.parent)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event together with what the store knows of its arrival.

    ``content``   16 bytes over the CBV 2.0 pre-image: equal content, equal bytes
    ``reporter``  short id of the key's owner that posted it; ``authority`` if that is a department
    ``subsystems`` which subsystems gave it, when asked over several
    ``redacted``  names of the members that were emptied because the asker may not see them
    ``profile``   labels of the sector profiles that it was checked by when it came in
    ``breaches``  what it did not keep of them
    ``unshown``   fields that the profile of its sector does not show the public
    ``limit``     of its temperature, by a control point of that profile
    """

    event: Event
    record_time: datetime
    content: bytes
    reporter: str = ""
    authority: bool = False
    subsystems: frozenset[str] = frozenset()
    redacted: tuple[str, ...] = ()
    profile: str | None = None
    breaches: tuple[Breach, ...] = ()
    unshown: tuple[str, ...] = ()
    limit: Limit | None = None


# Of the business steps and dispositions of CBV 2.0: those after which a serial is no longer there.
# A wholesale sale is a shipment and never one of them.
END_STEPS = frozenset({"retail_selling", "dispensing", "decommissioning", "destroying"})
# Those that are one end of a movement.
SHIPPING = frozenset({"shipping", "departing", "transporting", "consigning"})
RECEIVING = frozenset({"receiving", "arriving", "accepting"})

_LOT, _SERIAL = Level.LOT, Level.SERIAL
# RFC 3986, 2.3.
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+", re.ASCII)
_EVENT_URN = "urn:suyuan:event:"
_TRANSFORMATION_URN = "urn:suyuan:transformation:"


def is_uri(text: str) -> bool:
    """Whether an id is a URI, and so global: a scheme of two letters or more before a colon."""
    scheme, colon, rest = text.partition(":")
    return (
        bool(colon and rest)
        and len(scheme) > 1
        and scheme[0].isalpha()
        and all(c.isascii() and (c.isalnum() or c in "+.-") for c in scheme)
    )


def event_urn(local_id: str, party: Code) -> str:
    """An id that is unique per reporter, as ``urn:suyuan:event:<party>:<id>``."""
    return f"{_EVENT_URN}{_quoted(party.short)}:{_quoted(local_id)}"


def transformation_urn(local_id: str, party: Code) -> str:
    """The global form of a transformation id; one that is a URI already is left as it is."""
    if is_uri(local_id):
        return local_id
    return f"{_TRANSFORMATION_URN}{_quoted(party.short)}:{_quoted(local_id)}"


def _quoted(text: str) -> str:
    # quote() gives such a text back too, but each event of a bulk load has its id quoted.
    return text if _UNRESERVED.fullmatch(text) else quote(text, safe="")


def local_event_id(uri: str) -> tuple[str, str] | None:
    """``(party, id)`` of a ``urn:suyuan:event:`` URI, ``None`` for any other text."""
    if not uri.startswith(_EVENT_URN):
        return None
    party, colon, local = uri.removeprefix(_EVENT_URN).partition(":")
    return (unquote(party), unquote(local)) if colon and local else None


def event_key(event_id: str, party: Code) -> bytes:
    """16 bytes that name an event: a hash of (scope, id).

    A URI's scope is the world; any other id's is the reporting party. An id that is spelled
    ``urn:suyuan:event:<party>:<id>`` is that party's ``<id>``.
    """
    return _event_key(event_id, party.short)


def hash_event_id(event_id: str, party: str) -> bytes:
    """``event_key`` of an id and its reporter's short code, not remembered."""
    own = local_event_id(event_id)
    if own is not None:
        scope, local = own
    elif is_uri(event_id):
        scope, local = "", event_id
    else:
        scope, local = party, event_id
    return blake2b(f"{scope}\0{local}".encode(), digest_size=16).digest()


# Each event of a chain is asked for its key a few times over.
_event_key = lru_cache(4_096)(hash_event_id)
