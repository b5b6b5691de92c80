"""CSV: encodings, delimiters, and files that are not whole."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
from contextlib import suppress
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.errors import ReportRefused
from suyuan.wire.sheets.delimited import open_delimited

TEXT = '编号,时间\r\ne1,二〇二六\r\n\r\ne2,"a,\nb"\r\n'


def read(data: bytes) -> list[tuple[int, list[str]]]:
    sheet = open_delimited(io.BytesIO(data))
    return [(1, sheet.header), *((line.number, line.cells) for line in sheet.lines)]


def fault(data: bytes) -> tuple[str, dict[str, object]]:
    with pytest.raises(ReportRefused) as refused:
        read(data)
    (found,) = refused.value.faults
    return found.code, dict(found.params)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_the_bytes_say_which_encoding_it_is(encoding: str) -> None:
    assert read(TEXT.encode(encoding)) == [
        (1, ["编号", "时间"]),
        (2, ["e1", "二〇二六"]),
        (4, ["e2", "a,\nb"]),
    ]


@pytest.mark.parametrize("sign", [",", ";", "\t", "，"])
def test_the_header_says_which_delimiter_it_is(sign: str) -> None:
    text = f"编号{sign}时间{sign}extra.a;b,c\ne1{sign}x{sign}y\n" if sign not in ",;" else None
    text = text or f"编号{sign}时间\ne1{sign}x\n"
    assert read(text.encode())[1][1][:2] == ["e1", "x"]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_delimiter_is_told_by_the_header_below_a_title(sign: str) -> None:
    text = f"三月台账\r\n合作社,二〇二六;三月\r\n编号{sign}时间\r\ne1{sign}x\r\n"
    assert read(text.encode())[-2:] == [(3, ["编号", "时间"]), (4, ["e1", "x"])]


def test_characters_are_those_of_the_edition_of_2022() -> None:
    data = "编号,品名\r\ne1,䶮@\U00020bb7\r\n".encode("gb18030").replace(b"@", b"\xfe\x59\xa6\xd9")
    assert read(data)[1] == (2, ["e1", "䶮龴\ufe10\U00020bb7"])


def test_the_number_of_rows_is_known_before_the_first_is_read() -> None:
    assert open_delimited(io.BytesIO(TEXT.encode())).total == 2


def test_a_byte_that_is_no_text_in_the_last_row_refuses_the_file_before_its_first_row() -> None:
    data = ("编号\n" + "e1\n" * 500_000).encode() + b"\xff\xff\n"
    with pytest.raises(ReportRefused) as refused:
        open_delimited(io.BytesIO(data))
    assert refused.value.faults[0].params["byte"] == len(data) - 3


def test_a_character_across_two_reads_is_one() -> None:
    data = ("编号\n" + "农" * 1_000_000 + "\n").encode()
    assert fault(data) == ("csv_malformed", {"row": 2}), "the cell is too long, not malformed text"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('id\ne1\n"e2\ne3\n', 3),
        ('id\n"e1"x\n', 2),
        ("id\n" + "x," * 600_000 + "\n", 2),
        ('id\n"' + "\n" * 200_000 + '"\n', 2),
    ],
    ids=["open quote", "text behind a quote", "endless row", "endless cell"],
)
def test_a_row_that_does_not_end_is_named(text: str, row: int) -> None:
    assert fault(text.encode()) == ("csv_malformed", {"row": row})


def test_a_file_without_rows_is_refused() -> None:
    assert fault(b"")[0] == fault(b"\n\r\n")[0] == "file_empty"


def test_a_file_is_read_in_memory_of_a_few_rows() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"id,time\n")
        for _ in range(4):
            file.write(b"e1,2026-03-01 08:00,some more words\n" * 20_000)
        tracemalloc.start()
        rows = sum(1 for _ in open_delimited(cast(BinaryIO, file)).lines)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert rows == 80_000
        assert peak < 2_000_000 < file.tell()


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_one_refusal(data: bytes) -> None:
    with suppress(ReportRefused):
        sheet = open_delimited(io.BytesIO(data))
        assert sum(1 for _ in sheet.lines) == sheet.total
