"""The change feed: what a subsystem has stored, in an order that later commits keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from suyuan.domain.events import Event
from suyuan.domain.lookup import edges_of


class Position(NamedTuple):
    """A place in a feed: behind the report with this number, event key, party and kind."""

    xact: int = -1
    key: bytes = bytes(16)
    party: str = ""
    declaration: bool = False


BEGINNING = Position()


@dataclass(frozen=True, slots=True)
class Changed:
    """What the feed tells of one report: its number, and which codes it is found by, as hashes."""

    sequence: int
    codes: tuple[int, ...]
    time: datetime
    record_time: datetime


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """A page of a feed.

    ``anew``       it begins at the beginning: there was no cursor, or it was of another server
    ``following``  the cursor behind the page
    ``more``       whether there was more at that moment
    ``watermark``  the subsystem's clock at that moment
    """

    anew: bool
    changes: tuple[Changed, ...]
    following: str
    more: bool
    watermark: datetime


def codes_of(event: Event) -> list[str]:
    """Every code, and transformation, under which a walk may ask for the event, each once."""
    found = dict.fromkeys(
        code for edge in edges_of(event) for code in (edge.code, edge.other) if code is not None
    )
    return list(found)
