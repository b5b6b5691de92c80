"""The four lines of a seed package's QR code."""

from __future__ import annotations

import pytest

from suyuan.domain.codes import candidates, recognise
from suyuan.domain.errors import CodeError
from suyuan.wire.codes import explain

LINES = "中浙优8号\n福建某某种业有限公司\n0102-8F3K-2026-000123\nhttps://seed.example.cn/t?c=000123"


@pytest.mark.parametrize("text", [LINES, LINES.replace("\n", "\r\n"), f" {LINES}\r\n"])
def test_the_unit_is_what_the_four_lines_name(text: str) -> None:
    code = recognise(text)
    assert (code.key, code.scheme) == ("urn:suyuan:cn:0102-8F3K-2026-000123", "seed")
    (found,) = candidates(text)
    assert found.parts == {
        "variety": "中浙优8号",
        "producer": "福建某某种业有限公司",
        "unit": "0102-8F3K-2026-000123",
        "address": "https://seed.example.cn/t?c=000123",
    }


def test_it_is_explained_in_both_languages() -> None:
    (told,) = explain(LINES)["candidates"]
    assert told["name"] == {"zh": "种子二维码", "en": "Seed code"}
    assert told["valid"]


@pytest.mark.parametrize(
    "text",
    [
        LINES.rpartition("\n")[0],
        LINES.replace("https://", "ftp://"),
        LINES + "\nfifth",
        LINES.replace("0102-8F3K", "0102 8F3K\x00"),
    ],
)
def test_any_other_lines_are_no_code(text: str) -> None:
    with pytest.raises(CodeError):
        recognise(text)
