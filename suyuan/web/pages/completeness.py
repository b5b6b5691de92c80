"""How complete a chain is, in plain words: who did not answer, and what that may have done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from suyuan.domain.chain import Chain, SourceStatus
from suyuan.domain.lookup import Effect
from suyuan.web.pages.moments import moment
from suyuan.web.pages.names import Names, subsystem_name
from suyuan.web.pages.words import EFFECTS, ELSEWHERE, REASONS, Language


@dataclass(frozen=True, slots=True)
class Silence:
    """Who did not answer all, why, and what may be wrong with the page for it.

    ``name`` names all subsystems of which the same is to be said.
    """

    name: str
    reasons: str
    effects: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """``answered``: the subsystems that gave a full answer; ``as_of``: the cut of event time."""

    complete: bool
    answered: tuple[str, ...]
    silences: tuple[Silence, ...]
    limited: bool
    as_of: str | None


def completeness(chain: Chain, names: Names, language: Language) -> Completeness:
    """What ``chain.sources``, ``chain.holes`` and ``chain.limits_hit`` mean for a reader."""
    reasons: dict[str, dict[str, None]] = defaultdict(dict)
    effects: dict[str, set[str]] = defaultdict(set)
    for hole in chain.holes:
        reasons[hole.subsystem][REASONS[hole.reason.value].of(language)] = None
        effects[hole.subsystem].add(hole.effect.value)
    for source in chain.sources:
        if source.status is not SourceStatus.ANSWERED:
            reasons[source.subsystem][REASONS[source.status.value].of(language)] = None
            if not effects[source.subsystem]:
                effects[source.subsystem].add(Effect.MISSING.value)
    answered = (s.subsystem for s in chain.sources if s.subsystem not in reasons)
    return Completeness(
        complete=chain.complete,
        answered=tuple(subsystem_name(s, names, language) for s in answered),
        silences=tuple(_silences(reasons, effects, names, language)),
        limited=bool(chain.limits_hit),
        as_of=moment(chain.as_of, language).text if chain.as_of else None,
    )


def _silences(
    reasons: Mapping[str, Iterable[str]],
    effects: Mapping[str, AbstractSet[str]],
    names: Names,
    language: Language,
) -> Iterator[Silence]:
    """One for all of whom the same is to be said: seven alike are read by nobody."""
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for subsystem, said in reasons.items():
        told = [EFFECTS[e.value].of(language) for e in Effect if e in effects[subsystem]]
        name = subsystem_name(subsystem, names, language) if subsystem else ELSEWHERE.of(language)
        alike[_joined(list(said), language), _joined(told, language)].append(name)
    between = "、" if language == "zh" else ", "
    for (said_of_all, told_of_all), who in alike.items():
        yield Silence(between.join(who), said_of_all, told_of_all)


def _joined(parts: list[str], language: Language) -> str:
    return ("，" if language == "zh" else ", ").join(parts)
