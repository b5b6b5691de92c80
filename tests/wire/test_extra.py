"""``extra`` is anything plain and bounded, and comes out as it went in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from suyuan.wire.extra import DEPTH_LIMIT, VALUES_LIMIT, read_extra
from suyuan.wire.reading import Reading


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth - 1):
        value = {"a": [value]} if depth % 2 == 0 else {"a": value}
    return value


def faults_of(value: Any) -> list[tuple[str, str]]:
    reading = Reading()
    read_extra(reading, {"extra": value}, "extra", "")
    return [(fault.code, fault.pointer) for fault in reading.faults]


def test_numbers_and_words_are_left_as_they_are() -> None:
    value = {"a": [10**30, Decimal("1.10"), None, True, "行\n"], "b/c": {"": {}}}
    reading = Reading()
    assert read_extra(reading, {"extra": value}, "extra", "") is value
    assert reading.faults == []


def test_what_is_absent_is_empty() -> None:
    assert read_extra(Reading(), {}, "extra", "") == {}
    assert read_extra(Reading(), {"extra": None}, "extra", "") == {}


@pytest.mark.parametrize("value", [[], "x", 1, True])
def test_only_an_object_will_do(value: Any) -> None:
    assert faults_of(value) == [("not_object", "/extra")]


def test_the_depth_is_bounded() -> None:
    assert faults_of(nested(DEPTH_LIMIT - 1)) == []
    assert faults_of({"a": nested(DEPTH_LIMIT)})[0][0] == "object_too_deep"


def test_the_number_of_values_is_bounded_over_all_levels() -> None:
    assert faults_of({"a": [0] * (VALUES_LIMIT - 1)}) == []
    assert faults_of({"a": [0] * VALUES_LIMIT}) == [("object_too_large", "/extra")]


@pytest.mark.parametrize("malign", ["\0", "\ud800"])
def test_what_no_store_can_keep_is_refused_where_it_stands(malign: str) -> None:
    assert faults_of({"a": ["x", malign]}) == [("text_control", "/extra/a/1")]
    assert faults_of({"k" + malign: 1}) == [("text_control", "/extra/k\ufffd")]
