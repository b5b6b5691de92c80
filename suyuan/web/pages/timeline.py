"""The steps of a chain as a shopper reads them, newest first, with what is missing between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from suyuan.domain.chain import Chain, ChainEvent, Finding, Via
from suyuan.domain.codes import Code
from suyuan.domain.events import FAILED, PASSED, Event, EventType
from suyuan.web.pages.facts import outcome, shown_events
from suyuan.web.pages.moments import Moment, moment
from suyuan.web.pages.names import Names, clean, party_name, place_name
from suyuan.web.pages.texts import texts
from suyuan.web.pages.words import (
    ACTIVITIES,
    CERTAINTIES,
    FINDINGS,
    GAPS,
    SAID_BY,
    STATES,
    STEPS,
    TRANSFORMED,
    UNNAMED_STEP,
    VIA,
    Label,
    Language,
)

# The newest steps and the origin matter most; a page of thousands opens on no phone.
NEWEST_STEPS = 30
OLDEST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the timeline.

    ``icon``     the kind whose symbol stands beside it
    ``about``    why the event is here if it is not the thing's own, and which product it is about
    ``said``     who says so: a word of ``SAID_BY`` as class, and the words
    ``notes``    what is odd or uncertain about it
    ``missing``  the steps before it that nobody reported
    ``skipped``  how many steps between it and the next newer one are left out of the page
    """

    icon: str
    title: str
    about: str | None
    time: Moment
    said: tuple[str, str]
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Station:
    """Neighbouring steps of one organisation at one place, newest first.

    ``place`` is none also where it is called as the organisation is: a name is read once.
    """

    place: str | None
    party: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Odd:
    """What findings say about one event: notes on it, and steps missing before it."""

    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def stations(
    chain: Chain, product: str | None, names: Names, language: Language
) -> tuple[Station, ...]:
    """The timeline, newest first, by organisation and place; of a very long chain its two ends."""
    odd = _oddities(chain, language)
    newest_first = tuple(reversed(shown_events(chain)))
    picked = ends(len(newest_first), NEWEST_STEPS, OLDEST_STEPS)

    def where(pick: tuple[int, int]) -> tuple[Code | None, Code]:
        event = newest_first[pick[0]].stored.event
        return event.place, event.party

    def station(place: Code | None, party: Code, steps: tuple[Step, ...]) -> Station:
        at = place_name(place, names, language) if place else None
        who = party_name(party, names, language)
        return Station(at if at != who else None, who, steps)

    return tuple(
        station(
            *here,
            tuple(
                _joined(
                    _step(newest_first[i], skipped, odd, product, language) for i, skipped in picks
                )
            ),
        )
        for here, picks in groupby(picked, where)
    )


def _joined(steps: Iterable[Step]) -> Iterator[Step]:
    """Neighbours that read alike as one: a lot that is sold in four parts has four such steps."""
    for step, alike in groupby(steps):
        count = len(list(alike))
        yield step if count == 1 else replace(step, title=f"{step.title} × {count}")


def unplaced_gaps(chain: Chain) -> int:
    """How many missing steps belong to no event of the page."""
    shown = {e.stored.event.id for e in shown_events(chain)}
    return len({f.code for f in chain.findings if f.type == "gap" and f.event not in shown})


def gap_count(chain: Chain, language: Language) -> int:
    """How many steps are known to be missing."""
    placed = sum(len(o.missing) for o in _oddities(chain, language).values())
    return placed + unplaced_gaps(chain)


def ends(count: int, head: int, tail: int) -> list[tuple[int, int]]:
    """Indexes of the first ``head`` and last ``tail`` of ``count``, each with how many it skips."""
    if count <= head + tail:
        return [(i, 0) for i in range(count)]
    first = count - tail
    return [(i, 0) for i in range(head)] + [
        (i, first - head if i == first else 0) for i in range(first, count)
    ]


def _step(
    shown: ChainEvent,
    skipped: int,
    odd: dict[str, _Odd],
    product: str | None,
    language: Language,
) -> Step:
    event = shown.stored.event
    icon, title = _activity(event)
    found = odd.get(event.id, _Odd())
    came_to = outcome(event)
    words = [title.of(language), *([texts(language)[came_to]] if came_to == PASSED else [])]
    return Step(
        icon=icon,
        title=" · ".join(words),
        about=_about(shown, product, language),
        time=moment(event.time, language),
        said=said(shown, language),
        notes=(*_states(shown, language), *found.notes),
        missing=found.missing,
        skipped=skipped,
    )


def _activity(event: Event) -> tuple[str, Label]:
    """The icon and the words of what happened."""
    if event.kind is not None and event.activity is not None:
        label = ACTIVITIES.get((event.kind, event.activity))
        if label is not None:
            return ("warning" if event.activity == "recall" else event.kind), label
    if event.step in STEPS:
        return STEPS[event.step]
    if event.type is EventType.TRANSFORMATION:
        return "production", TRANSFORMED
    return "other", UNNAMED_STEP


def _about(shown: ChainEvent, product: str | None, language: Language) -> str | None:
    told = shown.stored.event.product
    name = clean(told.name) if told is not None and told.name else None
    why = VIA[shown.via].of(language) if shown.via is not Via.DIRECT else None
    return " · ".join(word for word in (why, name if name != product else None) if word) or None


def said(shown: ChainEvent, language: Language) -> tuple[str, str]:
    """Who says so: the word of ``SAID_BY`` and what it is called."""
    said_by = shown.said_by if shown.said_by in SAID_BY else "enterprise"
    return said_by, SAID_BY[said_by].of(language)


def _states(shown: ChainEvent, language: Language) -> Iterator[str]:
    event = shown.stored.event
    failed = STATES["non_conformant"] if outcome(event) == FAILED else None
    state = failed or STATES.get(event.disposition or "")
    words = (state, CERTAINTIES.get(shown.certainty.value))
    title = _activity(event)[1].of(language)
    for label in words:
        if label is not None and label.of(language) not in (title, "已" + title):
            yield label.of(language)


def _oddities(chain: Chain, language: Language) -> dict[str, _Odd]:
    """Findings by the id of the event that they stand at."""
    notes: dict[str, dict[str, None]] = defaultdict(dict)
    missing: dict[str, dict[str, None]] = defaultdict(dict)
    shown = {e.stored.event.id for e in shown_events(chain)}
    for finding in chain.findings:
        if finding.event is None or finding.event not in shown:
            continue
        if finding.type == "gap":
            missing[finding.event][_gap(finding, language)] = None
        elif finding.type in FINDINGS:
            notes[finding.event][FINDINGS[finding.type].of(language)] = None
    return {i: _Odd(tuple(notes[i]), tuple(missing[i])) for i in {*notes, *missing}}


def _gap(finding: Finding, language: Language) -> str:
    which = GAPS.get(finding.params.get("missing", ""))
    missing = texts(language)["gap"]
    if which is None:
        return missing
    return f"{missing}：{which.zh}" if language == "zh" else f"{missing}: {which.en}"
