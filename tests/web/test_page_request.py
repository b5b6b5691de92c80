"""A question for a page is read in one look, as those who look at one header each would read it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.web.page_request import read
from suyuan.web.scans import is_scan

PATHS = frozenset({b"01", b"t"})
PHONE = b"Mozilla/5.0 (Linux; Android 14) Chrome/126 Mobile"
HTML = b"text/html,application/xhtml+xml,*/*;q=0.8"


def scope(*headers: tuple[bytes, bytes], query: bytes = b"", **more: Any) -> dict[str, Any]:
    told = [(b"accept", HTML), (b"user-agent", PHONE), *headers]
    return {
        "type": "http", "method": "GET", "raw_path": b"/t/A", "query_string": query,
        "headers": told, **more,
    }  # fmt: skip


def test_a_browsers_question_is_its_address_language_and_size() -> None:
    asked = read(scope((b"accept-language", b"en-GB,zh;q=0.5")), PATHS)
    assert asked is not None
    assert (asked.key.path, asked.key.language, asked.key.elder) == (b"/t/A", "en", False)
    large = read(scope(query=b"lang=zh&size=large"), PATHS)
    assert large is not None
    assert (large.key.language, large.key.elder, large.is_scan) == ("zh", True, False)


@pytest.mark.parametrize(
    "other",
    [
        scope((b"authorization", b"Bearer x")),
        scope((b"suyuan-claims", b"x")),
        scope((b"suyuan-purpose", b"x")),
        scope((b"content-length", b"1")),
        scope((b"transfer-encoding", b"chunked")),
        scope((b"expect", b"100-continue")),
        scope((b"accept", HTML)),
        scope((b"accept-language", b"zh"), (b"accept-language", b"en")),
        scope((b"accept-language", b"z" * 301)),
        scope(headers=[(b"accept", b"application/json"), (b"user-agent", PHONE)]),
        scope(headers=[(b"accept", b"text/html" + b" " * 300)]),
        scope(headers=[]),
        scope(query=b"scan=trade"),
        scope(query=b"lang=fr"),
        scope(method="HEAD"),
        scope(type="websocket"),
        scope(raw_path=b"/v1/chains/A"),
        scope(raw_path=b"/"),
    ],
)
def test_whatever_else_is_asked_goes_the_long_way(other: dict[str, Any]) -> None:
    assert read(other, PATHS) is None


AGENTS = st.sampled_from(
    [b"", PHONE, b"curl/8", b"Googlebot/2.1", b"x" * 600, b"python" + b"x" * 600]
)
MORE = st.lists(
    st.sampled_from(
        [
            (b"purpose", b"prefetch"),
            (b"sec-purpose", b"prefetch;prerender"),
            (b"x-moz", b"other"),
            (b"purpose", b"preview"),
            (b"user-agent", b"curl/8"),
            (b"user-agent", PHONE),
            (b"cookie", b"a=b"),
        ]
    ),
    max_size=3,
)


@given(AGENTS, MORE, st.sampled_from([b"", b"lang=zh", b"lang=en&size=large"]))
def test_a_scan_is_what_is_a_scan_on_the_long_way(
    agent: bytes, more: list[tuple[bytes, bytes]], query: bytes
) -> None:
    one = scope(query=query, headers=[(b"accept", HTML), (b"user-agent", agent), *more])
    asked = read(one, PATHS)
    assert asked is not None
    assert asked.is_scan == is_scan(one)
