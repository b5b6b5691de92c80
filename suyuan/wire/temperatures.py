"""Temperatures as they are reported: in ``extra`` of the city form, or by the sensors of EPCIS.

    extra.temperature         one number in degrees Celsius, an array of them, ``{"min", "max"}``,
                              or a text such as ``"-18 °C"`` and ``"2–8 ℃"``; likewise
                              ``temperatures``, ``温度``, and the control points of profiles that
                              goods are kept by (``cold_chain_temperature`` …)
    extra.temperature_limit   ``{"min", "max"}`` or one of them, or a text such as ``"2–8 °C"``,
                              ``"≤ -18 °C"`` and ``"≥ 2 °C"``; likewise ``温度要求``
    sensorReport              of type Temperature, in CEL, FAH or KEL (EPCIS 2.0, 7.3.7)

``extra`` is the reporter's own: what does not read as a temperature is kept with the rest, tells
nothing here, and is no fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from suyuan.domain.temperature import Temperature, is_celsius, joined
from suyuan.domain.units import convert

# What the sectors' profiles call the temperature of goods that are kept or on their way.
_STORED = (
    *("cold_chain_temperature", "chilled_temperature"),
    *("frozen_temperature", "freezer_temperature"),
)
_MEASURED = ("temperature", "temperatures", "温度", *_STORED)
_LIMITS = ("temperature_limit", "温度要求")
# As many digits as any thermometer has.
_NUMBER = r"[+\-\u2212]?\d{1,4}(?:\.\d{1,4})?"
_DEGREES = r"\s*(?:°\s*C|℃|摄氏度|C)?\s*"
_ONE = re.compile(rf"\s*({_NUMBER}){_DEGREES}")
_RANGE = re.compile(rf"\s*({_NUMBER}){_DEGREES}(?:[\-\u2013\u2014~\uff5e]|至|to){_DEGREES}"
                    rf"({_NUMBER}){_DEGREES}")  # fmt: skip
_BOUND = re.compile(rf"\s*(<=?|>=?|[≤≥])\s*({_NUMBER}){_DEGREES}")
_TEXT_LIMIT = 60

Span = tuple[Decimal | None, Decimal | None]


def of_extra(extra: Mapping[str, Any]) -> Temperature | None:
    """What ``extra`` of the city form tells; ``None`` where it tells no temperature."""
    measured = next(filter(None, (_measured(extra.get(name)) for name in _MEASURED)), None)
    if measured is None:
        return None
    limits = (_limit(extra.get(name)) for name in _LIMITS)
    return Temperature(*measured, *next(filter(None, limits), (None, None)))


def of_sensors(elements: Iterable[Mapping[str, Any]]) -> Temperature | None:
    """What the sensor elements of an EPCIS event tell, as ``epcis_sensors`` has checked them."""
    reports = (report for element in elements for report in element.get("sensorReport", ()))
    return joined(_reported(r) for r in reports if r.get("type") in _TYPES and _values(r))


_TYPES = frozenset({"Temperature", "gs1:Temperature"})
_VALUES = ("value", "minValue", "maxValue", "meanValue")


def _values(report: Mapping[str, Any]) -> list[Decimal]:
    unit = report.get("uom") or ""
    told = (_decimal(report.get(name)) for name in _VALUES)
    converted = (convert(value, unit, "CEL") for value in told if value is not None)
    return [value for value in converted if value is not None and is_celsius(value)]


def _reported(report: Mapping[str, Any]) -> Temperature:
    values = _values(report)
    alarm = report.get("exception") == "ALARM_CONDITION"
    return Temperature(min(values), max(values), alarm=alarm)


def _measured(value: Any) -> tuple[Decimal, Decimal] | None:
    values = list(_told(value))
    return (min(values), max(values)) if values else None


def _told(value: Any) -> Iterator[Decimal]:
    """Every temperature that a value tells."""
    match value:
        case str() if len(value) <= _TEXT_LIMIT:
            found = _RANGE.fullmatch(value) or _ONE.fullmatch(value)
            texts: Sequence[Any] = found.groups() if found else ()
            yield from _celsius(texts)
        case list():
            yield from _celsius(value)
        case dict():
            yield from _celsius([value.get("min"), value.get("max")])
        case _:
            yield from _celsius([value])


def _limit(value: Any) -> Span | None:
    """Not colder than the first, not warmer than the second."""
    match value:
        case str() if len(value) <= _TEXT_LIMIT:
            return _limit_of_text(value)
        case dict():
            low, high = (next(_celsius([value.get(n)]), None) for n in ("min", "max"))
            return _ordered(low, high)
        case _:
            return None


def _limit_of_text(text: str) -> Span | None:
    bound = _BOUND.fullmatch(text)
    if bound is not None:
        value = next(_celsius([bound[2]]), None)
        return _ordered(None, value) if bound[1][0] in "<≤" else _ordered(value, None)
    found = _RANGE.fullmatch(text)
    values = list(_celsius(found.groups())) if found else []
    return _ordered(*values) if len(values) == 2 else None


def _ordered(low: Decimal | None, high: Decimal | None) -> Span | None:
    if low is None and high is None:
        return None
    return None if low is not None and high is not None and low > high else (low, high)


def _celsius(values: Iterable[Any]) -> Iterator[Decimal]:
    for value in values:
        number = _decimal(value)
        if number is not None and is_celsius(number):
            yield number


def _decimal(value: Any) -> Decimal | None:
    """A JSON number, or the digits of a text, as a decimal; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, str) and not re.fullmatch(_NUMBER, value):
        return None
    try:
        return Decimal(str(value).replace("\u2212", "-"))
    except InvalidOperation:
        return None
