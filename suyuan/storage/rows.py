"""What is loaded, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from suyuan.domain.events import Event, hash_event_id
from suyuan.domain.making import maker_of

Identity = tuple[bytes, str, bool]  # event key, reporter, whether it is a declaration

# The columns that are written, in the order in which loading and rebuilding write them.
EVENT_COLUMNS = (
    *("key", "party", "declaration", "authority", "content", "time"),
    *("form", "kind", "sector", "id", "reporter", "profile", "breaches", "document"),
)
EDGE_COLUMNS = (
    *("code", "time", "event", "role", "rank", "ends", "is_lot", "id", "party", "other"),
    *("place", "moves", "far_place", "far_party", "quantity", "unit"),
)

FORMS = ("city", "epcis")  # the place in this tuple is what ``events.form`` stores


@dataclass(frozen=True, slots=True)
class Row:
    """One report ready to be stored. ``content`` is 16 bytes over the CBV 2.0 pre-image.

    ``profile`` are the labels of the profiles it was checked by, ``breaches`` what it does not keep
    of them, as JSON text.
    """

    event: Event
    content: bytes
    form: str
    document: str
    reporter: str
    authority: bool
    profile: str | None = None
    breaches: str | None = None

    @property
    def identity(self) -> Identity:
        event = self.event
        # Not the remembered ``event.key``: what is loaded is new, and would push out what is not.
        key = hash_event_id(event.id, event.party.short)
        return (key, event.party.key, event.correction is not None)


make_row = maker_of(Row)

# Rows to be stored, each identity once, in the order in which all writers store them.
Rows: TypeAlias = Mapping[Identity, Row]


class Outcome(Enum):
    ACCEPTED = "accepted"
    REPEATED = "repeated"  # the same id with the same content, or a declaration made before
    CONFLICT = "conflict"  # the same id with other content
    VOIDED = "voided"  # other content under an id that was declared in error


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of one row; ``known`` is the document that stands in its way, if it clashes."""

    outcome: Outcome
    known: str | None = None

    @property
    def clashes(self) -> bool:
        return self.known is not None
