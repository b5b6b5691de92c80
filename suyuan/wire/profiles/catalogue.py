"""``GET /v1/catalogue``: the profiles in force as data, for whoever writes to a sector.

Generated from the profiles, so that what is published is what is checked. Plan 二(四): data
elements, transfer formats, interfaces and code rules, by sector.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

import msgspec

from suyuan.domain.codes.schemes import NAMES as SCHEMES
from suyuan.domain.profiles.checking import activities
from suyuan.domain.profiles.fields import PUBLIC, pointer
from suyuan.domain.profiles.profile import (
    ActivityRules,
    Clock,
    ControlPoint,
    Gate,
    GateCheck,
    Profile,
    Terms,
    Words,
)
from suyuan.domain.units import UNITS

Json = dict[str, Any]

# What is the same for every sector: the forms in which a report may be sent, and where to.
FORMATS: list[Json] = [
    {
        "name": {"zh": "城市格式 JSON", "en": "city form, JSON"},
        "media_types": ["application/json", "application/x-ndjson"],
        "standard": None,
    },
    {
        "name": {"zh": "EPCIS 2.0 JSON-LD", "en": "EPCIS 2.0 JSON-LD"},
        "media_types": ["application/ld+json"],
        "standard": "ISO/IEC 19987:2024, EPCIS 2.0; CBV 2.0",
    },
    {
        "name": {"zh": "表格", "en": "spreadsheet"},
        "media_types": [
            "text/csv",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ],
        "standard": None,
    },
]
INTERFACES: list[Json] = [
    {
        "method": "POST",
        "path": "/v1/events",
        "name": {"zh": "上报事件", "en": "report events"},
    },
    {
        "method": "POST",
        "path": "/v1/files",
        "name": {"zh": "上报表格文件", "en": "report by file"},
    },
    {
        "method": "GET",
        "path": "/v1/files/template.csv",
        "name": {"zh": "表格模板", "en": "template of a file"},
    },
    {
        "method": "POST",
        "path": "/v1/admissions",
        "name": {"zh": "进场准入", "en": "may a load enter"},
    },
    {
        "method": "GET",
        "path": "/v1/chains/{code}",
        "name": {"zh": "追溯链", "en": "a chain"},
    },
    {
        "method": "GET",
        "path": "/v1/codes/{text}",
        "name": {"zh": "识别编码", "en": "what a code is"},
    },
]


def write_catalogue(profiles: Mapping[str, Profile]) -> Json:
    """The catalogue of all sectors; ``version`` changes when any of them does."""
    labels = " ".join(profile.label for profile in profiles.values())
    return {
        "version": sha256(labels.encode()).hexdigest()[:12],
        "formats": FORMATS,
        "interfaces": INTERFACES,
        "sectors": [write_sector(profile) for profile in profiles.values()],
    }


def write_sector(profile: Profile) -> Json:
    """One sector: data elements, code rules, units, and what each activity must state."""
    return {
        "id": profile.id,
        "version": profile.version,
        "digest": profile.digest,
        "mode": profile.mode.value,
        "name": asdict(profile.name),
        "department": asdict(profile.department),
        "source": profile.source,
        "stages": [asdict(stage) for stage in profile.stages],
        "parties": [asdict(party) for party in profile.parties],
        "activities": [_activity(profile, name) for name in activities(profile)],
        "data_elements": list(_elements(profile)),
        "codes": [_scheme(scheme) for scheme in profile.codes],
        "units": [{"code": code, "name": UNITS[code].name} for code in profile.units],
        "clocks": [_clock(clock) for clock in profile.clocks],
        "control_points": [_point(point) for point in profile.points],
        "consumer": list(profile.consumer),
        "admission": _gate(profile.gate),
    }


def _activity(profile: Profile, name: str) -> Json:
    """What one activity must state, by all the rules that are about it."""
    kind, _, activity = name.partition(".")
    asked = [one for one in profile.activities if name in one.on]
    return {
        "kind": kind,
        "activity": activity,
        "names": [asdict(one.name) for one in asked],
        "by": list(dict.fromkeys(by for one in asked for by in one.by)),
        "fields": [field for one in asked for field in _fields(one)],
        "documents": [document for one in asked for document in _documents(one)],
        "registers": [rule for one in asked for rule in _registers(one)],
        "sources": [one.source for one in asked if one.source],
    }


def _fields(asked: ActivityRules) -> Iterator[Json]:
    for rule in asked.fields:
        yield {
            "any_of": [{"field": field, "pointer": pointer(field)} for field in rule.fields],
            "name": asdict(rule.name),
            "required": rule.required,
            "one_of": list(rule.one_of),
            **_terms(rule.terms, rule.fields[0]),
        }


def _documents(asked: ActivityRules) -> Iterator[Json]:
    for rule in asked.documents:
        yield {
            "any_of": list(rule.types),
            "name": asdict(rule.name),
            "number": None if rule.scheme is None else _scheme(rule.scheme),
            **_terms(rule.terms, f"document.{rule.types[0]}"),
        }


def _registers(asked: ActivityRules) -> Iterator[Json]:
    for rule in asked.registers:
        first = rule.filed[0] if rule.filed else "purchaser"
        yield {
            "filed": list(rule.filed),
            "purchaser": rule.purchaser,
            "name": asdict(rule.name),
            **_terms(rule.terms, f"register.{first}"),
        }


def _gate(gate: Gate | None) -> Json | None:
    """What is looked at where a load arrives; ``None`` in a sector without a gate."""
    if gate is None:
        return None
    return {
        "name": asdict(gate.name),
        "on": list(gate.on),
        "by": list(gate.by),
        "checks": [_check(check) for check in gate.checks],
        "source": gate.source,
    }


def _check(check: GateCheck) -> Json:
    terms = _terms(check.terms, check.of)
    del terms["mode"]  # a gate has a colour
    return {
        "of": check.of,
        "colour": check.colour.value,
        "name": None if check.name is None else asdict(check.name),
        "any_of": list(check.any_of),
        "days": check.days,
        "after": list(check.after),
        **terms,
    }


def _terms(terms: Terms, name: str) -> Json:
    when = terms.when
    return {
        "rule": terms.rule or name,
        "when": None if when is None else {"field": when.field, "is": list(when.is_)},
        "says": None if terms.says is None else asdict(terms.says),
        "mode": None if terms.mode is None else terms.mode.value,
        "source": terms.source,
    }


def _elements(profile: Profile) -> Iterator[Json]:
    """Every fact that a rule of the sector speaks of, once, with its place in the city form."""
    named: dict[str, Words] = {}
    for asked in profile.activities:
        for rule in asked.fields:
            for field in rule.fields:
                if field not in named or rule.fields[0] == field:
                    named[field] = rule.name
    named |= {f"extra.{point.id}": point.name for point in profile.points}
    for field, words in named.items():
        yield {
            "field": field,
            "pointer": pointer(field),
            "name": asdict(words),
            "public": field in PUBLIC,
        }


def _scheme(scheme: str) -> Json:
    zh, en = SCHEMES[scheme]
    return {"scheme": scheme, "name": {"zh": zh, "en": en}}


def _clock(clock: Clock) -> Json:
    told = asdict(clock)
    return {
        "id": clock.id,
        "name": told["name"],
        "on": list(clock.on),
        "from": clock.from_,
        "to": clock.to,
        "hours": clock.hours,
        **_terms(clock.terms, f"clock.{clock.id}"),
    }


def _point(point: ControlPoint) -> Json:
    return {
        "id": point.id,
        "field": f"extra.{point.id}",
        "name": asdict(point.name),
        "on": list(point.on),
        "unit": point.unit,
        "least": point.least,
        "most": point.most,
        "required": point.required,
        **_terms(point.terms, f"control_point.{point.id}"),
    }


def encode_catalogue(value: Json) -> bytes:
    """The JSON text. Limits are numbers with the digits of the file."""
    return msgspec.json.Encoder(decimal_format="number").encode(value)
