"""One page of what a walk found: the events that an answer can hold, fetched, and what they tell.

What was found before the page and what comes after it is left out whole, links and things too: of
a million descendants the ten thousand that are shown must not bring the others with them.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import islice, takewhile

from suyuan.domain.events import Event, StoredEvent
from suyuan.domain.facts import Facts
from suyuan.domain.lookup import Answer, Ask, Key, Lookup
from suyuan.domain.trail import Question, Trail

# As many keys as one lookup may hold: a source need not take more in one question.
MAX_KEYS = 1_000

# So many things may be named in the events of one answer, or so many an event where more events
# are wanted: ten thousand events with a hundred serials each took a minute, and 130 MB of JSON.
MAX_THINGS, _THINGS_AN_EVENT = 100_000, 3


class OutOfTime(Exception):
    """Thrown into a walk to end it: what it has found so far is its trail."""


def turn_page(
    trail: Trail, facts: Facts, hop: int, question: Question
) -> Generator[Lookup, Answer, None]:
    """Keep of a trail the page that was asked for, and fetch its events.

    Pages are of the same walk: its events are found in the same order.
    """
    found = trail.reasons
    if "max_events" in trail.limits_hit:
        trail.next = question.after + question.max_events
    trail.reasons = dict(islice(found.items(), question.after, None))
    trail.events = yield from _fetch(trail, facts, hop, question)
    if trail.limits_hit or len(trail.reasons) < len(found):
        _keep_to_page(trail, question)


def _fetch(
    trail: Trail, facts: Facts, hop: int, question: Question
) -> Generator[Lookup, Answer, tuple[StoredEvent, ...]]:
    """The events themselves, once, by key, at the end, as far as one answer can hold them.

    An event that was told of and is not given is a hole like any other.
    """
    pending = list(dict.fromkeys(Key(Ask.EVENT, event.hex()) for event, _ in trail.reasons))
    found: list[StoredEvent] = []
    room = max(MAX_THINGS, _THINGS_AN_EVENT * question.max_events)
    while pending:
        if room <= 0:
            _cut_before(trail, pending[0].key, question, "max_things")
            break
        asked = tuple(pending[:MAX_KEYS])
        lookup = Lookup(asked, hop, question.known_at, bodies=True, direction=question.direction)
        try:
            answer = yield lookup
        except OutOfTime:
            _cut_before(trail, pending[0].key, question, "deadline")
            break
        found += answer.events
        facts.holes.update(dict.fromkeys(answer.holes))
        room -= sum(_size(s.event) for s in answer.events)
        pending[:MAX_KEYS] = answer.later
    return tuple(s for s in found if (s.event.key, s.event.party.key) in trail.reasons)


def _size(event: Event) -> int:
    return len(event.items) + len(event.inputs) + len(event.outputs) + len(event.children)


def _cut_before(trail: Trail, event: str, question: Question, limit: str) -> None:
    """Leave out an event and all that were found after it."""
    kept = list(takewhile(lambda ref: ref[0].hex() != event, trail.reasons))
    trail.reasons = {ref: trail.reasons[ref] for ref in kept}
    trail.next = question.after + len(kept)
    _hit(trail, limit)


def _keep_to_page(trail: Trail, question: Question) -> None:
    """Leave out the links that the walk came to on other pages, and the things of those alone.

    What it comes to between two pages is on both, so that neither lacks what the other has not.
    """
    first, last = question.after, question.after + len(trail.reasons)
    here = [link for link, came in trail.links.items() if first <= came <= last]
    if len(here) > MAX_THINGS:
        _hit(trail, "max_things")
    trail.links = {link: trail.links[link] for link in here[:MAX_THINGS]}
    named = {reason.edge.code for reason in trail.reasons.values()}
    named.update(item.code.key for stored in trail.events for item in stored.event.things())
    named.update(end for link in trail.links for end in (link.from_, link.to))
    trail.things = {code: is_lot for code, is_lot in trail.things.items() if code in named}


def _hit(trail: Trail, limit: str) -> None:
    trail.limits_hit = tuple(dict.fromkeys((*trail.limits_hit, limit)))
