"""The route as a schematic line: places in the order of time, days, and what was measured there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from suyuan.domain.chain import Chain
from suyuan.domain.temperature import Temperature, joined
from suyuan.web.pages.facts import shown_events
from suyuan.web.pages.moments import day
from suyuan.web.pages.names import Names, place_name
from suyuan.web.pages.texts import texts
from suyuan.web.pages.timeline import ends
from suyuan.web.pages.words import Language

NEWEST_STOPS = 4
OLDEST_STOPS = 3
# As many decimals as a thermometer of goods has.
_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """Temperatures in words, with their limit where one was stated."""

    text: str
    out_of_limit: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on the route; ``days`` since the stop before.

    ``measured``  at the place, and on the way from it as far as that has no place of its own
    ``skipped``   if stops before it are left out; ``between`` is what was measured at those
    """

    place: str
    on: str
    days: int
    measured: Measured | None
    skipped: bool = False
    between: Measured | None = None


@dataclass(slots=True)
class _Visit:
    place: str
    began: datetime
    measured: list[Temperature] = field(default_factory=list)


def route(chain: Chain, names: Names, language: Language) -> tuple[Stop, ...]:
    """The places in the order of time, equal neighbours joined.

    Empty for less than two, unless something was measured at the one.
    """
    visits = _visits(chain, names, language)
    if len(visits) < 2 and not any(visit.measured for visit in visits):
        return ()
    return tuple(_stops(visits, language))


def _visits(chain: Chain, names: Names, language: Language) -> list[_Visit]:
    visits: list[_Visit] = []
    for stored in (e.stored for e in shown_events(chain)):
        event = stored.event
        if event.place is not None:
            place = place_name(event.place, names, language)
            if not visits or visits[-1].place != place:
                visits.append(_Visit(place, event.time))
        if visits and event.temperature is not None:
            visits[-1].measured.append(event.temperature.within(stored.limit))
    return visits


def _stops(visits: Sequence[_Visit], language: Language) -> Iterator[Stop]:
    before = visits[0].began
    for index, skipped in ends(len(visits), OLDEST_STOPS, NEWEST_STOPS):
        visit = visits[index]
        left_out = visits[index - skipped : index]
        yield Stop(
            visit.place,
            day(visit.began, language),
            (visit.began - before).days,
            _measured(visit.measured, language),
            skipped > 0,
            _measured((t for v in left_out for t in v.measured), language),
        )
        before = visit.began


def _measured(told: Iterable[Temperature], language: Language) -> Measured | None:
    whole = joined(told)
    if whole is None:
        return None
    sentences = texts(language)
    text = _span(whole.low, whole.high, language)
    limit = _limit(whole, language)
    if limit is not None:
        text = sentences["temperature_limit"].format(text, limit)
    if whole.is_out_of_limit:
        text = sentences["out_of_limit"].format(text)
    return Measured(text, whole.is_out_of_limit)


def _limit(told: Temperature, language: Language) -> str | None:
    match told.at_least, told.at_most:
        case None, None:
            return None
        case None, Decimal() as most:
            return f"≤\u00a0{_degrees(most)}\u00a0°C"
        case Decimal() as least, None:
            return f"≥\u00a0{_degrees(least)}\u00a0°C"
        case Decimal() as least, Decimal() as most:
            # Of two limits that cannot both hold, neither is shown as one.
            return _span(least, most, language) if least <= most else None
    return None


def _span(low: Decimal, high: Decimal, language: Language) -> str:
    between = " 至 " if language == "zh" else " to "
    return f"{between.join(dict.fromkeys(map(_degrees, (low, high))))}\u00a0°C"


def _degrees(value: Decimal) -> str:
    rounded = round(value, _DECIMALS).normalize() + 0  # no minus before a zero
    return f"{rounded:f}".replace("-", "\u2212")
