"""The rules of a profile, each compiled to a function that looks at one event.

A rule gives a breach or ``None``. What it says is put together once where it does not depend on
the event, and what it reads of an event is bound beforehand: a batch asks by the thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from suyuan.domain.breaches import Breach
from suyuan.domain.codes.recognition import candidates
from suyuan.domain.codes.schemes import NAMES as SCHEMES
from suyuan.domain.errors import CodeError
from suyuan.domain.events import Event
from suyuan.domain.profiles.fields import getter, moment, pointer
from suyuan.domain.profiles.profile import (
    ActivityRules,
    Clock,
    ControlPoint,
    DocumentRule,
    FieldRule,
    Mode,
    Profile,
    Terms,
    Value,
    Words,
)
from suyuan.domain.profiles.wording import Own, told

# A number of more digits than this is as it was written: in full it could fill the memory.
_DIGITS = 25

Rule = Callable[[Event], Breach | None]


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the breaches of one rule: in its own words where the profile has some."""

    profile: Profile
    terms: Terms
    name: str

    def breach(self, at: str, words: Words) -> Breach:
        said = self.terms.says or words
        rule = self.terms.rule or self.name
        enforced = (self.terms.mode or self.profile.mode) is Mode.ENFORCE
        return Breach(rule, at, said.zh, said.en, self.profile.label, enforced)

    def where(self, rule: Rule) -> Rule:
        """The rule under its condition, if it has one."""
        when = self.terms.when
        if when is None:
            return rule
        get, wanted = getter(when.field), frozenset(map(plain, when.is_))

        def conditional(event: Event) -> Breach | None:
            return rule(event) if plain(get(event)) in wanted else None

        return conditional


def plain(value: Any) -> str:
    """A value as it is compared: spreadsheets say true, and 12.50, in letters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal) and abs(value.adjusted()) < _DIGITS:
        return f"{value.normalize():f}"
    return str(value)


def field_rule(profile: Profile, activity: ActivityRules, asked: FieldRule) -> Iterator[Rule]:
    """What a field rule asks: that one of its fields is stated, and with one of the values."""
    maker = Maker(profile, asked.terms, asked.fields[0])
    gets = [(getter(field), field) for field in asked.fields]
    if asked.required:
        first = asked.fields[0]
        missing = maker.breach(pointer(first), _missing(activity, asked))
        yield maker.where(_any_stated([get for get, _ in gets], missing))
    if asked.one_of:
        yield maker.where(_one_of(maker, asked, gets))


def _missing(activity: ActivityRules, asked: FieldRule) -> Words:
    fields = Own(" / ".join(asked.fields))
    return told(
        "missing",
        {"act": Own(activity.name.zh), "name": Own(asked.name.zh), "field": fields},
        {"act": Own(activity.name.en), "name": Own(asked.name.en), "field": fields},
    )


def _any_stated(gets: list[Callable[[Event], Any]], missing: Breach) -> Rule:
    if len(gets) == 1:
        (get,) = gets

        def stated(event: Event) -> Breach | None:
            value = get(event)
            return missing if value is None or value == "" else None

        return stated

    def any_stated(event: Event) -> Breach | None:
        return missing if all(get(event) in (None, "") for get in gets) else None

    return any_stated


def _one_of(maker: Maker, asked: FieldRule, gets: list[tuple[Callable[[Event], Any], str]]) -> Rule:
    allowed = frozenset(map(plain, asked.one_of))
    names = Own(_listed(asked.one_of))

    def one_of(event: Event) -> Breach | None:
        for get, field in gets:
            value = get(event)
            if value is not None and value != "" and plain(value) not in allowed:
                told_of = {"field": Own(field), "value": value, "allowed": names}
                words = told(
                    "value",
                    {"name": Own(asked.name.zh), **told_of},
                    {"name": Own(asked.name.en), **told_of},
                )
                return maker.breach(pointer(field), words)
        return None

    return one_of


def document_rule(profile: Profile, activity: ActivityRules, asked: DocumentRule) -> Iterator[Rule]:
    """That a document of one of the types is named with its number, and the number's form."""
    maker = Maker(profile, asked.terms, f"document.{asked.types[0]}")
    types = frozenset(asked.types)
    fields = Own(" / ".join(asked.types))
    missing = maker.breach(
        "/documents",
        told(
            "document",
            {"act": Own(activity.name.zh), "name": Own(asked.name.zh), "field": fields},
            {"act": Own(activity.name.en), "name": Own(asked.name.en), "field": fields},
        ),
    )

    def named(event: Event) -> Breach | None:
        for document in event.documents:
            if document.type in types and document.number is not None:
                return None
        return missing

    yield maker.where(named)
    if asked.scheme is not None:
        yield maker.where(_numbered(maker, asked, asked.scheme))


def _numbered(maker: Maker, asked: DocumentRule, scheme: str) -> Rule:
    types = frozenset(asked.types)
    zh, en = SCHEMES[scheme]

    def numbered(event: Event) -> Breach | None:
        for place, document in enumerate(event.documents):
            number = document.number
            if document.type in types and number is not None and not is_of(number, {scheme}):
                words = told(
                    "number",
                    {"name": Own(asked.name.zh), "value": number, "scheme": Own(zh)},
                    {"name": Own(asked.name.en), "value": number, "scheme": Own(en)},
                )
                return maker.breach(f"/documents/{place}/number", words)
        return None

    return numbered


def is_of(text: str, schemes: set[str] | frozenset[str]) -> bool:
    """Whether a text has a valid reading by one of the schemes."""
    try:
        return any(found.valid and found.scheme in schemes for found in candidates(text))
    except CodeError:
        return False


def clock_rule(profile: Profile, clock: Clock) -> Rule:
    """That one moment of an event comes soon enough after another that it states."""
    maker = Maker(profile, clock.terms, f"clock.{clock.id}")
    since, until = moment(clock.from_), moment(clock.to)
    allowed = timedelta(hours=float(clock.hours))
    at = pointer(clock.to)

    def in_time(event: Event) -> Breach | None:
        try:
            began, came = since(event), until(event)
        except ValueError:
            field = clock.from_ if clock.from_ != "time" else clock.to
            value = {"value": getter(field)(event)}
            return maker.breach(pointer(field), told("moment", {**value}, {**value}))
        if began is None or came is None or came - began <= allowed:
            return None
        took = f"{(came - began).total_seconds() / 3600:.1f}"
        hours: dict[str, object] = {"hours": plain(clock.hours), "value": took}
        words = told(
            "clock", {"name": Own(clock.name.zh), **hours}, {"name": Own(clock.name.en), **hours}
        )
        return maker.breach(at, words)

    return maker.where(in_time)


def point_rule(profile: Profile, point: ControlPoint) -> Rule:
    """That the reading of a control point is a number within its limits."""
    maker = Maker(profile, point.terms, f"control_point.{point.id}")
    field = f"extra.{point.id}"
    get, at, allowed = getter(field), pointer(field), Own(limits(point))
    missing = None
    if point.required:
        zh: dict[str, object] = {"act": Own("本环节"), "name": Own(point.name.zh)}
        en: dict[str, object] = {"act": Own("this step"), "name": Own(point.name.en)}
        named = {"field": Own(field)}
        missing = maker.breach(at, told("missing", {**zh, **named}, {**en, **named}))

    def told_of(template: str, value: Any) -> Breach:
        more = {"value": value, "unit": Own(point.unit), "field": Own(field), "allowed": allowed}
        words = told(
            template, {"name": Own(point.name.zh), **more}, {"name": Own(point.name.en), **more}
        )
        return maker.breach(at, words)

    def within(event: Event) -> Breach | None:
        value = get(event)
        if value is None or value == "":
            return missing
        number = _number(value)
        if number is None:
            return told_of("number_malformed", value)
        low = point.least is not None and number < point.least
        high = point.most is not None and number > point.most
        return told_of("limits", value) if low or high else None

    return maker.where(within)


def limits(point: ControlPoint) -> str:
    """The limits of a control point as people write them: ``≥ 70``, ``2–8``."""
    least, most = point.least, point.most
    if least is not None and most is not None:
        return f"{plain(least)}–{plain(most)}"
    return f"≥ {plain(least)}" if least is not None else f"≤ {plain(most)}"


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _listed(values: tuple[Value, ...]) -> str:
    return ", ".join(plain(value) for value in values)
