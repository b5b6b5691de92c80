"""The reading engine: the right value, or the right fault at the right pointer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.codes import Use
from suyuan.domain.sentences import SENTENCES, sentence
from suyuan.wire.reading import FAULT_LIMIT, NAME_LIMIT, Reading, _hint, pointer

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIRST, LAST = datetime(1901, 1, 1), datetime(2199, 12, 31)  # noqa: DTZ001 - offsets are drawn

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False)
    | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def time_of(text: Any, now: datetime | None = NOW) -> tuple[datetime | None, list[str]]:
    reading = Reading(0, now)
    return reading.time({"time": text}, "time", ""), [fault.code for fault in reading.faults]


def decimal_of(value: Any) -> tuple[Decimal | None, list[str]]:
    reading = Reading()
    return reading.decimal({"q": value}, "q", ""), [fault.code for fault in reading.faults]


def test_a_pointer_escapes_tilde_and_slash() -> None:
    assert pointer("/a", "b/c~d") == "/a/b~1c~0d"
    assert pointer("/a", 0) == "/a/0"


def test_a_pointer_does_not_repeat_a_long_name_nor_a_surrogate() -> None:
    assert pointer("/a", "x" * 10_000) == "/a"
    assert pointer("", "\ud800\0").encode() == "/\ufffd\ufffd".encode()


def test_an_unknown_member_names_the_closest_one() -> None:
    reading = Reading(7)
    reading.members({"actvity": 1}, "/x", frozenset({"activity", "time"}))
    (fault,) = reading.faults
    assert (fault.code, fault.pointer, fault.index) == ("unknown_field", "/x/actvity", 7)
    assert fault.params == {"field": "actvity", "closest": "activity"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("weight", '"weight"; there are code, extra, unit; other facts go into "extra".'),
        ("unti", '"unti"; the closest one is "unit"; other facts go into "extra".'),
    ],
)
def test_a_member_that_is_near_to_none_is_told_which_there_are(name: str, said: str) -> None:
    reading = Reading()
    reading.members({name: 1}, "", frozenset({"unit", "code", "extra"}))
    (fault,) = reading.faults
    assert sentence(fault.code, fault.params, "en") == f"There is no field {said}"


def test_of_a_long_name_no_more_is_kept_than_is_told() -> None:
    reading, hits = Reading(), _hint.cache_info().hits
    for end in ("b", "c"):
        reading.members({"a" * 1_000_000 + end: 1}, "", frozenset({"unit"}))
    assert _hint.cache_info().hits == hits + 1
    assert all(len(fault.params["field"]) == NAME_LIMIT for fault in reading.faults)


def test_extra_is_named_only_where_there_is_one() -> None:
    reading = Reading()
    reading.members({"weight": 1}, "/items/0", frozenset({"unit", "code"}))
    (fault,) = reading.faults
    assert sentence(fault.code, fault.params, "zh") == "没有名为“weight”的字段；可用：code, unit。"


def test_a_report_cannot_fill_the_answer_with_faults() -> None:
    reading = Reading()
    reading.members({str(n): 1 for n in range(10_000)}, "", frozenset({"a"}))
    assert len(reading.faults) == FAULT_LIMIT + 1
    assert reading.faults[-1].code == "more_faults"


@pytest.mark.parametrize("value", [None, "x", 1, []])
def test_what_is_no_object_is_said_to_be_none(value: Any) -> None:
    reading = Reading()
    assert reading.members(value, "/a", frozenset()) is None
    assert [(f.code, f.pointer) for f in reading.faults] == [("not_object", "/a")]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "text_empty"),
        ("　 ", "text_empty"),
        ("abcdef", "text_too_long"),
        ("a\0", "text_control"),
        ("a\n", "text_control"),
        ("a\x85", "text_control"),
        ("a\ud800", "text_control"),
        (5, "not_text"),
        (False, "not_text"),
    ],
)
def test_text_is_refused(value: Any, code: str) -> None:
    reading = Reading()
    assert reading.text({"name": value}, "name", "/product", limit=5) is None
    assert [(f.code, f.pointer) for f in reading.faults] == [(code, "/product/name")]


@pytest.mark.parametrize("value", ["五花肉　", "a b", "\u200d", "~!/", "😀"])
def test_text_is_taken_as_it_is(value: str) -> None:
    reading = Reading()
    assert reading.text({"name": value}, "name", "", limit=5) == value
    assert reading.faults == []


def test_what_is_null_is_absent() -> None:
    reading = Reading(0, NOW)
    raw = {"x": None}
    assert reading.text(raw, "x", "") is None
    assert reading.one_of(raw, "x", "", {"a"}) is None
    assert reading.date(raw, "x", "") is None
    assert reading.time(raw, "x", "") is None
    assert reading.decimal(raw, "x", "") is None
    assert reading.array(raw, "x", "", 1) == ()
    assert reading.object(raw, "x", "", frozenset()) is None
    assert reading.code(raw, "x", "") is None
    assert reading.faults == []


def test_what_is_required_is_missed() -> None:
    reading = Reading(0, NOW)
    reading.text({}, "a", "", required=True)
    reading.time({}, "b", "/x", required=True)
    reading.one_of({}, "c", "", {"a"}, required=True)
    reading.code({"d": None}, "d", "", required=True)
    assert {f.code for f in reading.faults} == {"missing"}
    assert [f.pointer for f in reading.faults] == ["/a", "/x/b", "/c", "/d"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T08:00:00+08:00",
        "2026-03-01T08:00+08:00",
        "2026-02-27T23:59:59.123456789-11:30",
        "2026-03-01T00:00:00Z",
        "2026-03-01T14:10:00+14:00",
        "1900-01-01T00:00:00Z",
    ],
)
def test_a_time_is_read_with_its_offset(text: str) -> None:
    instant, faults = time_of(text)
    assert faults == []
    assert instant is not None
    offset = text[-6:] if text[-1] != "Z" else "+00:00"
    assert instant.isoformat()[-6:] == offset


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-03-01T08:00:00", "time_no_offset"),
        ("2026-03-01T08:00:00.5", "time_no_offset"),
        ("2026-03-01", "time_malformed"),
        ("2026-03-01 08:00:00+08:00", "time_malformed"),
        ("2026-3-1T08:00:00+08:00", "time_malformed"),
        ("2026-02-30T08:00:00+08:00", "time_malformed"),
        ("2026-03-01T25:00:00+08:00", "time_malformed"),
        ("2026-03-01T08:00:00+0800", "time_malformed"),
        ("2026-03-01T08:00:00+14:01", "time_malformed"),
        ("2026-03-01T08:00:00+08:00\n", "time_malformed"),
        ("２026-03-01T08:00:00+08:00", "time_malformed"),
        ("2026-W09-7T08:00:00+08:00", "time_malformed"),
        ("1899-12-31T23:59:59Z", "time_out_of_range"),
        ("2201-01-01T00:00:00Z", "time_out_of_range"),
        ("2026-03-01T00:10:01Z", "time_in_future"),
        ("2026-03-01T08:10:01+08:00", "time_in_future"),
        (1772323200, "time_malformed"),
        ("", "time_malformed"),
    ],
)
def test_a_time_is_refused(text: Any, code: str) -> None:
    assert time_of(text) == (None, [code])


def test_ten_minutes_ahead_is_a_clock_and_no_more() -> None:
    assert time_of("2026-03-01T00:10:00Z")[1] == []


def test_without_a_now_no_time_is_too_late() -> None:
    assert time_of("2199-01-01T00:00:00Z", None)[1] == []


@given(
    st.datetimes(FIRST, LAST),
    st.integers(-14 * 60, 14 * 60),
)
def test_every_time_comes_back_as_it_was_written(naive: datetime, minutes: int) -> None:
    sign, offset = "-" if minutes < 0 else "+", timedelta(minutes=abs(minutes))
    text = f"{naive.isoformat()}{sign}{str(offset).zfill(8)[:5]}"
    instant, faults = time_of(text, None)
    assert faults == []
    assert instant is not None
    assert instant.isoformat() == text.replace("-00:00", "+00:00")


@pytest.mark.parametrize("text", ["2026-02-29", "2026-3-1", "2026-13-01", "20260301", "", "x"])
def test_a_date_is_refused(text: str) -> None:
    reading = Reading()
    assert reading.date({"on": text}, "on", "") is None
    assert [f.code for f in reading.faults] == ["date_malformed"]


def test_a_date_is_read() -> None:
    assert Reading().date({"on": "2024-02-29"}, "on", "") == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("12.50", "12.50"),
        ("0", "0"),
        ("999999999999999.999999999", "999999999999999.999999999"),
        (12, "12"),
        (Decimal("12.5"), "12.5"),
        (Decimal("1E+2"), "100"),
        (0.1, "0.1"),
    ],
)
def test_a_quantity_is_read_without_loss(value: Any, written: str) -> None:
    amount, faults = decimal_of(value)
    assert faults == []
    assert str(amount) == written


@pytest.mark.parametrize(
    "text",
    [
        "1e5",
        "-1",
        "+1",
        ".5",
        "5.",
        "1,5",
        "1 000",
        "NaN",
        "",
        "１",
        "1\n",
        "0" * 16,
        "0." + "0" * 10,
    ],
)
def test_a_quantity_that_is_text_is_refused(text: str) -> None:
    assert decimal_of(text) == (None, ["quantity_malformed"])


@pytest.mark.parametrize(
    "number", [-1, 10**15, True, float("inf"), *map(Decimal, ("-0.0", "1E-10", "1E+15", "NaN"))]
)
def test_a_quantity_that_is_a_number_is_refused(number: Any) -> None:
    assert decimal_of(number) == (None, ["quantity_malformed"])


def test_a_number_that_python_cannot_write_is_refused() -> None:
    assert decimal_of(10**5_000) == (None, ["quantity_malformed"])


@given(st.decimals(min_value=0, max_value=10**15 - 1, places=9))
def test_every_quantity_in_bounds_comes_back_equal(amount: Decimal) -> None:
    assert decimal_of(f"{amount:f}") == (amount, [])
    assert decimal_of(amount) == (amount, [])


def test_an_array_is_bounded() -> None:
    reading = Reading()
    assert reading.array({"a": [1, 2]}, "a", "", 2) == [1, 2]
    assert reading.array({"a": [1, 2, 3]}, "a", "", 2) == ()
    assert reading.array({"b": {}}, "b", "", 2) == ()
    assert [f.code for f in reading.faults] == ["array_too_long", "not_array"]


def test_each_text_of_an_array_is_checked_where_it_stands() -> None:
    reading = Reading()
    assert reading.texts({"a": ["x", 1]}, "a", "/c", limit=5, count=5) == ("x",)
    assert [(f.code, f.pointer) for f in reading.faults] == [("not_text", "/c/a/1")]


def test_a_code_is_recognised_and_its_own_fault_is_kept() -> None:
    reading = Reading()
    gtin = reading.code({"code": "(01)06901234567892(10)L1"}, "code", "/items/0")
    assert gtin is not None
    assert gtin.key == "https://id.gs1.org/01/06901234567892/10/L1"
    assert reading.code({"code": "(01)06901234567891"}, "code", "/items/0") is None
    (fault,) = reading.faults
    assert (fault.code, fault.pointer) == ("check_digit", "/items/0/code")
    assert fault.params["expected"] == "2"


def test_the_use_settles_what_bare_digits_are() -> None:
    reading, raw = Reading(), {"x": "6901234567892"}
    keys = [code.key for use in Use if (code := reading.code(raw, "x", "", use=use))]
    assert keys == [
        "https://id.gs1.org/01/06901234567892",
        "https://id.gs1.org/417/6901234567892",
        "https://id.gs1.org/414/6901234567892",
    ]


@given(JSON)
def test_any_value_gives_a_result_or_faults_that_can_be_said(value: Any) -> None:
    reading, raw = Reading(0, NOW), {"x": value}
    results = [
        reading.text(raw, "x", ""),
        reading.one_of(raw, "x", "", {"a"}),
        reading.date(raw, "x", ""),
        reading.time(raw, "x", ""),
        reading.decimal(raw, "x", ""),
        reading.code(raw, "x", "", owner="o"),
        reading.object(raw, "x", "", frozenset({"a"})),
    ]
    reading.texts(raw, "x", "", limit=9, count=9)
    assert value is None or reading.faults
    assert value is not None or results == [None] * 7
    assert all(fault.code in SENTENCES for fault in reading.faults)
    assert all(fault.pointer.encode() is not None for fault in reading.faults)
