"""Recognise a text: which scheme, and the one canonical key.

Precedence. A text has one key, and these rules find it, in this order:

1. A form that names its scheme is that scheme in every use, and is refused where it does not fit:
   ``(01)…`` in brackets, ``]C1…``, data with group separators, ``urn:epc:…``, a Digital Link path
   on any domain, ``urn:suyuan:…``, ``SC`` and ``JY`` licences, ``MA.156.…``, ``1.2.156.326.8.…``,
   the four lines of a seed package.
2. Raw GS1 data that nothing marks (``01`` + GTIN …, ``00`` + SSCC …), where a thing is named and
   the check digit is right.
3. Bare digits where a thing is named. 8, 12, 13 or 14 with a right check digit are a GTIN, 18 an
   SSCC, whatever else they may be; otherwise they are a national code of their length, if one
   fits; otherwise 8, 12, 13 or 14 are a GTIN with a wrong check digit, and refused.
   6 and 9 digits (a division, a market) are never things: they are national codes where nobody
   owns the text, and its own code where an enterprise calls a thing so.
4. Bare digits where a party is named: 13 with a right check digit are a GLN (417). Where a place
   is named: 13 are a GLN (414), 9 with a GB/T 2260 prefix a market.
5. A 统一社会信用代码, in any use. One with a wrong check character is refused where a party is
   named, unless it is all digits.
6. Any other absolute URI is kept as it is.
7. Anything else is a private code of the owner.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import quote

from suyuan.domain.codes import (
    bare,
    digital_links,
    element_strings,
    epc_urns,
    gs1,
    national,
    private,
    seeds,
)
from suyuan.domain.codes.check_digits import gs1_check_digit
from suyuan.domain.codes.code import Candidate, Code, Level, Use
from suyuan.domain.codes.reading import Reading
from suyuan.domain.codes.text import GROUP_SEPARATOR, OWN_URN, folded, scanned, tidy
from suyuan.domain.errors import CodeError
from suyuan.domain.making import maker_of

# What bulk loads are made of, known at a look: a lot of a trade item, and an enterprise's own
# number. The rules say the same of them in seven times the time.
_TRADE_LOT = re.compile(r"\(01\)([0-9]{14})\(10\)([0-9A-Za-z]{1,20})")
# Shorter than a 统一社会信用代码, and of no letter that a scheme begins with.
_OWN_NUMBER = re.compile(r"[A-IK-LN-RT-Za-ik-rt-z][0-9A-Za-z._-]{0,16}")
_GTINS_KNOWN = 1_024

# URIs are written in lower case, and LOT:12 is some enterprise's own code.
_URI = re.compile(r"(?:[a-z][a-z0-9+.-]+|(?i:https?|urn)):[^\s<>\"]+")


def recognise(text: str, *, owner: str | None = None, use: Use = Use.THING) -> Code:
    """The code that ``text`` is.

    ``owner``  ``Code.short`` of the enterprise whose report holds the text; what fits nothing is
               its private code. Without an owner such a text gets a key that is nobody's.
    ``use``    what the text names; it settles what bare digits mean.

    Raises ``CodeError``: ``check_digit`` with ``text``, ``scheme``, ``expected`` and ``private``,
    the form that is taken all the same; ``code_malformed`` with ``text``, ``scheme``, ``part`` and
    ``form``; ``code_empty``, ``code_too_long``, ``code_characters``.
    """
    known = _read_at_a_look(text, owner)
    if known is not None:
        return known
    seed = seeds.read(text)
    if seed is not None:
        return seed.code(text)
    clean, plain = _cleaned(text)
    reading = _read_own(clean) or _read_named(plain, use)
    if reading is None:
        readings = bare.read(plain, use, owned=owner is not None)
        if not readings:
            return _unrecognised(clean, owner, text)
        reading = readings[0]
    if reading.problem is not None:
        _refuse(reading, reading.problem, text, owner)
    return reading.code(text)


def candidates(text: str) -> list[Candidate]:
    """Every reading of ``text``, best first: the first is what ``recognise`` takes for a thing.

    Empty where nothing fits, as for a private code. Raises ``CodeError`` as ``recognise`` does for
    a text that is empty, too long, or has control characters.
    """
    seed = seeds.read(text)
    if seed is not None:
        return [seed.candidate(text)]
    clean, plain = _cleaned(text)
    named = _read_own(clean) or _read_named(plain, Use.THING)
    readings = bare.read(plain, Use.THING, owned=False) if named is None else [named]
    return [reading.candidate(text) for reading in (*readings, *bare.others(plain, readings))]


def _read_at_a_look(text: str, owner: str | None) -> Code | None:
    """The code of a text in one of two plain forms, the same in every use."""
    lot = _TRADE_LOT.fullmatch(text)
    if lot is not None:
        gtin, number = lot.groups()
        key = f"{gs1.DOMAIN}01/{gtin}/10/{number}"
        return _make_code(key, "gtin_lot", Level.LOT, text) if _is_gtin(gtin) else None
    if owner is not None and _OWN_NUMBER.fullmatch(text):
        return _make_code(private.urn(owner, text), "private", Level.OPEN, text)
    return None


_make_code = maker_of(Code)


@lru_cache(_GTINS_KNOWN)
def _is_gtin(digits: str) -> bool:
    return digits[-1] == gs1_check_digit(digits[:-1])


def _cleaned(text: str) -> tuple[str, str]:
    """The text as it is a name, and with full-width characters made plain; neither is empty."""
    clean = scanned(tidy(text))
    plain = folded(clean)
    if not plain:
        raise CodeError("code_empty")
    return clean, plain


def _read_named(text: str, use: Use) -> Reading | None:
    """Rules 1 and 2."""
    first = text[0]
    if first == "(":
        return element_strings.read_bracketed(text)
    if GROUP_SEPARATOR in text:
        return element_strings.read_raw(text)
    if first == "0":
        return element_strings.read_unmarked(text) if use is Use.THING else None
    if first in "uU":
        return epc_urns.read(text)
    if first in "hH":
        return digital_links.read(text)
    return national.read_named(text) if first in "1SsJjMm" else None


def _read_own(text: str) -> Reading | None:
    """A ``urn:suyuan:`` URN, however it is percent-encoded; never folded, its text is a name."""
    named = private.split(text) if text[0] in "uU" else None
    if named is None:
        return None
    owner, code = named
    if owner == private.NATIONAL:
        return _read_national(code)
    return Reading("private", private.urn(owner, code), Level.OPEN, {"owner": owner, "code": code})


def _read_national(code: str) -> Reading:
    """The text of a national key. A GTIN there is still that GTIN, whose key is GS1's."""
    named = national.read_named(code)
    readings = bare.read_uscc(code, national.USCC) + bare.read(code, Use.THING, owned=False)
    reading = named or next(iter(readings), None)
    if reading is None or (reading.problem is not None and code.isdigit()):
        return Reading("national", private.urn(private.NATIONAL, code), Level.OPEN, {"code": code})
    return reading


def _unrecognised(clean: str, owner: str | None, text: str) -> Code:
    """Rules 6 and 7."""
    if _URI.fullmatch(clean):
        return Code(clean, "uri", Level.OPEN, text)
    return Code(private.urn(owner or private.NOBODY, clean), "private", Level.OPEN, text)


def _refuse(reading: Reading, problem: dict[str, str], text: str, owner: str | None) -> NoReturn:
    clean = tidy(text)
    params: dict[str, Any] = {"text": clean, "scheme": reading.scheme, **problem}
    own = f"{OWN_URN}{quote(owner, safe='') if owner else '<owner>'}:{quote(clean, safe='')}"
    raise CodeError(params.pop("code"), private=own, **params)
