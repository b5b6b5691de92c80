"""A profile out of the tables of its file, or every fault in it with its place.

The shape is that of docs/profiles.md. A place is written as ``activity[2].field[0].name.zh``,
counted from 0; of each table every member is known, of the right type and one of the words that
may stand there, or the whole profile is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from suyuan.domain.codes.schemes import NAMES as SCHEMES
from suyuan.domain.errors import Refused
from suyuan.domain.profiles.fields import PUBLIC
from suyuan.domain.profiles.members import ACTIVITIES, Members, Table, join
from suyuan.domain.profiles.profile import (
    FINDINGS,
    LOOKS,
    PROFILE_IDS,
    ActivityRules,
    Clock,
    Colour,
    ControlPoint,
    DocumentRule,
    FieldRule,
    Gate,
    GateCheck,
    Mode,
    PartyKind,
    Profile,
    RegisterRule,
    Stage,
    Terms,
    When,
)

_TERMS = frozenset({"rule", "says", "mode", "when", "source"})
_OF_DOCUMENTS = ("any_of", "days", "after")
# A certificate that is good for longer has no end worth checking at a gate.
MOST_DAYS = 3_660


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
    """Reads the tables. ``acts`` are the activities that stages have, ``kinds`` of party.

    ``rules`` are the names of the activities' rules, of clocks and of control points.
    """

    acts: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()

    # --- The whole ---------------------------------------------------------------------------

    def profile(self, raw: Table, digest: str) -> Profile | None:
        known = ("format", "id", "version", "mode", "name", "department", "source", "codes")
        more = ("units", "consumer", "stage", "party", "activity", "clock", "control_point")
        self.known(raw, "", (*known, *more, "admission"))
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
        activities = self.rows(raw, "", "activity", self.activity)
        self.rules = frozenset(_rule_names(activities, clocks, points))
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
            activities=activities,
            mode=self.mode(raw, "") or Mode.ADVISE,
            parties=parties,
            codes=self.list_of(raw, "", "codes", tuple(SCHEMES)),
            units=self.units(raw),
            clocks=clocks,
            points=points,
            consumer=self.list_of(raw, "", "consumer", tuple(sorted(PUBLIC))),
            gate=self.gate(raw),
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
        return PartyKind(self.category(raw, at, "id"), self.words(raw, at, "name"))

    def activity(self, raw: Table, at: str) -> ActivityRules:
        self.known(raw, at, ("on", "name", "by", "source", "field", "document", "register"))
        return ActivityRules(
            on=self.activities(raw, at, "on", self.acts),
            name=self.words(raw, at, "name"),
            by=self.list_of(raw, at, "by", tuple(sorted(self.kinds))),
            fields=self.rows(raw, at, "field", self.field_rule),
            documents=self.rows(raw, at, "document", self.document),
            registers=self.rows(raw, at, "register", self.register),
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

    def register(self, raw: Table, at: str) -> RegisterRule:
        self.known(raw, at, ("filed", "purchaser", "name", *_TERMS))
        filed = self.list_of(raw, at, "filed", tuple(sorted(self.kinds)))
        purchaser = self.flag(raw, at, "purchaser", default=False)
        if bool(filed) == purchaser:
            self.fault("profile_register_asks", join(at, "filed"))
        return RegisterRule(self.words(raw, at, "name"), filed, purchaser, self.terms(raw, at))

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

    # --- The gate ----------------------------------------------------------------------------

    def gate(self, raw: Table) -> Gate | None:
        if "admission" not in raw:
            return None
        at = "admission"
        table = self.table(raw[at], at)
        self.known(table, at, ("name", "on", "by", "source", "check"))
        return Gate(
            name=self.words(table, at, "name"),
            on=self.activities(table, at, "on", self.acts),
            by=self.list_of(table, at, "by", tuple(sorted(self.kinds))),
            checks=self.rows(table, at, "check", self.check, least=1),
            source=self.optional(table, at, "source"),
        )

    def check(self, raw: Table, at: str) -> GateCheck:
        of = self.word(raw, at, "of", LOOKS)
        own = {"entry": ("any_of",), "finding": ("any_of",), "document": _OF_DOCUMENTS}
        known = ("of", "colour", "name", "rule", "says", "when", "source", *own.get(of, ()))
        self.known(raw, at, known)
        colour = self.word(raw, at, "colour", (Colour.YELLOW.value, Colour.RED.value))
        return GateCheck(
            of=of,
            colour=Colour(colour) if colour in tuple(Colour) else Colour.RED,
            name=self.words(raw, at, "name") if "name" in raw or of == "document" else None,
            any_of=self.looked_for(raw, at, of) if of in own else (),
            days=self.days(raw, at) if "days" in raw else None,
            after=self.activities(raw, at, "after", ACTIVITIES) if "after" in raw else (),
            terms=self.terms(raw, at),
        )

    def looked_for(self, raw: Table, at: str, of: str) -> tuple[str, ...]:
        values = self.texts(raw, at, "any_of")
        allowed = {"entry": tuple(sorted(self.rules)), "finding": FINDINGS}.get(of)
        if allowed is not None:
            for place, value in enumerate(values):
                self.one(value, f"{join(at, 'any_of')}[{place}]", allowed)
        return values

    def days(self, raw: Table, at: str) -> int | None:
        value = raw["days"]
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_DAYS:
            return value
        self.wrong_type(join(at, "days"), f"0 至 {MOST_DAYS} 的整数", f"0 to {MOST_DAYS} days")
        return None

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


def _rule_names(
    activities: Iterable[ActivityRules], clocks: Iterable[Clock], points: Iterable[ControlPoint]
) -> Iterator[str]:
    """What rules are called, as ``suyuan.domain.profiles.rules`` calls them."""
    yield from ("activity", "code", "party", "unit")
    for asked in activities:
        yield from (rule.terms.rule or rule.fields[0] for rule in asked.fields)
        yield from (rule.terms.rule or f"document.{rule.types[0]}" for rule in asked.documents)
    yield from (clock.terms.rule or f"clock.{clock.id}" for clock in clocks)
    yield from (point.terms.rule or f"control_point.{point.id}" for point in points)


def parsed_number(text: str) -> Decimal:
    """A number with a point, for ``tomllib``: exactly as it is written.

    Infinity and the like become a number that is refused where it stands.
    """
    number = Decimal(text)
    return number if number.is_finite() else Decimal(10) ** 12
