"""A compiled profile: which of its rules an event breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from suyuan.domain.breaches import Breach
from suyuan.domain.errors import Fault
from suyuan.domain.events import Event
from suyuan.domain.profiles import rules, thing_rules
from suyuan.domain.profiles.fields import RECORD_TIME
from suyuan.domain.profiles.profile import ENTERPRISE, Profile, Terms
from suyuan.domain.profiles.register_rules import Asked, Question, register_question
from suyuan.domain.profiles.rules import Maker, Rule
from suyuan.domain.profiles.wording import Own, told

# Allowed under every kind (suyuan/domain/activities.py), so in every sector.
_PACKING = frozenset({"pack", "unpack"})
_NO_KINDS: frozenset[str] = frozenset()

Breaches = tuple[Breach, ...]


class Checker:
    """Checks events by one profile. It keeps nothing of what it has seen."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._common = tuple(_common(profile))
        self._rules: dict[tuple[str | None, str | None], tuple[Rule, ...]] = {
            (kind, activity): (*self._common, *_of_activity(profile, f"{kind}.{activity}"))
            for kind, activity in (name.split(".") for name in activities(profile))
        }
        self._doers = _doers(profile)
        self._questions = _questions(profile)

    def check(self, event: Event, kinds: AbstractSet[str] = _NO_KINDS) -> Breaches:
        """Every rule that ``event`` breaks, in the profile's order.

        ``kinds`` are the kinds of party that the register has for its reporter; where the register
        says nothing, nobody is blamed. A declaration of error is never checked: its body is not
        compared with anything. An event whose activity is not said (EPCIS without
        ``suyuan:activity``) is held to what holds for all of the sector.
        """
        if event.correction is not None:
            return ()
        found = self._rules.get((event.kind, event.activity))
        unknown = None
        if found is None:
            found = self._common
            if event.activity is not None and event.activity not in _PACKING:
                unknown = self._unknown(event)
        breaches = [b for rule in found if (b := rule(event)) is not None]
        if unknown is not None:
            breaches.append(unknown)
        if kinds:
            breaches += self._wrong_doer(event, kinds)
        return tuple(breaches)

    def knows(self, event: Event, kinds: AbstractSet[str]) -> bool:
        """Whether the sector has the event's activity, and each of the kinds of party."""
        known = {party.id for party in self.profile.parties}
        done = event.activity in _PACKING or (event.kind, event.activity) in self._rules
        return kinds <= known and done

    def asks(self, event: Event) -> tuple[Asked, ...]:
        """What the department's registers are asked about an event, now and whenever it is shown.

        Of most events nothing; of a declaration of error nothing either.
        """
        questions = self._questions.get((event.kind, event.activity))
        if questions is None or event.correction is not None:
            return ()
        return tuple(asked for ask in questions if (asked := ask(event)) is not None)

    def _unknown(self, event: Event) -> Breach:
        profile = self.profile
        more = {
            "value": f"{event.kind}.{event.activity}",
            "allowed": Own(", ".join(activities(profile))),
        }
        words = told(
            "activity",
            {"sector": Own(profile.name.zh), **more},
            {"sector": Own(profile.name.en), **more},
        )
        return Maker(profile, Terms(), "activity").breach("/activity", words)

    def _wrong_doer(self, event: Event, kinds: AbstractSet[str]) -> Iterable[Breach]:
        allowed, act = self._doers.get(f"{event.kind}.{event.activity}", (_NO_KINDS, None))
        known = {party.id: party.name for party in self.profile.parties}
        kinds = kinds & known.keys()  # of another department's kinds nothing follows here
        if act is None or not allowed or not kinds or kinds & allowed:
            return
        zh, en = (
            {
                "act": Own(getattr(act, language)),
                "value": Own(", ".join(sorted(getattr(known[k], language) for k in kinds))),
                "allowed": Own(", ".join(sorted(getattr(known[k], language) for k in allowed))),
            }
            for language in ("zh", "en")
        )
        yield Maker(self.profile, Terms(), "party").breach("/party", told("party", {**zh}, {**en}))


class Checkers:
    """The profiles in force: which of them an event is checked by.

    ``own`` is the sector of events that name none; with ``None`` it follows from the sectors that
    the subsystem is registered for, if it does.
    """

    def __init__(self, profiles: Iterable[Profile], own: str | None = None) -> None:
        self.by_id: Mapping[str, Checker] = {one.id: Checker(one) for one in profiles}
        self._own = own
        enterprise = self.by_id.get(ENTERPRISE)
        self._enterprise = enterprise
        self._points = (
            frozenset(point.id for point in enterprise.profile.points) if enterprise else _NO_KINDS
        )

    def concern(self, event: Event, registered: Sequence[str] = ()) -> bool:
        """Whether there is, or may be, a profile for the event's sector."""
        told = event.sector or self._own
        return told in self.by_id if told else any(sector in self.by_id for sector in registered)

    def sector_of(
        self,
        event: Event,
        kinds: AbstractSet[str] = _NO_KINDS,
        registered: Sequence[str] = (),
    ) -> str | None:
        """The sector that an event belongs to: what it says, else what its subsystem is for.

        ``registered`` are the sectors of the subsystem by the gateway's registry. Where they are
        several, the event is of the one whose profile knows its activity and every kind of party
        that its reporter is on file as; ``None`` where that is none, or more than one.
        """
        told = event.sector or self._own
        if told is not None or not registered:
            return told
        if len(registered) == 1:
            return registered[0]
        fitting = [sector for sector in registered if self._fits(sector, event, kinds)]
        return fitting[0] if len(fitting) == 1 else None

    def _fits(self, sector: str, event: Event, kinds: AbstractSet[str]) -> bool:
        checker = self.by_id.get(sector)
        return checker is not None and bool(kinds) and checker.knows(event, kinds)

    def asks(self, event: Event, labels: str | None) -> tuple[Asked, ...]:
        """What profiles ask registers about an event, of which ``labels`` names those it is under.

        They are those that it was checked by, whatever their versions: what is in force is asked.
        """
        names = (label.partition("/")[0] for label in (labels or "").split(" "))
        found = (self.by_id[name] for name in names if name in self.by_id)
        return tuple(asked for checker in found for asked in checker.asks(event))

    def check(
        self,
        event: Event,
        kinds: AbstractSet[str] = _NO_KINDS,
        registered: Sequence[str] = (),
    ) -> tuple[str | None, Breaches]:
        """The labels of the profiles that an event was checked by, and what it breaks."""
        sector = self.sector_of(event, kinds, registered)
        checker = self.by_id.get(sector) if sector is not None else None
        also = None
        if event.extra and not self._points.isdisjoint(event.extra):
            also = self._enterprise
        if checker is None and also is None:
            return None, ()
        if also is None or also is checker:
            assert checker is not None
            return checker.profile.label, checker.check(event, kinds)
        if checker is None:
            return also.profile.label, also.check(event, kinds)
        labels = f"{checker.profile.label} {also.profile.label}"
        return labels, checker.check(event, kinds) + also.check(event, kinds)


def breach_fault(breach: Breach, index: int = 0) -> Fault:
    """A breach that refuses its event, as a fault of the report with this index."""
    params = {"rule": breach.rule, "told": {"zh": breach.zh, "en": breach.en}}
    return Fault("profile_breach", breach.pointer, params, index)


def activities(profile: Profile) -> list[str]:
    """Every activity of the sector, in the order of its stages."""
    return list(dict.fromkeys(a for stage in profile.stages for a in stage.activities))


def _common(profile: Profile) -> Iterable[Rule]:
    if profile.codes:
        yield thing_rules.code_rule(profile)
    if profile.units:
        yield thing_rules.unit_rule(profile)


def _of_activity(profile: Profile, activity: str) -> Iterable[Rule]:
    for asked in profile.activities:
        if activity in asked.on:
            for field in asked.fields:
                yield from rules.field_rule(profile, asked, field)
            for document in asked.documents:
                yield from rules.document_rule(profile, asked, document)
    for clock in profile.clocks:
        if activity in clock.on and clock.to != RECORD_TIME:
            yield rules.clock_rule(profile, clock)
    for point in profile.points:
        if activity in point.on:
            yield rules.point_rule(profile, point)


def _questions(profile: Profile) -> dict[tuple[str | None, str | None], tuple[Question, ...]]:
    """By kind and activity: what registers are asked; without those that ask nothing."""
    found: dict[tuple[str | None, str | None], tuple[Question, ...]] = {}
    for asked in profile.activities:
        for name in asked.on if asked.registers else ():
            kind, activity = name.split(".")
            more = (register_question(profile, asked, rule) for rule in asked.registers)
            found[kind, activity] = (*found.get((kind, activity), ()), *more)
    return found


def _doers(profile: Profile) -> dict[str, tuple[frozenset[str], object]]:
    """By activity: the kinds of party that do it, and its name."""
    return {
        activity: (frozenset(asked.by), asked.name)
        for asked in profile.activities
        if asked.by
        for activity in asked.on
    }
