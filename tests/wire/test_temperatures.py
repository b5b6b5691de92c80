"""Temperatures out of what reporters write, and nothing out of what is none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from suyuan.domain.temperature import Temperature, joined
from suyuan.wire.temperatures import of_extra, of_sensors


def celsius(low: str, high: str, *limits: str | None, alarm: bool = False) -> Temperature:
    at_least, at_most = (None if x is None else Decimal(x) for x in (*limits, None, None)[:2])
    return Temperature(Decimal(low), Decimal(high), at_least, at_most, alarm)


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"temperature": 4}, celsius("4", "4")),
        ({"temperature": Decimal("-18.5")}, celsius("-18.5", "-18.5")),
        ({"temperature": "-18 °C"}, celsius("-18", "-18")),
        ({"temperature": "\u221218℃"}, celsius("-18", "-18")),
        ({"temperature": "2\u20138 °C"}, celsius("2", "8")),
        ({"temperature": "-20 至 -18"}, celsius("-20", "-18")),
        ({"temperature": "-20--18 ℃"}, celsius("-20", "-18")),
        ({"temperature": {"min": "2.1", "max": 6}}, celsius("2.1", "6")),
        ({"temperatures": [4, 3, None, True, "5", {}]}, celsius("3", "5")),
        ({"温度": "4"}, celsius("4", "4")),
        ({"温度": "４℃"}, celsius("4", "4")),
        ({"cold_chain_temperature": "4.5"}, celsius("4.5", "4.5")),
        ({"temperature": "warm", "温度": "4"}, celsius("4", "4")),
        ({"temperature": 9, "temperature_limit": "2–8 °C"}, celsius("9", "9", "2", "8")),
        ({"temperature": 9, "temperature_limit": {"max": 8}}, celsius("9", "9", None, "8")),
        ({"temperature": 9, "温度要求": "≤ 8 ℃"}, celsius("9", "9", None, "8")),
        ({"temperature": 9, "temperature_limit": ">=2"}, celsius("9", "9", "2")),
        ({"temperature": 9, "temperature_limit": "8–2 °C"}, celsius("9", "9")),
        ({"temperature": 9, "temperature_limit": "cold"}, celsius("9", "9")),
    ],
)
def test_a_temperature_is_read_out_of_extra(extra: dict[str, Any], told: Temperature) -> None:
    assert of_extra(extra) == told


@pytest.mark.parametrize(
    "value",
    [
        None, True, "", "warm", "4 °F", "4; 13900001111", "13900001111", [], [[4]], {"low": 4},
        Decimal("1E+999999"), Decimal("NaN"), float("inf"), -300, 10**30, "1" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_temperature_tells_nothing_and_is_no_fault(value: Any) -> None:
    assert of_extra({"temperature": value}) is None


def sensed(*reports: dict[str, Any]) -> Temperature | None:
    return of_sensors([{"sensorReport": list(reports)}])


def test_sensors_tell_the_lowest_and_the_highest_in_whatever_unit() -> None:
    report = {"type": "Temperature", "value": 4, "uom": "CEL"}
    range_ = {"type": "Temperature", "minValue": Decimal("275.15"), "maxValue": 280, "uom": "KEL"}
    warm = {"type": "Temperature", "value": 50, "uom": "FAH"}
    assert sensed(report) == celsius("4", "4")
    assert sensed(report, range_) == celsius("2.00", "6.85")
    assert sensed(warm) == celsius("10", "10")


def test_a_device_tells_of_an_alarm_without_naming_the_limit() -> None:
    report = {"type": "Temperature", "value": 9, "uom": "CEL", "exception": "ALARM_CONDITION"}
    told = sensed(report)
    assert told == celsius("9", "9", alarm=True)
    assert told is not None
    assert told.is_out_of_limit


@pytest.mark.parametrize(
    "report",
    [
        {"type": "RelativeHumidity", "value": 60, "uom": "A93"},
        {"type": "Temperature", "value": 4, "uom": "KGM"},
        {"type": "Temperature", "value": 4},
        {"type": "Temperature", "stringValue": "4", "uom": "CEL"},
        {"type": "Temperature", "value": Decimal("1E+9999"), "uom": "CEL"},
    ],
)
def test_what_a_sensor_says_of_something_else_is_no_temperature(report: dict[str, Any]) -> None:
    assert sensed(report) is None


def test_joined_measurements_keep_what_was_out_of_its_own_limit() -> None:
    cold, warm = celsius("-20", "-18", None, "-18"), celsius("3", "9", "2", "8")
    both = joined([cold, warm])
    assert both == celsius("-20", "9", "2", "-18", alarm=True)
    assert joined([]) is None


@pytest.mark.parametrize("told", [("NaN", "1"), ("1", "Infinity"), ("-300", "4")])
def test_no_goods_have_such_a_temperature(told: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="temperature of goods"):
        celsius(*told)


def test_the_lowest_is_not_above_the_highest() -> None:
    with pytest.raises(ValueError, match="above the highest"):
        celsius("5", "4")
