"""A profile out of the tables of its file, or every fault in it with its place.

The shape is that of docs/profiles.md. A place is written as ``activity[2].field[0].name.zh``,
counted from 0; of each table every member is known, of the right type and one of the words that
may stand there, or the whole profile is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar, cast

from suyuan.domain import units
from suyuan.domain.activities import KINDS
from suyuan.domain.codes.schemes import NAMES as SCHEMES
from suyuan.domain.errors import Fault, Refused
from suyuan.domain.profiles.fields import EXTRA, GETTERS, MOMENTS, PUBLIC
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
    Value,
    When,
    Words,
)
from suyuan.domain.register import CATEGORIES

T = TypeVar("T")
Table = Mapping[str, Any]

# Long enough for a sentence, short enough for a problem document.
TEXT_LIMIT = 300
# A profile with more rows than this is not read by anybody.
ROWS_LIMIT = 200
FAULTS_LIMIT = 100

_ACTIVITIES = frozenset(f"{kind}.{name}" for kind, names in KINDS.items() for name in names)
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
class _Reader:
    """Reads tables. What is wrong is noted, and something harmless stands in its place."""

    faults: list[Fault] = field(default_factory=list)
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
            self.activities(raw, at, "activities", _ACTIVITIES),
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
            self.fault("profile_asks_nothing", _join(at, "one_of"))
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
            self.fault("profile_missing", _join(at, "hours"), field="hours")
        elif hours < 0:
            self.fault("profile_limits", _join(at, "hours"), value=hours)
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
            self.fault("profile_missing", _join(at, "least"), field="least")
        if least is not None and most is not None and least > most:
            self.fault("profile_limits", _join(at, "least"), value=least)
        return ControlPoint(
            id=self.identifier(raw, at),
            name=self.words(raw, at, "name"),
            on=self.activities(raw, at, "on", self.acts),
            unit=self.unit(self.text(raw, at, "unit"), _join(at, "unit")),
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
        here = _join(at, "when")
        table = self.table(raw["when"], here)
        self.known(table, here, ("field", "is"))
        values = self.values(table, here, "is")
        if not values:
            self.fault("profile_missing", _join(here, "is"), field="is")
        return When(self.field(self.text(table, here, "field"), _join(here, "field")), values)

    # --- Members -----------------------------------------------------------------------------

    def fault(self, code: str, at: str, **params: Any) -> None:
        if len(self.faults) < FAULTS_LIMIT:
            self.faults.append(Fault(code, at, params))

    def wrong_type(self, at: str, zh: str, en: str) -> None:
        self.fault("profile_type", at, expected={"zh": zh, "en": en})

    def known(self, raw: Table, at: str, names: tuple[str, ...]) -> None:
        for name in raw:
            if name not in names:
                close = get_close_matches(name, names, 1, 0.4)
                closest = close[0] if close else names[0]
                params = {"field": name, "closest": closest, "allowed": list(names)}
                self.fault("profile_unknown_field", _join(at, name), **params)

    def table(self, value: Any, at: str) -> Table:
        if isinstance(value, dict):
            return value
        self.wrong_type(at, "表（table）", "a table")
        return {}

    def rows(
        self, raw: Table, at: str, name: str, read: Callable[[Table, str], T], least: int = 0
    ) -> tuple[T, ...]:
        value = self.array(raw, at, name)
        if len(value) < least:
            self.fault("profile_missing", _join(at, name), field=name)
        return tuple(
            read(self.table(row, here), here)
            for here, row in ((f"{_join(at, name)}[{n}]", row) for n, row in enumerate(value))
        )

    def array(self, raw: Table, at: str, name: str) -> list[Any]:
        value = raw.get(name, [])
        if not isinstance(value, list) or len(value) > ROWS_LIMIT:
            many = f"最多 {ROWS_LIMIT} 项的数组", f"an array of at most {ROWS_LIMIT} entries"
            self.wrong_type(_join(at, name), *many)
            return []
        return value

    def text(self, raw: Table, at: str, name: str) -> str:
        if name not in raw:
            self.fault("profile_missing", _join(at, name), field=name)
            return ""
        return self.text_of(raw[name], _join(at, name))

    def text_of(self, value: Any, at: str) -> str:
        if isinstance(value, str) and 0 < len(value) <= TEXT_LIMIT and value.isprintable():
            return value
        self.wrong_type(
            at, f"1 至 {TEXT_LIMIT} 个字符的文本", f"a text of 1 to {TEXT_LIMIT} characters"
        )
        return ""

    def optional(self, raw: Table, at: str, name: str) -> str | None:
        return self.text(raw, at, name) if name in raw else None

    def identifier(self, raw: Table, at: str) -> str:
        value = self.text(raw, at, "id")
        if value and not EXTRA.fullmatch(f"extra.{value}"):
            self.fault("profile_identifier", _join(at, "id"), value=value)
        return value

    def words(self, raw: Table, at: str, name: str) -> Words:
        here = _join(at, name)
        if name not in raw:
            self.fault("profile_missing", here, field=name)
            return Words("", "")
        table = self.table(raw[name], here)
        self.known(table, here, ("zh", "en"))
        return Words(self.text(table, here, "zh"), self.text(table, here, "en"))

    def texts(self, raw: Table, at: str, name: str) -> tuple[str, ...]:
        values = self.array(raw, at, name)
        if not values:
            self.fault("profile_missing", _join(at, name), field=name)
            return ("",)
        return tuple(self.text_of(v, f"{_join(at, name)}[{n}]") for n, v in enumerate(values))

    def word(self, raw: Table, at: str, name: str, allowed: tuple[str, ...]) -> str:
        return self.one(self.text(raw, at, name), _join(at, name), allowed)

    def one(self, value: str, at: str, allowed: tuple[str, ...]) -> str:
        if value and value not in allowed:
            close = get_close_matches(value, allowed, 3, 0.4) or list(allowed)
            self.fault("profile_unknown_word", at, value=value, allowed=close)
        return value

    def list_of(self, raw: Table, at: str, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        if name not in raw:
            return ()
        here = _join(at, name)
        values = self.texts(raw, at, name)
        return tuple(self.one(v, f"{here}[{n}]", allowed) for n, v in enumerate(values))

    def activities(
        self, raw: Table, at: str, name: str, allowed: frozenset[str]
    ) -> tuple[str, ...]:
        """Activities; outside the stages only those that a stage has."""
        values = self.texts(raw, at, name)
        for place, value in enumerate(values):
            here = f"{_join(at, name)}[{place}]"
            if value and value not in _ACTIVITIES:
                close = get_close_matches(value, sorted(_ACTIVITIES), 3, 0.4)
                self.fault("profile_unknown_activity", here, value=value, allowed=close)
            elif value and value not in allowed:
                self.fault("profile_activity_without_stage", here, value=value)
        return values

    def units(self, raw: Table) -> tuple[str, ...]:
        values = self.texts(raw, "", "units") if "units" in raw else ()
        return tuple(self.unit(value, f"units[{n}]") for n, value in enumerate(values))

    def unit(self, value: str, at: str) -> str:
        if value and value not in units.UNITS:
            self.fault("profile_unknown_word", at, value=value, allowed=["KGM", "LTR", "C62"])
        return value

    def fields(self, raw: Table, at: str, name: str) -> tuple[str, ...]:
        here = _join(at, name)
        values = self.texts(raw, at, name)
        return tuple(self.field(v, f"{here}[{n}]") for n, v in enumerate(values))

    def field(self, value: str, at: str) -> str:
        if value and value not in GETTERS and not EXTRA.fullmatch(value):
            close = get_close_matches(value, sorted(GETTERS), 3, 0.4)
            self.fault("profile_unknown_word", at, value=value, allowed=[*close, "extra.…"])
            return "place"
        return value

    def moment(self, raw: Table, at: str, name: str) -> str:
        value = self.text(raw, at, name)
        if value and value not in MOMENTS and not EXTRA.fullmatch(value):
            allowed = [*MOMENTS, "extra.…"]
            self.fault("profile_unknown_word", _join(at, name), value=value, allowed=allowed)
            return "time"
        return value

    def values(self, raw: Table, at: str, name: str) -> tuple[Value, ...]:
        values = self.array(raw, at, name)
        for place, value in enumerate(values):
            if not isinstance(value, str | bool | int | Decimal):
                here = f"{_join(at, name)}[{place}]"
                self.wrong_type(here, "文本、数字或真假值", "a text, a number, true or false")
        return tuple(cast("list[Value]", values))

    def number(self, raw: Table, at: str, name: str) -> Decimal | None:
        value = raw.get(name)
        if value is None:
            return None
        right = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if right and abs(Decimal(value)) < 10**12:
            return Decimal(value)
        self.wrong_type(_join(at, name), "数字", "a number")
        return None

    def flag(self, raw: Table, at: str, name: str, *, default: bool) -> bool:
        value = raw.get(name, default)
        if not isinstance(value, bool):
            self.wrong_type(_join(at, name), "true 或 false", "true or false")
            return default
        return value

    def mode(self, raw: Table, at: str) -> Mode | None:
        if "mode" not in raw:
            return None
        value = self.word(raw, at, "mode", tuple(Mode))
        return Mode(value) if value in tuple(Mode) else None

    def once(self, ids: list[str], name: str) -> None:
        for value in {i for i in ids if ids.count(i) > 1}:
            self.fault("profile_repeated", name, value=value)


def parsed_number(text: str) -> Decimal:
    """A number with a point, for ``tomllib``: exactly as it is written.

    Infinity and the like become a number that is refused where it stands.
    """
    number = Decimal(text)
    return number if number.is_finite() else Decimal(10) ** 12


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
