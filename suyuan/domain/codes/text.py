"""A text as it was scanned or typed, made ready to be recognised."""

from __future__ import annotations

import re
import unicodedata

from suyuan.domain.errors import CodeError

LONGEST_CODE = 512
"""Characters. The longest GS1 Digital Link with all its attributes is below 400."""

LONGEST_KEY = 2048
"""Characters of a canonical key: PostgreSQL refuses an index entry above 2,704 bytes."""

GROUP_SEPARATOR = "\x1d"
"""What a scanner sends for FNC1 between the elements of a GS1 symbol."""

OWN_URN = "urn:suyuan:"
"""How a canonical key of ours begins; everything after it is percent-encoded."""

_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9](?=.)", re.DOTALL)
_GS1_SYMBOLS = frozenset({"]C1", "]e0", "]d2", "]Q3", "]J1"})
"""ISO/IEC 15424: GS1-128, GS1 DataBar, GS1 DataMatrix, GS1 QR Code, GS1 DotCode."""

# str.strip() would take group separators too, and they mean something.
_AROUND = " \t\r\n\x0b\x0c\u00a0\u200b\u3000\ufeff"

_FORBIDDEN = re.compile(r"[\x00-\x1c\x1e\x1f\x7f-\x9f\ud800-\udfff]")


def tidy(text: str) -> str:
    """``text`` without the white space around it, and without separators that close nothing.

    Raises ``CodeError``: ``code_empty``, ``code_too_long``, ``code_characters`` (control
    characters but the group separator, and halves of surrogate pairs).
    """
    clean = text.strip(_AROUND).rstrip(GROUP_SEPARATOR)
    if not clean:
        raise CodeError("code_empty")
    longest = LONGEST_KEY if clean[: len(OWN_URN)].lower() == OWN_URN else LONGEST_CODE
    if len(clean) > longest:
        raise CodeError("code_too_long", length=len(clean), limit=longest)
    bad = _FORBIDDEN.search(clean)
    if bad:
        raise CodeError("code_characters", character=f"U+{ord(bad[0]):04X}", at=bad.start() + 1)
    return clean


def scanned(text: str) -> str:
    """``text`` without the scanner's symbology identifier.

    Data of a GS1 symbol keep a separator in front: the FNC1 that made it one.
    """
    found = _SYMBOLOGY.match(text) if text[0] == "]" else None
    if found is None:
        return text
    return GROUP_SEPARATOR + text[3:] if found[0] in _GS1_SYMBOLS else text[3:]


def folded(text: str) -> str:
    """Full-width digits and letters, as Chinese input methods type them, made plain (NFKC)."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text).strip(_AROUND)
