"""Cursors come back as they went out, and anything else is refused."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.listing import Place
from suyuan.wire.cursors import read_joint, read_place, write_joint, write_place

TIMES = st.datetimes(timezones=st.just(UTC))
PARTIES = st.text(st.characters(categories=["L", "N", "P"]))
PLACES = st.builds(Place, TIMES, TIMES, st.binary(min_size=16, max_size=16), PARTIES)


@given(PLACES)
def test_a_place_comes_back(place: Place) -> None:
    cursor = write_place(place)
    assert read_place(cursor) == place
    assert all(c.isalnum() or c in "-_" for c in cursor)


@given(st.dictionaries(st.text(), PLACES))
def test_the_places_of_several_members_come_back(places: dict[str, Place]) -> None:
    assert read_joint(write_joint(places)) == places


@pytest.mark.parametrize("text", ["", "x", "AAAA", "é", "A" * 100, "A" * 10_000, "_" * 64, "e30="])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its words are for nobody
        read_place(text)


@given(st.text() | st.binary().map(lambda raw: raw.hex()))
def test_any_text_is_a_cursor_or_a_value_error(text: str) -> None:
    for read in (read_place, read_joint):
        try:
            read(text)
        except ValueError:
            continue
