"""The sentences that say what an event lacks, in the sector's own words."""

from __future__ import annotations

from suyuan.domain.profiles.profile import Words

# A value that a stranger sent is quoted so far: enough to find it.
_QUOTED = 60


# By what is wrong: (Chinese, English). ``{name}`` and ``{act}`` are the profile's own words.
TEMPLATES: dict[str, tuple[str, str]] = {
    "activity": (
        "{sector}没有“{value}”这一环节；可用：{allowed}。",
        "{sector} knows no {value}; it has {allowed}.",
    ),
    "code": (
        "{sector}不使用编码“{value}”的编码体系（{scheme}）；可用：{allowed}。",
        'The code "{value}" is of a scheme ({scheme}) that {sector} does not use; use {allowed}.',
    ),
    "unit": (
        "{sector}不使用计量单位 {value}；可用：{allowed}。",
        "{sector} does not use the unit {value}; use {allowed}.",
    ),
    "party": (
        "登记为{value}的主体不能进行{act}；应为：{allowed}。",
        "A party that is registered as {value} does no {act}; it must be {allowed}.",
    ),
    "missing": (
        "{act}须写明{name}（{field}）。",
        "{act} must state the {name} ({field}).",
    ),
    "value": (
        "{name}（{field}）为“{value}”；应为：{allowed}。",
        'The {name} ({field}) is "{value}"; it must be {allowed}.',
    ),
    "document": (
        "{act}须附{name}（{field}）及其编号。",
        "{act} must name the {name} ({field}) with its number.",
    ),
    "filed": (
        "{act}须由主管部门登记为{name}的主体进行；当日 {value} 不在名单上。",
        (
            "{act} is for those whom the department has on file as {name}; on that day {value} was"
            " not one."
        ),
    ),
    "purchaser": (
        "{act}的{name}没有登记（POST /v1/purchasers）。",
        "The {name} of {act} is not registered (POST /v1/purchasers).",
    ),
    "number": (
        "{name}的编号“{value}”不是{scheme}。",
        'The number "{value}" of the {name} is no {scheme}.',
    ),
    "clock": (
        "{name}：须在 {hours} 小时内，实际为 {value} 小时。",
        "{name}: at most {hours} hours are allowed, and it took {value}.",
    ),
    "moment": (
        "“{value}”不是时间，请写成 2026-03-01T08:00:00+08:00 的形式。",
        '"{value}" is not a time; write it like 2026-03-01T08:00:00+08:00.',
    ),
    "limits": (
        "关键控制点{name}为 {value} {unit}；应为 {allowed} {unit}。",
        "The critical control point {name} is {value} {unit}; it must be {allowed} {unit}.",
    ),
    "number_malformed": (
        "关键控制点{name}（{field}）应为数字，单位 {unit}，收到的是“{value}”。",
        'The critical control point {name} ({field}) must be a number of {unit}, not "{value}".',
    ),
}


def told(template: str, zh: dict[str, object], en: dict[str, object]) -> Words:
    """A sentence in both languages. ``zh`` and ``en`` fill it, each with its own words."""
    chinese, english = TEMPLATES[template]
    first = english.format(**{name: quoted(value) for name, value in en.items()})
    return Words(
        chinese.format(**{name: quoted(value) for name, value in zh.items()}),
        first[:1].upper() + first[1:],
    )


class Own(str):
    """A text of the profile's own, which is quoted whole."""

    __slots__ = ()


def quoted(value: object) -> str:
    """A value as a sentence quotes it: short, and of characters that can be seen."""
    if isinstance(value, Own):
        return value
    text = "true" if value is True else "false" if value is False else str(value)
    cut = text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"
    return "".join(c if c.isprintable() else "\ufffd" for c in cut)
