"""The trace walk: from one code to its chain, asking a source that it does not know.

``walk`` is a generator without I/O. It yields a ``Lookup`` (the whole frontier at once), receives
an ``Answer`` and returns a ``Trail``; ``suyuan.domain.assemble`` makes the ``Chain`` of it. What a
chain is stands in docs/tracing.md; ``suyuan.domain.steps`` does what the facts allow.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

from suyuan.domain.codes import Level
from suyuan.domain.facts import Facts
from suyuan.domain.lookup import Answer, Ask, HoleReason, Key, Lookup
from suyuan.domain.tracing import Tracing
from suyuan.domain.trail import Question, Trail
from suyuan.domain.walk_page import MAX_KEYS, OutOfTime, turn_page

__all__ = ["MAX_EDGES", "MAX_KEYS", "OutOfTime", "Walk", "walk"]

# What a walk may know at a time, some 200 MB of it.
MAX_EDGES = 400_000

# An answer of so many edges takes some tenths of a second, in which a walk cannot be ended.
_EDGES_AN_ANSWER = 20_000

Walk = Generator[Lookup, Answer, Trail]


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
    rounds = _Rounds(question, facts, max_edges)
    limits: list[str] = []
    try:
        while (wanted := _wanted(tracing, facts, whole=whole)) != []:
            yield from rounds.ask(wanted or ())
            if facts.upset:
                facts.upset = False
                tracing = Tracing(question, facts)
            if len(facts) > max_edges:
                limits.append("edges")
                break
    except OutOfTime:
        limits.append("deadline")
    trail = tracing.trail
    if any(h.reason is HoleReason.TRUNCATED for h in facts.holes):
        limits.append("fan_out")
    trail.limits_hit = (*trail.limits_hit, *limits)
    yield from turn_page(trail, facts, rounds.hop, question)
    trail.holes = tuple(facts.holes)
    trail.voided = facts.is_voided(question.code.key)
    trail.disputed = {ref for ref in trail.reasons if facts.disputed(*ref)}
    return trail


def _wanted(tracing: Tracing, facts: Facts, *, whole: bool) -> list[Key] | None:
    wanted = tracing.advance()
    if wanted is None or whole:
        return wanted
    return wanted + [Key(Ask.EVENT, e.hex()) for e in facts.unchecked_events()]


class _Rounds:
    """Asks rounds of questions, fewer at a time where they have many answers."""

    def __init__(self, question: Question, facts: Facts, max_edges: int) -> None:
        self.hop = 0
        self._question = question
        self._facts = facts
        self._max_edges = max_edges
        self._keys = MAX_KEYS

    def ask(self, wanted: Iterable[Key]) -> Generator[Lookup, Answer, None]:
        """One round; without questions a lookup that asks nothing."""
        pending = list(dict.fromkeys(wanted))
        first = True
        while first or (pending and len(self._facts) <= self._max_edges):
            batch, first = tuple(pending[: self._keys]), False
            del pending[: self._keys]
            question = self._question
            lookup = Lookup(batch, self.hop, question.known_at, direction=question.direction)
            answer = yield lookup
            self._facts.learn(lookup, answer)
            self._keep_pace(len(answer.edges))
        self.hop += 1

    def _keep_pace(self, edges: int) -> None:
        if edges > _EDGES_AN_ANSWER:
            self._keys = max(1, self._keys * _EDGES_AN_ANSWER // edges)
        else:
            self._keys = min(MAX_KEYS, 2 * self._keys)
