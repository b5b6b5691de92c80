"""Every rule of every shipped profile can be kept, and can be broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from suyuan.domain.activities import SECTORS
from suyuan.domain.events import Event, Item
from suyuan.domain.policy import PUBLIC_DOCUMENTS
from suyuan.domain.profiles.checking import Checker, activities
from suyuan.domain.profiles.fields import RECORD_TIME
from suyuan.domain.profiles.profile import (
    PROFILE_IDS,
    Clock,
    ControlPoint,
    DocumentRule,
    FieldRule,
    Mode,
    Profile,
    Terms,
)
from suyuan.wire.profiles import shipped
from tests.domain.profiles.events import CODES, TIME, documented, event, stating

PROFILES = shipped()
GOOD_NUMBERS = {"customs_declaration": "370120261000012345", "liquor_slip": "350000012345"}
MOMENT = "2026-03-01T08:00:00+08:00"

Rule = FieldRule | DocumentRule | Clock | ControlPoint


def rules(profile: Profile) -> Iterator[tuple[str, Rule]]:
    """Every rule with every activity that it holds for."""
    for asked in profile.activities:
        for activity in asked.on:
            for rule in (*asked.fields, *asked.documents):
                yield activity, rule
    for timed in (*profile.clocks, *profile.points):
        for activity in timed.on:
            if not (isinstance(timed, Clock) and timed.to == RECORD_TIME):
                yield activity, timed


RULES = [
    pytest.param(profile, activity, rule, id=f"{profile.id}-{activity}-{name_of}")
    for profile in PROFILES.values()
    for activity, rule in rules(profile)
    for name_of in [rule.terms.rule or getattr(rule, "id", "") or rule.name.en]  # type: ignore[union-attr]
]


def kept(told: Event, rule: Rule) -> Event:
    """The event as the rule wants it."""
    told = _under(told, rule.terms)
    match rule:
        case FieldRule():
            return stating(told, rule.fields[0], rule.one_of[0] if rule.one_of else "x")
        case DocumentRule():
            return documented(told, rule.types, GOOD_NUMBERS.get(rule.scheme or "", "N1"))
        case ControlPoint():
            value = rule.least if rule.least is not None else rule.most
            return stating(told, f"extra.{rule.id}", str(value))
    return _timed(told, rule, timedelta(0))


def broken(told: Event, rule: Rule) -> Iterator[Event]:
    """Events that the rule does not allow, in every way that it knows."""
    told = _under(told, rule.terms)
    match rule:
        case FieldRule():
            if rule.required:
                yield _stating_none(told, rule.fields)
            if rule.one_of:
                yield stating(told, rule.fields[0], "no such value")
        case DocumentRule():
            yield documented(told, rule.types, None)
            if rule.scheme:
                yield documented(told, rule.types, "not-a-number")
        case ControlPoint():
            if rule.least is not None:
                yield stating(told, f"extra.{rule.id}", str(rule.least - Decimal("0.1")))
            if rule.most is not None:
                yield stating(told, f"extra.{rule.id}", str(rule.most + Decimal("0.1")))
            yield stating(told, f"extra.{rule.id}", "warm")
        case Clock():
            yield _timed(told, rule, timedelta(hours=float(rule.hours) + 48))


def _under(told: Event, terms: Terms) -> Event:
    return told if terms.when is None else stating(told, terms.when.field, terms.when.is_[0])


def _stating_none(told: Event, fields: tuple[str, ...]) -> Event:
    for field in fields:
        told = stating(told, field, None)
    return told


def _timed(told: Event, clock: Clock, later: timedelta) -> Event:
    """The clock's first moment, and its second so much later."""
    if clock.to.startswith("extra."):
        return stating(told, clock.to, (TIME + later).isoformat())
    value: Any = MOMENT if clock.from_.startswith("extra.") else "x"
    return replace(stating(told, clock.from_, value), time=TIME - timedelta(hours=12) + later)


def name_of(rule: Rule) -> str:
    if rule.terms.rule:
        return rule.terms.rule
    match rule:
        case FieldRule():
            return rule.fields[0]
        case DocumentRule():
            return f"document.{rule.types[0]}"
        case ControlPoint():
            return f"control_point.{rule.id}"
    return f"clock.{rule.id}"


@pytest.mark.parametrize(("profile", "activity", "rule"), RULES)
def test_a_rule_can_be_kept_and_broken(profile: Profile, activity: str, rule: Rule) -> None:
    checker, name = Checker(profile), name_of(rule)
    assert name not in {b.rule for b in checker.check(kept(event(activity), rule))}
    for number, _ in enumerate(broken(event(activity), rule)):
        found = [
            breach
            for code in CODES  # what a code says need not be said again
            for breach in checker.check([*broken(event(activity, code), rule)][number])
            if breach.rule == name
        ]
        assert found, number
        assert found[0].pointer.startswith("/")
        assert found[0].zh != found[0].en
        assert found[0].profile == profile.label
        assert not found[0].enforced


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda one: one.id)
def test_an_event_can_keep_all_rules_at_once(profile: Profile) -> None:
    checker = Checker(profile)
    codes = [c for c in CODES if not profile.codes or c.scheme in profile.codes]
    for activity in activities(profile):
        told = event(activity, codes[0])
        told = replace(told, items=(Item(codes[0]),))
        for _, rule in ((a, r) for a, r in rules(profile) if a == activity):
            if not isinstance(rule, Clock):
                told = kept(told, rule)
        assert checker.check(told) == (), activity


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda one: one.id)
def test_what_is_shipped_advises_and_says_where_it_is_from(profile: Profile) -> None:
    assert profile.mode is Mode.ADVISE
    assert all(r.terms.mode is None for _, r in rules(profile))
    assert "二(" in profile.source
    assert all(asked.source for asked in profile.activities)
    assert all(timed.terms.source for timed in (*profile.clocks, *profile.points))
    assert profile.name.zh != profile.name.en
    assert "documents" not in profile.consumer or PUBLIC_DOCUMENTS


def test_there_is_a_profile_for_each_sector_and_one_for_enterprises() -> None:
    assert set(PROFILES) == {*SECTORS, "enterprise"} == set(PROFILE_IDS)
    assert {"food", "drugs"} <= {name for name, one in PROFILES.items() if one.clocks}
    assert PROFILES["enterprise"].points
