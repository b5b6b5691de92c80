"""Profiles written as TOML, and a small one to change."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from suyuan.domain.profiles.profile import (
    ActivityRules,
    Clock,
    ControlPoint,
    DocumentRule,
    FieldRule,
    Gate,
    GateCheck,
    Profile,
    RegisterRule,
    Terms,
    Words,
)

SMALL = """format = 1
id = "meat"
version = "1"
name = { zh = "肉菜", en = "Meat" }
department = { zh = "商务局", en = "Commerce Bureau" }
source = "a test"
codes = ["meat_batch", "private", "gtin_lot"]
units = ["KGM"]

[[stage]]
id = "market"
name = { zh = "市场", en = "market" }
activities = ["wholesale.entry", "production.harvest"]

[[activity]]
on = ["wholesale.entry"]
name = { zh = "进场", en = "an entry" }
field = [{ any_of = ["product.name"], name = { zh = "名称", en = "name" } }]
document = [{ any_of = ["quarantine_certificate"], name = { zh = "检疫证", en = "certificate" } }]
"""


def written(value: Any) -> str:
    """A value in TOML, all of it on one line."""
    match value:
        case dict():
            return (
                "{ " + ", ".join(f"{json.dumps(k)} = {written(v)}" for k, v in value.items()) + " }"
            )
        case list() | tuple():
            return "[" + ", ".join(map(written, value)) + "]"
        case Decimal():
            text = f"{value:f}"
            return text if "." in text else f"{text}.0"
        case str():
            return json.dumps(str(value), ensure_ascii=False)
    return json.dumps(value)


def file_of(profile: Profile) -> bytes:
    """A profile as the file that it could have been read from."""
    tables = _pruned(
        {
            "format": 1,
            "id": profile.id,
            "version": profile.version,
            "mode": profile.mode.value,
            "name": _words(profile.name),
            "department": _words(profile.department),
            "source": profile.source,
            "codes": profile.codes,
            "units": profile.units,
            "consumer": profile.consumer,
            "stage": [
                {"id": s.id, "name": _words(s.name), "activities": s.activities}
                for s in profile.stages
            ],
            "party": [{"id": p.id, "name": _words(p.name)} for p in profile.parties],
            "activity": [_activity(asked) for asked in profile.activities],
            "clock": [_clock(clock) for clock in profile.clocks],
            "control_point": [_point(point) for point in profile.points],
            "admission": profile.gate and _gate(profile.gate),
        }
    )
    return "\n".join(f"{name} = {written(value)}" for name, value in tables.items()).encode()


def _activity(asked: ActivityRules) -> dict[str, Any]:
    return _pruned(
        {
            "on": asked.on,
            "name": _words(asked.name),
            "by": asked.by,
            "source": asked.source,
            "field": [_field(rule) for rule in asked.fields],
            "document": [_document(rule) for rule in asked.documents],
            "register": [_register(rule) for rule in asked.registers],
        }
    )


def _gate(gate: Gate) -> dict[str, Any]:
    told = {"name": _words(gate.name), "on": gate.on, "by": gate.by, "source": gate.source}
    return _pruned({**told, "check": [_check(check) for check in gate.checks]})


def _check(check: GateCheck) -> dict[str, Any]:
    name = check.name and _words(check.name)
    told = {"of": check.of, "colour": check.colour.value, "name": name, "any_of": check.any_of}
    return _pruned({**told, "days": check.days, "after": check.after, **_terms(check.terms)})


def _register(rule: RegisterRule) -> dict[str, Any]:
    told = {"name": _words(rule.name), "filed": rule.filed}
    more = {"purchaser": True} if rule.purchaser else {}
    return _pruned({**told, **more, **_terms(rule.terms)})


def _field(rule: FieldRule) -> dict[str, Any]:
    more = {} if rule.required else {"required": False}
    told = {"any_of": rule.fields, "name": _words(rule.name), "one_of": rule.one_of, **more}
    return _pruned({**told, **_terms(rule.terms)})


def _document(rule: DocumentRule) -> dict[str, Any]:
    told = {"any_of": rule.types, "name": _words(rule.name), "scheme": rule.scheme}
    return _pruned({**told, **_terms(rule.terms)})


def _clock(clock: Clock) -> dict[str, Any]:
    told = {"id": clock.id, "name": _words(clock.name), "on": clock.on, "from": clock.from_}
    return _pruned({**told, "to": clock.to, "hours": clock.hours, **_terms(clock.terms)})


def _point(point: ControlPoint) -> dict[str, Any]:
    told = {"id": point.id, "name": _words(point.name), "on": point.on, "unit": point.unit}
    limits = {"least": point.least, "most": point.most}
    more = {"required": True} if point.required else {}
    return _pruned({**told, **limits, **more, **_terms(point.terms)})


def _terms(terms: Terms) -> dict[str, Any]:
    when = terms.when and {"field": terms.when.field, "is": terms.when.is_}
    says = terms.says and _words(terms.says)
    mode = terms.mode and terms.mode.value
    return {"rule": terms.rule, "says": says, "mode": mode, "when": when, "source": terms.source}


def _words(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _pruned(table: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in table.items() if v is not None and v not in ((), [])}
