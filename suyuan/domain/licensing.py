"""What registers say of a party's licences, by date, and what held on a day.

A licence has dates of its own, and it stands in an entry that has its dates too. On a day a licence
held if its own dates say so, the version of the register that held on that day or a later one lists
it, and no department had revoked it by then: a renewal that was registered late counts from its own
beginning, one that was struck off holds no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from suyuan.domain.register import Licence, Version


@dataclass(frozen=True, slots=True)
class Period:
    """The licences that an entry lists from a day on."""

    since: date
    licences: tuple[Licence, ...]


@dataclass(frozen=True, slots=True)
class RevokedLicence:
    """A licence that a department revoked: its number, and the day from which it holds no more."""

    number: str
    since: date


@dataclass(frozen=True, slots=True)
class Lapse:
    """Days on which a party's filing was revoked; ``until`` is the day another one holds from."""

    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the filing was revoked on a day."""
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class Licensing:
    """A party's licences over time, the oldest period first.

    ``reviewed`` says that a department stands for the periods; otherwise they are the party's word.
    """

    periods: tuple[Period, ...]
    reviewed: bool = False
    revoked: tuple[RevokedLicence, ...] = ()
    lapses: tuple[Lapse, ...] = ()


@dataclass(frozen=True, slots=True)
class Expired:
    """No licence held, and this one had ended last."""

    licence: Licence


@dataclass(frozen=True, slots=True)
class Revoked:
    """No licence held, and this one would have, had it not been revoked from ``since`` on."""

    number: str
    since: date


@dataclass(frozen=True, slots=True)
class Unfiled:
    """The party's filing had been revoked from ``since`` on."""

    since: date


Breach = Expired | Revoked | Unfiled


def judged(licensing: Licensing, on: date) -> Breach | None:
    """What a party lacked on a day to make or sell something.

    ``None`` also where no register says that it needed anything: it lists no licence, or only later
    ones.
    """
    for lapse in licensing.lapses:
        if lapse.holds(on):
            return Unfiled(lapse.since)
    begun = [n for n, period in enumerate(licensing.periods) if period.since <= on]
    listed = _licences(licensing.periods[begun[-1] if begun else 0 :])
    revoked = {one.number: one.since for one in licensing.revoked if one.since <= on}
    dated = [licence for licence in listed if holds(licence, on)]
    if any(licence.number not in revoked for licence in dated):
        return None
    if dated:
        number = max((licence.number for licence in dated), key=lambda n: (revoked[n], n))
        return Revoked(number, revoked[number])
    ended = lapsed(_licences(licensing.periods), on)
    return Expired(ended) if ended is not None else None


def holds(licence: Licence, on: date) -> bool:
    """Whether a licence's own dates say that it held; without one it has always, or for ever."""
    begun = licence.valid_from is None or licence.valid_from <= on
    return begun and (licence.valid_to is None or on <= licence.valid_to)


def lapsed(licences: Iterable[Licence], on: date) -> Licence | None:
    """The licence that ended last before a day; ``None`` if none did."""
    ended = [(one.valid_to, one) for one in licences if one.valid_to is not None]
    before = [each for each in ended if each[0] < on]
    return max(before, key=lambda each: each[0])[1] if before else None


def _licences(periods: Iterable[Period]) -> list[Licence]:
    return [licence for period in periods for licence in period.licences]


# --- Put together ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Revocation:
    """What a department revoked at a moment: a licence, or (``number`` empty) the whole filing."""

    number: str
    since: date
    at: datetime


def licensing_of(versions: Sequence[Version], revocations: Iterable[Revocation]) -> Licensing:
    """A party's licences over time, from its versions and what was revoked.

    Where a department has said anything of the party, only what departments said counts: a party
    does not license itself.
    """
    reviewed = [v for v in versions if v.authority]
    counted = sorted(reviewed or versions, key=lambda v: (v.entry.valid_from, v.number))
    revoked, lapses = [], []
    for one in revocations:
        if one.number:
            revoked.append(RevokedLicence(one.number, one.since))
        elif (lapse := _lapse(one, reviewed)) is not None:
            lapses.append(lapse)
    return Licensing(_periods(counted), bool(reviewed), tuple(revoked), tuple(lapses))


def _periods(versions: Iterable[Version]) -> tuple[Period, ...]:
    """Each version's licences; what was overtaken on its own day, or says no other, is left out."""
    by_day = {v.entry.valid_from: getattr(v.entry, "licences", ()) for v in versions}
    periods: list[Period] = []
    for since, licences in by_day.items():
        if not periods or periods[-1].licences != licences:
            periods.append(Period(since, licences))
    return tuple(periods)


def _lapse(revocation: Revocation, reviewed: Iterable[Version]) -> Lapse | None:
    """The days without a filing: until another that was approved later holds."""
    later = [v.entry.valid_from for v in reviewed if v.recorded_at > revocation.at]
    until = min(later, default=None)
    if until is not None and until <= revocation.since:
        return None
    return Lapse(revocation.since, until)


def merged(known: Iterable[Licensing]) -> Licensing:
    """What several registers say: the first that a department stands for, else the first.

    A licence that any department revoked is revoked.
    """
    said = list(known)
    first = next((one for one in said if one.reviewed), said[0])
    revoked = dict.fromkeys(one for licensing in said for one in licensing.revoked)
    return replace(first, revoked=tuple(revoked))
