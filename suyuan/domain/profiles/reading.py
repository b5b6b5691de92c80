"""A profile out of the tables of its file, or every fault in it with its place.

The shape is that of docs/profiles.md. A place is written as ``activity[2].field[0].name.zh``,
counted from 0; of each table every member is known, of the right type and one of the words that
may stand there, or the whole profile is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from suyuan.domain.codes.schemes import NAMES as SCHEMES
from suyuan.domain.errors import Refused
from suyuan.domain.profiles.fields import PUBLIC
from suyuan.domain.profiles.members import ACTIVITIES, Members, Table, join
from suyuan.domain.profiles.profile import (
    PROFILE_IDS,
    ActivityRules,
    Clock,
    ControlPoint,
    DocumentRule,
    FieldRule,
    Mode,
    PartyKind,
    Profile,
    Stage,
    Terms,
    When,
)
from suyuan.domain.register import CATEGORIES

_TERMS = frozenset({"rule", "says", "mode", "when", "source"})


class ProfileRefused(Refused):
    """A profile cannot be used; its faults say where, what is wrong, and what would be right."""

    code = "profile_refused"


def read_profile(raw: Table, digest: str = "") -> Profile:
    """The profile that the tables of a file hold. Raises ProfileRefused with every fault."""
    reader = _Reader()
    profile = reader.profile(raw, digest)
    if reader.faults or profile is None:
        raise ProfileRefused(faults=reader.faults)
    return profile


@dataclass(slots=True)
class _Reader(Members):
    """Reads the tables. ``acts`` are the activities that stages have, ``kinds`` of party."""

    acts: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    # --- The whole ---------------------------------------------------------------------------

    def profile(self, raw: Table, digest: str) -> Profile | None:
        known = ("format", "id", "version", "mode", "name", "department", "source", "codes")
        more = ("units", "consumer", "stage", "party", "activity", "clock", "control_point")
        self.known(raw, "", (*known, *more))
        if raw.get("format") != 1:
            self.fault("profile_format", "format", value=raw.get("format"))
        stages = self.rows(raw, "", "stage", self.stage, least=1)
        self.acts = frozenset(a for stage in stages for a in stage.activities)
        parties = self.rows(raw, "", "party", self.party)
        self.kinds = frozenset(party.id for party in parties)
        self.once([party.id for party in parties], "party")
        clocks = self.rows(raw, "", "clock", self.clock)
        points = self.rows(raw, "", "control_point", self.point)
        self.once([clock.id for clock in clocks], "clock")
        self.once([point.id for point in points], "control_point")
        version = self.text(raw, "", "version")
        if "/" in version or " " in version:
            self.fault("profile_version", "version", value=version)
        return Profile(
            id=self.word(raw, "", "id", PROFILE_IDS),
            version=version,
            name=self.words(raw, "", "name"),
            department=self.words(raw, "", "department"),
            source=self.text(raw, "", "source"),
            stages=stages,
            activities=self.rows(raw, "", "activity", self.activity),
            mode=self.mode(raw, "") or Mode.ADVISE,
            parties=parties,
            codes=self.list_of(raw, "", "codes", tuple(SCHEMES)),
            units=self.units(raw),
            clocks=clocks,
            points=points,
            consumer=self.list_of(raw, "", "consumer", tuple(sorted(PUBLIC))),
            digest=digest,
        )

    def stage(self, raw: Table, at: str) -> Stage:
        self.known(raw, at, ("id", "name", "activities"))
        return Stage(
            self.text(raw, at, "id"),
            self.words(raw, at, "name"),
            self.activities(raw, at, "activities", ACTIVITIES),
        )

    def party(self, raw: Table, at: str) -> PartyKind:
        self.known(raw, at, ("id", "name"))
        return PartyKind(self.word(raw, at, "id", CATEGORIES), self.words(raw, at, "name"))

    def activity(self, raw: Table, at: str) -> ActivityRules:
        self.known(raw, at, ("on", "name", "by", "source", "field", "document"))
        return ActivityRules(
            on=self.activities(raw, at, "on", self.acts),
            name=self.words(raw, at, "name"),
            by=self.list_of(raw, at, "by", tuple(sorted(self.kinds))),
            fields=self.rows(raw, at, "field", self.field_rule),
            documents=self.rows(raw, at, "document", self.document),
            source=self.optional(raw, at, "source"),
        )

    # --- Rules -------------------------------------------------------------------------------

    def field_rule(self, raw: Table, at: str) -> FieldRule:
        self.known(raw, at, ("any_of", "name", "one_of", "required", *_TERMS))
        rule = FieldRule(
            fields=self.fields(raw, at, "any_of"),
            name=self.words(raw, at, "name"),
            one_of=self.values(raw, at, "one_of"),
            required=self.flag(raw, at, "required", default=True),
            terms=self.terms(raw, at),
        )
        if not rule.required and not rule.one_of:
            self.fault("profile_asks_nothing", join(at, "one_of"))
        return rule

    def document(self, raw: Table, at: str) -> DocumentRule:
        self.known(raw, at, ("any_of", "name", "scheme", *_TERMS))
        scheme = self.word(raw, at, "scheme", tuple(SCHEMES)) if "scheme" in raw else None
        return DocumentRule(
            types=self.texts(raw, at, "any_of"),
            name=self.words(raw, at, "name"),
            scheme=scheme or None,
            terms=self.terms(raw, at),
        )

    def clock(self, raw: Table, at: str) -> Clock:
        self.known(raw, at, ("id", "name", "on", "from", "to", "hours", *_TERMS))
        hours = self.number(raw, at, "hours")
        if hours is None:
            self.fault("profile_missing", join(at, "hours"), field="hours")
        elif hours < 0:
            self.fault("profile_limits", join(at, "hours"), value=hours)
        return Clock(
            id=self.identifier(raw, at),
            name=self.words(raw, at, "name"),
            on=self.activities(raw, at, "on", self.acts),
            from_=self.moment(raw, at, "from"),
            to=self.moment(raw, at, "to"),
            hours=hours or Decimal(0),
            terms=self.terms(raw, at),
        )

    def point(self, raw: Table, at: str) -> ControlPoint:
        self.known(raw, at, ("id", "name", "on", "unit", "least", "most", "required", *_TERMS))
        least, most = self.number(raw, at, "least"), self.number(raw, at, "most")
        if least is None and most is None:
            self.fault("profile_missing", join(at, "least"), field="least")
        if least is not None and most is not None and least > most:
            self.fault("profile_limits", join(at, "least"), value=least)
        return ControlPoint(
            id=self.identifier(raw, at),
            name=self.words(raw, at, "name"),
            on=self.activities(raw, at, "on", self.acts),
            unit=self.unit(self.text(raw, at, "unit"), join(at, "unit")),
            least=least,
            most=most,
            required=self.flag(raw, at, "required", default=False),
            terms=self.terms(raw, at),
        )

    def terms(self, raw: Table, at: str) -> Terms:
        return Terms(
            rule=self.optional(raw, at, "rule"),
            says=self.words(raw, at, "says") if "says" in raw else None,
            mode=self.mode(raw, at),
            when=self.when(raw, at),
            source=self.optional(raw, at, "source"),
        )

    def when(self, raw: Table, at: str) -> When | None:
        if "when" not in raw:
            return None
        here = join(at, "when")
        table = self.table(raw["when"], here)
        self.known(table, here, ("field", "is"))
        values = self.values(table, here, "is")
        if not values:
            self.fault("profile_missing", join(here, "is"), field="is")
        return When(self.field(self.text(table, here, "field"), join(here, "field")), values)


def parsed_number(text: str) -> Decimal:
    """A number with a point, for ``tomllib``: exactly as it is written.

    Infinity and the like become a number that is refused where it stands.
    """
    number = Decimal(text)
    return number if number.is_finite() else Decimal(10) ** 12
