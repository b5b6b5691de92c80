"""The text of a seed package's QR code (农作物种子标签二维码编码规则, 2016).

Set by the Ministry of Agriculture for the labels of crop seed.

Four lines in this order: the variety's name, the producer's or dealer's name, the unit
identification code, and the address where the unit can be traced.
"""

from __future__ import annotations

import re

from suyuan.domain.codes import private
from suyuan.domain.codes.code import Level
from suyuan.domain.codes.reading import Reading

_LINE = r"[^\r\n\x00-\x1f]{1,200}"
_TEXT = re.compile(
    rf"\s*(?P<variety>{_LINE})\r?\n(?P<producer>{_LINE})\r?\n"
    r"(?P<unit>[0-9A-Za-z-]{1,64})[ \t]*\r?\n(?P<address>https?://[!-~]{1,300})\s*"
)


def read(text: str) -> Reading | None:
    """The unit that the four lines name; ``None`` for any other text."""
    found = _TEXT.fullmatch(text) if "\n" in text else None
    if found is None:
        return None
    parts = {name: value.strip() for name, value in found.groupdict().items()}
    key = private.urn(private.NATIONAL, parts["unit"])
    return Reading("seed", key, Level.OPEN, parts)
