"""The change feed on the wire: keyed hashes, cursors, and answers that are none."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.changes import Changed, ChangesPage, Position
from suyuan.wire import changes

KEY = bytes(range(32))
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def page(*codes: int) -> ChangesPage:
    return ChangesPage(True, (Changed(7, codes, NOW, NOW),), "cursor", False, NOW)


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_a_page_is_read_as_it_was_written(codes: list[int]) -> None:
    assert changes.read_page(changes.write_page(page(*codes))) == page(*codes)


@given(
    st.binary(min_size=8, max_size=8),
    st.integers(-1, 2**62),
    st.binary(min_size=16, max_size=16),
    st.sampled_from(["", "urn:suyuan:cn:91350200MA0000000R", "企业"]),
    st.booleans(),
)
def test_a_cursor_is_read_as_it_was_written(
    feed: bytes, xact: int, key: bytes, party: str, declaration: bool
) -> None:
    position = Position(xact, key, party, declaration)
    assert changes.read_cursor(changes.write_cursor(feed, position)) == (feed, position)


@given(st.text() | st.binary().map(lambda b: b.hex()))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    with suppress(ValueError):
        changes.read_cursor(text)


def test_a_code_cannot_be_told_from_its_hash_without_the_key() -> None:
    code = "https://id.gs1.org/01/06901234567892/10/L1"
    told = changes.hash_code(code, KEY)
    assert told == changes.hash_code(code, KEY)
    assert told != changes.hash_code(code, bytes(32))


def test_a_feed_has_another_name_on_another_server_and_under_another_key() -> None:
    names = {changes.name_feed(s, k) for s in ("1-1", "1-2", "2-1") for k in (KEY, bytes(32))}
    assert len(names) == 6


@pytest.mark.parametrize("text", ["", "x", "AAAA", changes.write_key(bytes(31)), "é" * 44])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        changes.read_key(text)


def test_a_key_is_read_as_it_was_written() -> None:
    assert changes.read_key(changes.write_key(KEY)) == KEY


@pytest.mark.parametrize(
    "change",
    [
        {"changes": [{"sequence": 1}]},
        {"watermark": "2026-03-01T00:00:00"},
        {"next": "x" * 5000},
        {"more": "yes"},
        {"codes": ["xyz"]},
        {"codes": ["-1"]},
        {"codes": ["f" * 17]},
    ],
)
def test_an_answer_that_is_none_is_refused(change: dict[str, object]) -> None:
    body = json.loads(changes.write_page(page(1)))
    if "codes" in change:
        body["changes"][0] |= change
    else:
        body |= change
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        changes.read_page(json.dumps(body).encode())


@given(st.binary())
def test_any_bytes_are_an_answer_or_refused(body: bytes) -> None:
    with suppress(ValueError):
        changes.read_page(body)
