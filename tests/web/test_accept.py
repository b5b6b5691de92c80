"""Content negotiation to the letter: q values, ranges, and who asks for nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.web.accept import HTML, JSON, JSON_LD, best, named, rated_ranges

LINKSET = "application/linkset+json"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
OFFERED = (HTML, JSON, LINKSET, JSON_LD)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("*/*", None),
        ("image/png", None),
        ("image/png, */*;q=0.1", None),
        (CHROME, HTML),
        ("text/*", HTML),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/json, text/plain, */*", JSON),
        ("application/json;q=0.5, */*", None),
        ("application/linkset+json", LINKSET),
        ("APPLICATION/LINKSET+JSON", LINKSET),
        ("application/linkset+json;q=0.4, text/html;q=0.5", HTML),
        ("application/linkset+json;q=0.6, text/html;q=0.5", LINKSET),
        ("application/linkset+json ; q=0.601 , text/html;q=0.6", LINKSET),
        ("text/html;q=0, application/linkset+json;q=0.001", LINKSET),
        ("text/html;q=0", None),
        ("text/*, text/html;q=0, application/json;q=0.1", JSON),
        ("application/ld+json", JSON_LD),
        ("text/html;level=1", HTML),
        ("text/html;level=1;q=0.1, application/json;q=0.2", JSON),
    ],
)
def test_what_is_named_and_rated_highest_is_given(header: str | None, expected: str | None) -> None:
    assert named(header, OFFERED) == expected


@pytest.mark.parametrize(
    "quality", ["1.5", "2", "-1", "nan", "inf", "0.1234", "1.001", "x", "", "1e-1", "٠.٥", "0,5"]
)
def test_an_entry_with_a_quality_that_is_none_is_ignored(quality: str) -> None:
    assert named(f"text/html;q={quality}, application/json;q=0.1", OFFERED) == JSON
    assert best(f"application/json;q={quality}, text/html;q=0.1", (HTML, JSON)) == HTML


@pytest.mark.parametrize("quality", ["1", "1.", "1.0", "1.000", "0.999", "0.5", "0.001"])
def test_a_quality_has_at_most_three_decimals(quality: str) -> None:
    assert dict(rated_ranges(f"a/b;q={quality}")) == {"a/b": float(quality)}


def test_the_most_specific_range_decides() -> None:
    header = "text/*;q=0.3, text/html;q=0.7, */*;q=0.5"
    assert best(header, ("text/plain", "image/jpeg", HTML)) == HTML
    assert best(header, ("text/plain", "image/jpeg")) == "image/jpeg"


@given(st.text(max_size=80))
def test_no_header_raises(header: str) -> None:
    assert named(header, OFFERED) in (*OFFERED, None)
    assert best(header, OFFERED) in (*OFFERED, None)
