"""A subsystem's own registers, asked about events: who was on file as what, whose buyer is known.

They are asked when an event comes in, and again whenever it is shown, since what they know changes
after it (suyuan/domain/profiles/register_rules.py): three statements for however many events, and
none where no rule asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from suyuan.domain.breaches import Breach
from suyuan.domain.events import Event, StoredEvent
from suyuan.domain.profiles.checking import Checkers
from suyuan.domain.profiles.register_rules import Asked
from suyuan.domain.register import today
from suyuan.domain.standing import on_file_as
from suyuan.sources.names import Said, find_said
from suyuan.storage.engine import ReadConnection
from suyuan.storage.purchasers import find_registered

# An event, and the labels of the profiles that it was checked by; ``None`` where there was none.
Labelled = tuple[Event, str | None]


@dataclass(frozen=True, slots=True)
class _Question:
    """One question about the event at a place of a list."""

    place: int
    event: Event
    asked: Asked


class OwnRegisters:
    """Asks what the rules of the profiles in force ask; ``checkers`` gives those, now."""

    def __init__(self, checkers: Callable[[], Checkers]) -> None:
        self._checkers = checkers

    async def lacking(
        self, connection: ReadConnection, events: Sequence[Labelled]
    ) -> dict[int, tuple[Breach, ...]]:
        """By the places of events: the breaches of rules whose questions are answered with no."""
        checkers = self._checkers()
        questions = [
            _Question(place, event, asked)
            for place, (event, labels) in enumerate(events)
            for asked in checkers.asks(event, labels)
        ]
        found: dict[int, tuple[Breach, ...]] = {}
        for one in await _unknown(connection, questions):
            found[one.place] = (*found.get(one.place, ()), one.asked.breach)
        return found

    async def judged(
        self, connection: ReadConnection, stored: Sequence[StoredEvent]
    ) -> tuple[StoredEvent, ...]:
        """Stored events with what the registers lack for them now.

        What came as a copy was not checked here, and is asked about where it was reported.
        """
        lacking = await self.lacking(connection, [(one.event, one.profile) for one in stored])
        return tuple(
            replace(one, breaches=one.breaches + lacking[place]) if place in lacking else one
            for place, one in enumerate(stored)
        )


async def _unknown(connection: ReadConnection, questions: Sequence[_Question]) -> list[_Question]:
    """Those whose answer is no, in their order."""
    filed = [q for q in questions if q.asked.filed]
    bought = [q for q in questions if not q.asked.filed]
    said: dict[str, Said] = {}
    if filed:
        parties = list(dict.fromkeys(q.event.party.key for q in filed))
        until = max(today(q.event.time) for q in filed)
        said = await find_said(connection, parties, until)
    named: set[tuple[bytes, str]] = set()
    if bought:
        sales = [(q.event.key, q.event.party.key) for q in bought]
        named = await find_registered(connection, sales)
    return [
        q
        for q in questions
        if not (_is_filed(q, said) if q.asked.filed else (q.event.key, q.event.party.key) in named)
    ]


def _is_filed(question: _Question, said: dict[str, Said]) -> bool:
    known = said[question.event.party.key]
    held = on_file_as(known.versions, known.revocations, today(question.event.time))
    return not held.isdisjoint(question.asked.filed)
