"""Coverage: how much of what must be told is told, in time, whole, and with a known source.

Figures count what the enterprises told that are filed with a department, by the city's days, the
department's sectors and the districts of the enterprises. Every figure is a sum over days: so those
of a month are those of its days, and the city's those of its departments. Shares are made of sums
at the end and never averaged. docs/coverage.md has each figure's numerator and denominator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import IntEnum, StrEnum

from suyuan.domain.codes import Level
from suyuan.domain.events import RECEIVING, Event, StoredEvent
from suyuan.domain.findings import named_things, source_needed
from suyuan.domain.licensing import Lapse
from suyuan.domain.profiles.fields import RECORD_TIME
from suyuan.domain.profiles.profile import Clock, Profile
from suyuan.domain.register import CITY_TIME, Party, Version, in_force

# A buyer enters what he bought within 36 hours (Shanghai's rules on food tracing).
HOURS = Decimal(36)

_DAY = timedelta(days=1)
_SHARE = Decimal("0.0001")


class Need(IntEnum):
    """What must have been told before, by anybody or by the party itself."""

    SHIPMENT = 0  # of what is received: that anybody sent it
    ENTRY = 1  # of what is sold: that the seller had it
    ORIGIN = 2  # of what is used up: that anybody made or received it


_NEEDS = {"shipment": Need.SHIPMENT, "entry": Need.ENTRY, "origin": Need.ORIGIN}
_NOT_OF_STATING = ("clock.", "control_point.")
_NO_THINGS = frozenset({Level.CLASS, Level.OTHER})


def hours_for(event: Event, profile: Profile | None) -> Decimal:
    """How long after an event it may be recorded and still be in time, by its sector's clocks."""
    activity = f"{event.kind}.{event.activity}"
    clocks = profile.clocks if profile is not None else ()
    hours = [c.hours for c in clocks if activity in c.on and _is_of_recording(c)]
    return min(hours, default=HOURS)


def _is_of_recording(clock: Clock) -> bool:
    return clock.from_ == "time" and clock.to == RECORD_TIME


def is_complete(stored: StoredEvent) -> bool | None:
    """Whether a report states all that its sector's profile asked of it when it came in.

    ``None`` where it was not checked by any. What happened too late, or was measured beyond a
    limit, is stated all the same.
    """
    if stored.profile is None:
        return None
    return all(breach.rule.startswith(_NOT_OF_STATING) for breach in stored.breaches)


def needs_of(event: Event) -> Iterator[tuple[str, Need]]:
    """Each thing of an event whose source must be known, with what must be known of it.

    The same as a chain's finding ``gap`` (``suyuan.domain.findings``) asks for.
    """
    codes = (i.code.key for i in named_things(event) if i.code.level not in _NO_THINGS)
    for code in dict.fromkeys(codes):
        needed = source_needed(event, code)
        if needed is not None:
            yield code, _NEEDS[needed]


@dataclass(frozen=True, slots=True)
class Movement:
    """A report of one end of a movement, which the other end's report would support."""

    codes: tuple[str, ...]
    party: str
    far: str | None
    received: bool


def movement_of(event: Event) -> Movement | None:
    """The movement that an event tells one end of, ``None`` if it is none."""
    received = event.step in RECEIVING
    if not received and event.step != "shipping":
        return None
    far = event.source.party if received else event.destination.party
    codes = (i.code.key for i in event.things() if i.code.level not in _NO_THINGS)
    found = tuple(dict.fromkeys(codes))
    return Movement(found, event.party.key, far.key if far else None, received)


def is_in_time(happened: datetime, recorded: datetime, hours: Decimal) -> bool:
    """Whether a report came within so many hours of what it tells; never too early."""
    return recorded - happened <= timedelta(seconds=float(hours * 3600))


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums over days, sectors or departments.

    ``filed``     enterprises on file, once for each day
    ``active``    those of them that reported something that happened on that day
    ``unfiled``   enterprises that reported and are not on file here, once for each day; of their
                  reports nothing else is counted
    ``reports``   events in force of those on file
    ``in_time``   of these, those recorded soon enough after they happened
    ``checked``   of these, those of which their sector asks anything; ``complete`` state all of it
    ``evidenced`` of these, those that more supports than their reporter's own word
    ``links``     things received, sold or used up, whose source must be known; of ``broken`` it
                  is not
    """

    filed: int = 0
    active: int = 0
    unfiled: int = 0
    reports: int = 0
    in_time: int = 0
    checked: int = 0
    complete: int = 0
    evidenced: int = 0
    links: int = 0
    broken: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, n) + getattr(other, n) for n in COUNTED))

    def __sub__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, n) - getattr(other, n) for n in COUNTED))


COUNTED = tuple(one.name for one in fields(Counts))

# By the name of a share: its numerator and its denominator.
SHARES = {
    "reported": ("active", "filed"),
    "in_time": ("in_time", "reports"),
    "complete": ("complete", "checked"),
    "broken": ("broken", "links"),
    "evidenced": ("evidenced", "reports"),
}


def shares(counts: Counts) -> dict[str, Decimal | None]:
    """Every share, in four decimals, rounded half to even; ``None`` where it is a share of nothing.

    >>> shares(Counts(filed=3, active=2))["reported"], shares(Counts())["reported"]
    (Decimal('0.6667'), None)
    """
    return {
        name: _share(getattr(counts, part), getattr(counts, whole))
        for name, (part, whole) in SHARES.items()
    }


def _share(part: int, whole: int) -> Decimal | None:
    if whole == 0:
        return None
    return (Decimal(part) / whole).quantize(_SHARE, ROUND_HALF_EVEN)


# --- Who is on file, and where ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnFile:
    """An enterprise is on file in a district from a day on, until a day that is not in it."""

    party: str
    since: date
    until: date | None
    district: str | None


def times_on_file(
    party: str, versions: Sequence[Version], lapses: Sequence[Lapse] = ()
) -> list[OnFile]:
    """When and where an enterprise is on file, by the register's versions of it.

    The versions of one day take turns as in the register: the last recorded holds. ``lapses`` are
    the days on which its filing was revoked.
    """
    found: list[OnFile] = []
    days = {v.entry.valid_from for v in versions}
    days |= {day for lapse in lapses for day in (lapse.since, lapse.until) if day is not None}
    for day in sorted(days):
        held = in_force(versions, day)
        entry = held.entry if held is not None else None
        filed = isinstance(entry, Party) and is_enterprise(entry)
        filed = filed and not any(lapse.holds(day) for lapse in lapses)
        district = entry.district if isinstance(entry, Party) else None
        last = found[-1] if found else None
        goes_on = last is not None and last.until is None
        if last is not None and goes_on and (not filed or last.district != district):
            found[-1] = replace(last, until=day)
            goes_on = False
        if filed and not goes_on:
            found.append(OnFile(party, day, None, district))
    return found


def is_enterprise(entry: Party) -> bool:
    """Whether reports are expected of who is registered: an organisation with a code of its own.

    What an enterprise has on its own list (farmers, foreign exporters) reports nothing here.
    """
    return entry.organisation and entry.code.scheme != "private"


def on_file_at(held: Sequence[OnFile], day: date) -> OnFile | None:
    """The filing of one party that a day is in."""
    return next((f for f in held if f.since <= day and (f.until is None or day < f.until)), None)


def city_day(moment: datetime) -> date:
    """The city's day (UTC+8) of an instant."""
    return moment.astimezone(CITY_TIME).date()


def bounds_of(day: date) -> tuple[datetime, datetime]:
    """The first instant of a city's day and that of the next one."""
    begins = datetime(day.year, day.month, day.day, tzinfo=CITY_TIME)
    return begins, begins + _DAY


# --- What is asked ------------------------------------------------------------------------------


class By(StrEnum):
    """What each row of an answer is of."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    SECTOR = "sector"
    DISTRICT = "district"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Window:
    """Which days, inclusive; of which sector and district (six digits, with all it contains)."""

    first: date
    last: date
    by: By = By.DAY
    sector: str | None = None
    district: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What one row is of: a part of the window, and a sector or a district."""

    first: date
    last: date
    sector: str | None = None
    district: str | None = None


def district_range(district: str) -> tuple[str, str]:
    """The least and the greatest code of a division and what lies in it (GB/T 2260).

    >>> district_range("350200"), district_range("350212")
    (('350200', '350299'), ('350212', '350212'))
    """
    if district.endswith("0000"):
        return district, district[:2] + "9999"
    return district, district[:4] + "99" if district.endswith("00") else district


def periods(window: Window) -> list[Group]:
    """The days, months or years of a window, cut to it; else the window as one."""
    match window.by:
        case By.DAY:
            days = (window.last - window.first).days + 1
            return [Group(d, d) for d in (window.first + _DAY * n for n in range(days))]
        case By.MONTH | By.YEAR:
            return list(_calendar(window))
        case _:
            return [Group(window.first, window.last)]


def _calendar(window: Window) -> Iterator[Group]:
    begins = window.first
    while begins <= window.last:
        ends = _next_period(begins, window.by) - _DAY
        yield Group(begins, min(ends, window.last))
        begins = ends + _DAY


def _next_period(day: date, by: By) -> date:
    if by is By.YEAR or day.month == 12:
        return date(day.year + 1, 1, 1)
    return date(day.year, day.month + 1, 1)


@dataclass(frozen=True, slots=True)
class Enterprises:
    """Different enterprises of one department in a month, each once.

    ``filed`` were on file on one of its days, ``active`` of these reported something of it.
    """

    filed: int = 0
    active: int = 0

    def __add__(self, other: Enterprises) -> Enterprises:
        return Enterprises(self.filed + other.filed, self.active + other.active)


def is_month(group: Group, today: date) -> bool:
    """Whether a row is of a calendar month, or of all of one that has been.

    >>> is_month(Group(date(2026, 2, 1), date(2026, 2, 28)), date(2026, 3, 9))
    True
    >>> is_month(Group(date(2026, 3, 1), date(2026, 3, 9)), date(2026, 3, 9))
    True
    >>> is_month(Group(date(2026, 2, 1), date(2026, 2, 27)), date(2026, 3, 9))
    False
    """
    whole = group.last == _next_period(group.first, By.MONTH) - _DAY
    return group.first.day == 1 and (whole or group.last == today)


@dataclass(frozen=True, slots=True)
class Answer:
    """The figures of a window.

    ``scans``    consumers' scans by row, ``None`` where rows are of more than days
    ``pending``  enterprises' days that are still to be counted anew
    ``behind``   whether something came in that was not looked at yet
    ``enterprises``  different ones by row, of rows that are whole months
    """

    rows: Mapping[Group, Counts]
    scans: Mapping[Group, int] | None
    pending: int = 0
    behind: bool = False
    enterprises: Mapping[Group, Enterprises] = field(default_factory=dict)

    def __add__(self, other: Answer) -> Answer:
        """Of two departments together: counts are added, shares made of them anew."""
        rows = dict(self.rows)
        for group, counts in other.rows.items():
            rows[group] = rows.get(group, Counts()) + counts
        return Answer(
            rows,
            _added(self.scans, other.scans),
            self.pending + other.pending,
            self.behind or other.behind,
            {
                group: self.enterprises.get(group, Enterprises())
                + other.enterprises.get(group, Enterprises())
                for group in {**self.enterprises, **other.enterprises}
            },
        )


def _added(
    some: Mapping[Group, int] | None, more: Mapping[Group, int] | None
) -> Mapping[Group, int] | None:
    if some is None or more is None:
        return None
    return {group: some.get(group, 0) + more.get(group, 0) for group in {**some, **more}}
