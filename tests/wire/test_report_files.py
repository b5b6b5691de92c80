"""The reports of a file of JSON, one at a time."""

from __future__ import annotations

import io
import json
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.errors import ReportRefused
from suyuan.wire.bodies import decode
from suyuan.wire.report_files import REPORT_BYTES, read_report_file

BOM = b"\xef\xbb\xbf"


def read(content: bytes) -> list[tuple[int, Any]]:
    return [
        (one.place, None if one.text is None else one.text.decode())
        for one in read_report_file(io.BytesIO(content))
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (BOM + b'{"a":1}', [(1, '{"a":1}')]),
        (b'{\n "a": 1.50,\n "b": "x"}\n', [(1, '{"a":1.50,"b":"x"}')]),
        (b'[{"a":1},\r\n{"b":[1,{"c":null}]}]', [(1, '{"a":1}'), (2, '{"b":[1,{"c":null}]}')]),
        (b"[1, null, []]", [(1, "1"), (2, "null"), (3, "[]")]),
        (b"[]", []),
        (BOM + b'{"a":1}\r\n\n{"b":\n {"c": 3}', [(1, '{"a":1}'), (3, '{"b":'), (4, '{"c": 3}')]),
        (b'{"@context": [], "id": "x"}', [(1, '{"@context":[],"id":"x"}')]),
    ],
)
def test_each_report_is_on_a_line(content: bytes, expected: list[tuple[int, str]]) -> None:
    assert read(content) == expected


@pytest.mark.parametrize("last", [True, False])
def test_an_event_of_a_document_gets_what_the_document_says_of_all(last: bool) -> None:
    body = {"epcisBody": {"eventList": [{"type": "ObjectEvent", "n": 1}, {"type": "X"}]}}
    around = {"@context": ["u", {"p": "urn:p"}], "schemaVersion": "2.0", "epcisHeader": {"a": [1]}}
    whole = {"id": "urn:doc", **around, **body} if last else {**body, **around}
    first, second = (json.loads(text) for _, text in read(json.dumps(whole, indent=1).encode()))
    framed = {**around, "type": "EPCISDocument"}
    assert first == {**framed, "epcisBody": {"eventList": [{"type": "ObjectEvent", "n": 1}]}}
    assert second == {**framed, "epcisBody": {"eventList": [{"type": "X"}]}}


def test_so_does_an_event_that_a_query_found() -> None:
    found = {"queryResults": {"resultsBody": {"eventList": [{"n": 1}]}}}
    ((_, text),) = read(json.dumps({"@context": "u", "epcisBody": found}).encode())
    assert json.loads(text)["epcisBody"] == {"eventList": [{"n": 1}]}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (BOM + b" \r\n", "file_empty"),
        ('{"名": 1}'.encode("gb18030"), "file_not_utf8"),
        (b'{"a": "\xe9\xa6', "file_not_utf8"),
        ("{}".encode("utf-16"), "file_not_utf8"),
        (b'{"a": 1', "file_not_json"),
        (b'{"a": 1}}', "file_not_json"),
        (b"hello", "file_not_json"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "file_not_json"),
        (b'{"a": 1e999999999999999999999}', "file_not_json"),
        (b"[" * 5_000_000, "file_too_deep"),
        (b'{"a":' * 200, "file_too_deep"),
        (b'[{"a": "' + b"x" * (REPORT_BYTES + 200_000) + b'"}]', "file_report_too_long"),
        (b'{"h": "' + b"x" * 2_000_000 + b'", "epcisBody": {"eventList": []}}', "file_report"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_gives_no_report(content: bytes, code: str) -> None:
    with pytest.raises(ReportRefused, match=code):
        read_report_file(io.BytesIO(content))


def test_where_it_is_not_utf8_is_said_to_the_byte() -> None:
    content = b'{"a": "' + "字".encode() * 40_000 + b"\xff"
    with pytest.raises(ReportRefused) as caught:
        read_report_file(io.BytesIO(content))
    assert caught.value.params == {"byte": len(content) - 1}


def test_a_line_that_is_too_long_is_one_report_that_is_not_given() -> None:
    long = b'{"a": "' + b"x" * (2 * REPORT_BYTES) + b'"}'
    assert read(b"{}\n" + long + b"\n[1]\n" + long) == [(1, "{}"), (2, None), (3, "[1]"), (4, None)]


def test_a_large_document_is_read_in_little_memory() -> None:
    event = json.dumps({"type": "ObjectEvent", "epcList": ["urn:epc:id:sgtin:0614141.1.1" * 4_000]})
    document = f'{{"@context": [], "epcisBody": {{"eventList": [{",".join([event] * 400)}]}}}}'
    file = io.BytesIO(document.encode())
    assert len(document) > 40_000_000
    tracemalloc.start()
    count = sum(1 for _ in read_report_file(file))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (count, most < 3 * REPORT_BYTES) == (400, True)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(st.lists(VALUES))
def test_what_was_written_is_what_is_read(values: list[Any]) -> None:
    assert [decode(text) for _, text in read(json.dumps(values).encode())] == values


@given(st.binary(max_size=60) | st.text('[]{}:,"\\u1eE.- \n', max_size=60).map(str.encode))
def test_any_bytes_give_reports_or_a_refusal(content: bytes) -> None:
    with suppress(ReportRefused, UnicodeDecodeError):
        assert all(text is not None for _, text in read(content))
