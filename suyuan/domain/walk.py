"""The trace walk: from one code to its chain, asking a source that it does not know.

``walk`` is a generator without I/O. It yields a ``Lookup`` (the whole frontier at once), receives
an ``Answer`` and returns a ``Trail``; ``suyuan.domain.assemble`` makes the ``Chain`` of it. What a
chain is stands in docs/tracing.md; ``suyuan.domain.steps`` does what the facts allow.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from itertools import islice, takewhile

from suyuan.domain.codes import Level
from suyuan.domain.events import Event, StoredEvent
from suyuan.domain.facts import Facts
from suyuan.domain.lookup import Answer, Ask, HoleReason, Key, Lookup
from suyuan.domain.tracing import Tracing
from suyuan.domain.trail import Question, Trail

# As many keys as one lookup may hold: a source need not take more in one question.
MAX_KEYS = 1_000

# So many things may be named in the events of one answer, or so many an event where more events
# are wanted: ten thousand events with a hundred serials each took a minute, and 130 MB of JSON.
MAX_THINGS, _THINGS_AN_EVENT = 100_000, 3

# What a walk may know at a time, some 200 MB of it.
MAX_EDGES = 400_000

Walk = Generator[Lookup, Answer, Trail]


class OutOfTime(Exception):
    """Thrown into a walk to end it: what it has found so far is its trail."""


def walk(question: Question, *, whole: bool = True, max_edges: int = MAX_EDGES) -> Walk:
    """Trace ``question.code``; drive it with ``suyuan.sources.base.trace``.

    ``whole`` promises that an event's error declarations come with its edges. Over several
    subsystems that is not so: then the walk asks everybody about every event it meets.
    A lookup without keys asks nothing: it lets whoever drives a long walk do something else.
    """
    if question.code.level is Level.CLASS:
        return Trail()
    facts = Facts()
    tracing = Tracing(question, facts)
    limits: list[str] = []
    hop = 0
    try:
        while (wanted := _wanted(tracing, facts, whole=whole)) != []:
            for lookup in _lookups(wanted or (), hop, question):
                facts.learn(lookup, (yield lookup))
            if facts.upset:
                facts.upset = False
                tracing = Tracing(question, facts)
            if len(facts) > max_edges:
                limits.append("edges")
                break
            hop += 1
    except OutOfTime:
        limits.append("deadline")
    trail = tracing.trail
    if any(h.reason is HoleReason.TRUNCATED for h in facts.holes):
        limits.append("fan_out")
    trail.limits_hit = (*trail.limits_hit, *limits)
    _turn_page(trail, question)
    trail.events = yield from _bodies(trail, facts, hop, question)
    trail.holes = tuple(facts.holes)
    trail.voided = facts.is_voided(question.code.key)
    trail.disputed = {ref for ref in trail.reasons if facts.disputed(*ref)}
    return trail


def _wanted(tracing: Tracing, facts: Facts, *, whole: bool) -> list[Key] | None:
    wanted = tracing.advance()
    if wanted is None or whole:
        return wanted
    return wanted + [Key(Ask.EVENT, e.hex()) for e in facts.unchecked_events()]


def _turn_page(trail: Trail, question: Question) -> None:
    """Leave out the events that an earlier page had; they were found in the same order."""
    if "max_events" in trail.limits_hit:
        trail.next = question.after + question.max_events
    trail.reasons = dict(islice(trail.reasons.items(), question.after, None))


def _lookups(keys: Iterable[Key], hop: int, question: Question) -> Iterator[Lookup]:
    pending = iter(dict.fromkeys(keys))
    batch = tuple(islice(pending, MAX_KEYS))
    while True:
        yield Lookup(batch, hop, question.known_at, direction=question.direction)
        batch = tuple(islice(pending, MAX_KEYS))
        if not batch:
            return


def _bodies(
    trail: Trail, facts: Facts, hop: int, question: Question
) -> Generator[Lookup, Answer, tuple[StoredEvent, ...]]:
    """Fetch the events themselves, once, by key, at the end, as far as one answer can hold them.

    An event that was told of and is not given is a hole like any other.
    """
    keys = [Key(Ask.EVENT, event.hex()) for event, _ in trail.reasons]
    found: list[StoredEvent] = []
    room = max(MAX_THINGS, _THINGS_AN_EVENT * question.max_events)
    for lookup in _lookups(keys, hop, question) if keys else ():
        if room <= 0:
            _cut_before(trail, lookup.keys[0].key, question)
            break
        answer = yield replace(lookup, bodies=True)
        found += answer.events
        facts.holes.update(dict.fromkeys(answer.holes))
        room -= sum(_size(s.event) for s in answer.events)
    return tuple(s for s in found if (s.event.key, s.event.party.key) in trail.reasons)


def _size(event: Event) -> int:
    return len(event.items) + len(event.inputs) + len(event.outputs) + len(event.children)


def _cut_before(trail: Trail, event: str, question: Question) -> None:
    """Leave out an event and all that were found after it."""
    kept = list(takewhile(lambda ref: ref[0].hex() != event, trail.reasons))
    trail.reasons = {ref: trail.reasons[ref] for ref in kept}
    trail.limits_hit = (*trail.limits_hit, "max_things")
    trail.next = question.after + len(kept)
