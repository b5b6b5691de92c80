"""Private codes, ``urn:suyuan:<owner>:<code>``, and national ones, ``urn:suyuan:cn:<text>``."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from suyuan.domain.codes.text import LONGEST_KEY, OWN_URN, tidy
from suyuan.domain.errors import CodeError

NATIONAL = "cn"
NOBODY = "private"
"""The owner of a private code that stands in no enterprise's report: such a key is unknown."""

NOBODYS = f"{OWN_URN}{NOBODY}:"

# RFC 3986, 2.3.
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+", re.ASCII)

# Other URNs of ours, which are no codes.
_OTHER_NAMES = frozenset({"event", "transformation", "epcis"})


def urn(owner: str, text: str) -> str:
    """The key of ``text`` among the codes of ``owner``, percent-encoded but for unreserved ones.

    Raises ``CodeError`` ``code_too_long`` where encoding makes it longer than a key may be.
    """
    key = f"{OWN_URN}{_encoded(owner)}:{_encoded(text)}"
    if len(key) > LONGEST_KEY:
        raise CodeError("code_too_long", length=len(key), limit=LONGEST_KEY)
    return key


def split(text: str) -> tuple[str, str] | None:
    """``(owner, code)`` of a ``urn:suyuan:`` URN, decoded; ``None`` for any other text.

    Raises ``CodeError`` where either is missing or is not percent-encoded UTF-8.
    """
    if text[: len(OWN_URN)].lower() != OWN_URN:
        return None
    owner, colon, rest = text[len(OWN_URN) :].partition(":")
    if owner in _OTHER_NAMES:
        return None
    try:
        owner, code = unquote(owner, errors="strict"), unquote(rest, errors="strict")
    except UnicodeDecodeError:
        owner = code = ""
    if not (owner and code and colon):
        form = f"{OWN_URN}<owner>:<code>"
        raise CodeError("code_malformed", text=text, scheme="private", part="URN", form=form)
    return tidy(owner), tidy(code)


def _encoded(text: str) -> str:
    # quote() leaves such a text alone too, but these keys are made by the million.
    return text if _UNRESERVED.fullmatch(text) else quote(text, safe="")
