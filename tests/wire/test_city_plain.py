"""The quick reader gives what the careful one gives, or leaves the report to it."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from suyuan.domain.events import Event
from suyuan.wire.bodies import decode, encode
from suyuan.wire.city import MEMBERS, read_city
from suyuan.wire.city_plain import PlainReader, _Report
from suyuan.wire.city_writing import write_members
from suyuan.wire.reading import Reading
from tests.wire.city_examples import INVALID, REPORTER, VALID, cutting, packing, sale, whole
from tests.wire.epcis_events import PARTY, events

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def plain(text: str) -> Event | None:
    return PlainReader(REPORTER, NOW).read(text.encode("utf-8", "surrogatepass"))


def careful(text: str) -> Event | None:
    """What the careful reader gives; ``None`` where it finds a fault."""
    reading = Reading(0, NOW)
    event = read_city(reading, decode(text), REPORTER)
    return None if reading.faults else event


def agrees(text: str) -> Event | None:
    """The quick reader's event, after seeing that the careful one gives the very same."""
    event = plain(text)
    if event is not None:
        known = careful(text)
        assert event == known
        assert repr(event) == repr(known)  # also what does not count for equality: spellings
    return event


def simple(**members: Any) -> dict[str, Any]:
    """A report that is plain: without a correction."""
    return {name: value for name, value in whole().items() if name != "correction"} | members


@pytest.mark.parametrize("name", VALID)
def test_an_example_is_read_alike(name: str) -> None:
    text = json.dumps(VALID[name], ensure_ascii=False)
    assert (agrees(text) is not None) == ("correction" not in VALID[name])


@pytest.mark.parametrize("name", INVALID)
def test_what_is_wrong_is_left_to_the_careful_reader(name: str) -> None:
    assert plain(json.dumps(INVALID[name][0], ensure_ascii=False)) is None


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events())
def test_any_event_is_read_alike(event: Event) -> None:
    agrees(encode(write_members(event) | {"party": PARTY.short}))


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-1, 10**16)
    | st.decimals(allow_nan=False, allow_infinity=False, places=2)
    | st.sampled_from(
        ["", " ", "  ", "\u3000", "\u2003 ", "\u00a0", "\x7f", "\x85", "\u200b", "“”", "a\\b", "\t"]
    )
    | st.sampled_from(["1e5", "-1", "1_0", "１２", "12.5", "0", "NaN", "KGM", "kgm", "XXX", "10"])
    | st.sampled_from(["2026-02-30", "2026-03-01", "20260301", "2026-03-01T08:00:00", "2200-01-01"])
    | st.sampled_from(["06901234567893", "L2", "x" * 256, "溯" * 257, "f" * 501, "http://a b", "1"])
    | st.text(max_size=4)
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for name, member in inside:
        found.append((*path, name))
        if isinstance(member, dict | list):
            found += _places(member, (*path, name))
    return found


@st.composite
def mutated(draw: Any) -> dict[str, Any]:
    """A report with one to three of its values, at any depth, replaced, doubled or taken away."""
    report: dict[str, Any] = deepcopy(
        draw(
            st.sampled_from(
                [simple(), sale(), cutting(), packing(), VALID["a quantity as a number"]]
            )
        )
    )
    for _ in range(draw(st.integers(1, 3))):
        places = _places(report)
        *path, last = draw(st.sampled_from(places))
        container: Any = report
        for name in path:
            container = container[name]
        match draw(st.sampled_from(["replace", "take", "add", "double"])):
            case "replace":
                container[last] = draw(LEAVES)
            case "take":
                del container[last]
            case "double" if isinstance(container, list):
                container.append(deepcopy(container[last]))
            case _ if isinstance(container, dict):
                container[draw(st.sampled_from(sorted(MEMBERS | {"x", "unit", "lot"})))] = draw(
                    LEAVES
                )
        if not report:
            break
    return report


@settings(max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated(), st.booleans())
@example(sale(id="\u3000"), False)
@example(simple(product={"lot": " "}), False)
@example(sale(items=[{"code": "A", "unit": "KGM"}]), False)
@example(sale(product={"lot": "L1"}, items=[{"code": "06901234567892"}]), True)
def test_whatever_is_changed_in_a_report_it_is_read_alike(
    report: dict[str, Any], escaped: bool
) -> None:
    agrees(encode(json.loads(json.dumps(report, default=str))) if escaped else encode(report))


def test_a_member_that_is_there_twice_counts_as_its_last() -> None:
    text = encode(sale(id="1"))
    assert agrees(text[:-1] + ',"id":"2","items":[{"code":"B","code":"C"}]}') is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        '{"kind":"\\ud800"}',
        '{"kind":"wholesale","extra":' + "[" * 5_000 + "]" * 5_000 + "}",
        encode(sale(id="a\u0000")),
        encode(sale(extra={"a": "\u0000"})),
        '{"@context":[],"type":"ObjectEvent"}',
        encode(sale()) + "\ud800",
    ],
)
def test_what_is_no_plain_report_is_left_to_the_careful_reader(text: str) -> None:
    assert plain(text) is None


def test_every_member_but_corrections_has_its_type() -> None:
    assert {*_Report.__struct_encode_fields__, "correction"} == MEMBERS


def test_a_report_of_a_department_must_name_its_party() -> None:
    reader = PlainReader(None, NOW)
    assert reader.read(encode(sale()).encode()) is None
    event = reader.read(encode(sale(party=REPORTER.short)).encode())
    assert event is not None
    assert event.party == REPORTER
