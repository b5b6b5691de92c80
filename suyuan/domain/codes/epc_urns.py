"""EPC URIs: identities, classes and patterns (EPC Tag Data Standard 2.0, clauses 6 and 8).

A URN leaves the check digit out and splits the company prefix off, so the canonical form can be
computed from it; the other way needs a table of company prefixes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from suyuan.domain.codes.check_digits import gs1_check_digit
from suyuan.domain.codes.gs1 import read_elements
from suyuan.domain.codes.reading import Reading


class Scheme(NamedTuple):
    """How a URN's dotted fields become elements.

    ``digits``    of company prefix and reference together
    ``fields``    how many dotted fields there are
    ``elements``  prefix, reference and further fields to value by application identifier
    ``notation``  the fields, for people
    """

    digits: int
    fields: int
    elements: Callable[[str, str, list[str]], dict[str, str]]
    notation: str


def _closed(digits: str) -> str:
    return digits + gs1_check_digit(digits)


def _indicated(prefix: str, reference: str) -> str:
    """Indicator or extension digit first: it stands before the reference in a URN."""
    return _closed(reference[0] + prefix + reference[1:])


def _trade_item(qualifier: str) -> Callable[[str, str, list[str]], dict[str, str]]:
    return lambda prefix, reference, rest: {"01": _indicated(prefix, reference), qualifier: rest[0]}


def _numbered(ai: str, filler: str = "") -> Callable[[str, str, list[str]], dict[str, str]]:
    return lambda prefix, reference, rest: {
        ai: _closed(filler + prefix + reference) + "".join(rest)
    }


def _place(prefix: str, reference: str, rest: list[str]) -> dict[str, str]:
    return {"414": _closed(prefix + reference), "254": rest[0]}


def _piece(prefix: str, reference: str, rest: list[str]) -> dict[str, str]:
    piece, total, serial = rest
    return {"8006": _indicated(prefix, reference) + piece + total, "21": serial}


def _lettered(ai: str) -> Callable[[str, str, list[str]], dict[str, str]]:
    return lambda prefix, reference, _: {ai: prefix + reference}


def _part(prefix: str, reference: str, rest: list[str]) -> dict[str, str]:
    return {"8010": prefix + reference, "8011": rest[0]}


_ITEM_NOTATION = "company prefix . indicator and item reference (13 digits in all) . serial"
_SGTIN = Scheme(13, 3, _trade_item("21"), _ITEM_NOTATION)
_LGTIN = Scheme(13, 3, _trade_item("10"), _ITEM_NOTATION.replace("serial", "lot"))
_UPUI = Scheme(13, 3, _trade_item("235"), _ITEM_NOTATION)
_ITIP = Scheme(13, 5, _piece, _ITEM_NOTATION.replace("serial", "piece . total . serial"))
_GRAI = Scheme(12, 3, _numbered("8003", "0"), "company prefix . asset type (12 digits) . serial")
_GDTI = Scheme(12, 3, _numbered("253"), "company prefix . document type (12 digits) . serial")
_SGCN = Scheme(12, 3, _numbered("255"), "company prefix . coupon reference (12 digits) . serial")
_CPI = Scheme(0, 3, _part, "company prefix . part reference . serial")

_IDENTITIES = {
    "sgtin": _SGTIN,
    "upui": _UPUI,
    "itip": _ITIP,
    "grai": _GRAI,
    "gdti": _GDTI,
    "sgcn": _SGCN,
    "cpi": _CPI,
    "sscc": Scheme(
        17, 2, lambda p, r, _: {"00": _indicated(p, r)}, "company prefix . serial (17 digits)"
    ),
    "sgln": Scheme(12, 3, _place, "company prefix . location (12 digits) . extension"),
    "pgln": Scheme(12, 2, _numbered("417"), "company prefix . party (12 digits)"),
    "gsrn": Scheme(17, 2, _numbered("8018"), "company prefix . service (17 digits)"),
    "gsrnp": Scheme(17, 2, _numbered("8017"), "company prefix . service (17 digits)"),
    "gsin": Scheme(16, 2, _numbered("402"), "company prefix . shipper (16 digits)"),
    "giai": Scheme(0, 2, _lettered("8004"), "company prefix . asset"),
    "ginc": Scheme(0, 2, _lettered("401"), "company prefix . consignment"),
}
# A pattern that leaves only the serial or the lot open names the class; any other is a query.
_PATTERNS = {
    "sgtin": _SGTIN, "lgtin": _LGTIN, "upui": _UPUI, "itip": _ITIP, "grai": _GRAI,
    "gdti": _GDTI, "sgcn": _SGCN, "cpi": _CPI,
}  # fmt: skip
_KINDS = {"id": _IDENTITIES, "class": {"lgtin": _LGTIN}, "idpat": _PATTERNS}


def read(text: str) -> Reading | None:
    """The key of a ``urn:epc:`` URI; ``None`` for a text that is none, or of a scheme that has
    no GS1 key (``gid``, ``usdod`` …), or a pattern with more than its last field open.
    """
    pieces = text.split(":", 4)
    if len(pieces) != 5 or pieces[0].lower() != "urn" or pieces[1].lower() != "epc":
        return None
    kind, name, body = pieces[2].lower(), pieces[3].lower(), pieces[4]
    scheme = _KINDS.get(kind, {}).get(name)
    if scheme is None:
        return None
    last = scheme.fields - 1
    fields = body.split(".", last)
    pattern = kind == "idpat"
    if pattern and (len(fields) <= last or fields.pop() != "*" or "*" in body[:-1]):
        return None
    elements = _elements(scheme, fields, pattern)
    reading = read_elements(elements) if elements else None
    return reading or Reading.unreadable(text, f"urn:epc:{kind}:{name}", scheme.notation)


def _elements(scheme: Scheme, fields: list[str], pattern: bool) -> dict[str, str] | None:
    if len(fields) != scheme.fields - pattern:
        return None
    prefix, reference, *rest = fields
    if not (prefix.isascii() and prefix.isdigit() and 6 <= len(prefix) <= 12):
        return None
    if scheme.digits:
        digits = prefix + reference
        if len(digits) != scheme.digits or not (digits.isascii() and digits.isdigit()):
            return None
    decoded = [unquote(field) for field in rest]
    if pattern:
        elements = scheme.elements(prefix, unquote(reference), [*decoded, ""])
        return {ai: value for ai, value in elements.items() if value}
    if not all(decoded):
        return None
    return scheme.elements(prefix, unquote(reference), decoded)
