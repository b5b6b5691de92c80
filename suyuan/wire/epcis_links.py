"""GS1 keys in the one form that the CBV 2.0 event hash takes: CBV 2.0, 8.9.2, rules on EPC URIs.

An EPC URN, an EPC class or pattern URN, or a GS1 Digital Link on any host becomes a Digital Link on
id.gs1.org of the finest key alone, without attributes. Nothing is verified here, and nothing is
refused: a text that fits no form stays as it is. These rules are kept apart from the recognition of
codes on purpose. Recognition gets better; a hash that was given out must never change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_HOST = "https://id.gs1.org/"
# No GS1 key is spelled longer, and searching a longer text for one would cost the square of it.
_LONGEST = 1024
# Places, parties and lots come again in every event of a batch.
_REMEMBERED = 4096


def canonical_link(text: str) -> str:
    """The constrained canonical Digital Link of a URI; any other text as it is."""
    if text.startswith("urn:epc:"):
        return _from_urn(text) or text
    if text.startswith(_HOST) and _CANONICAL.fullmatch(text, len(_HOST)):
        return text
    if text.startswith(("https://", "http://")) and len(text) <= _LONGEST:
        return _from_link(text) or text
    return text


# --- EPC URNs: TDS 2.0, clause 6 ----------------------------------------------------------------

_COMPANY = r"([0-9]{6,12})"
_CHAR = r"(?:%[0-9A-Fa-f]{2}|[!'()*+,\-.0-9:;=A-Z_a-z])"
_PATTERN = r"\.\*"


@dataclass(frozen=True, slots=True)
class _Urn:
    """How one EPC scheme is written, and its Digital Link.

    ``digits`` are those of company prefix and reference together, 0 where the length varies;
    ``moved``: the reference's first digit stands before the company prefix in the key.
    """

    body: re.Pattern[str]
    link: str
    digits: int = 0
    moved: bool = False


def _gtin(rest: str, link: str) -> _Urn:
    return _Urn(re.compile(_COMPANY + r"\.([0-9]{1,7})" + rest), link, 13, moved=True)


def _digits(digits: int, rest: str, link: str, *, moved: bool = False) -> _Urn:
    return _Urn(re.compile(_COMPANY + r"\.([0-9]{0,11})" + rest), link, digits, moved)


def _text(reference: str, rest: str, link: str) -> _Urn:
    return _Urn(re.compile(_COMPANY + rf"\.({reference})" + rest), link)


def _serial(longest: int) -> str:
    return rf"\.({_CHAR}{{1,{longest}}})"


_PIECES = r"\.([0-9]{2})\.([0-9]{2})"
_PART = r"(?:%[0-9A-Fa-f]{2}|[0-9A-Z\-]){1,24}"

_URNS = {
    "id:sgtin": _gtin(_serial(20), "01/{0}/21/{1}"),
    "idpat:sgtin": _gtin(_PATTERN, "01/{0}"),
    "class:lgtin": _gtin(_serial(20), "01/{0}/10/{1}"),
    "id:sscc": _digits(17, "", "00/{0}", moved=True),
    "id:sgln": _digits(12, _serial(20), "414/{0}/254/{1}"),
    "id:pgln": _digits(12, "", "417/{0}"),
    "id:grai": _digits(12, _serial(16), "8003/0{0}{1}"),
    "idpat:grai": _digits(12, _PATTERN, "8003/0{0}"),
    "id:giai": _text(_CHAR + "{1,24}", "", "8004/{0}"),
    "id:gsrn": _digits(17, "", "8018/{0}"),
    "id:gsrnp": _digits(17, "", "8017/{0}"),
    "id:gdti": _digits(12, _serial(20), "253/{0}{1}"),
    "idpat:gdti": _digits(12, _PATTERN, "253/{0}"),
    "id:sgcn": _digits(12, r"\.([0-9]{1,12})", "255/{0}{1}"),
    "idpat:sgcn": _digits(12, _PATTERN, "255/{0}"),
    "id:cpi": _text(_PART, r"\.([0-9]{1,12})", "8010/{0}/8011/{1}"),
    "idpat:cpi": _text(_PART, _PATTERN, "8010/{0}"),
    "id:ginc": _text(_CHAR + "{1,24}", "", "401/{0}"),
    "id:gsin": _digits(16, "", "402/{0}"),
    "id:itip": _gtin(_PIECES + _serial(20), "8006/{0}{1}{2}/21/{3}"),
    "idpat:itip": _gtin(_PIECES + _PATTERN, "8006/{0}{1}{2}"),
    "id:upui": _gtin(_serial(28), "01/{0}/235/{1}"),
    "idpat:upui": _gtin(_PATTERN, "01/{0}"),
}

# GS1 Digital Link 1.1.2, table 7-1: characters that an EPC URN writes plainly and a link may not.
_ESCAPES = str.maketrans({c: f"%{ord(c):02X}" for c in "!()*+,:"})


@lru_cache(_REMEMBERED)
def _from_urn(text: str) -> str | None:
    scheme, _, body = text.removeprefix("urn:epc:").partition(":")
    kind, _, body = body.partition(":")
    urn = _URNS.get(f"{scheme}:{kind}")
    found = urn.body.fullmatch(body) if urn is not None else None
    if urn is None or found is None:
        return None
    company, reference, *rest = found.groups()
    if urn.digits and len(company) + len(reference) != urn.digits:
        return None
    key = reference[:1] + company + reference[1:] if urn.moved else company + reference
    if urn.digits:
        key += _check_digit(key)
    link = urn.link.format(key, *rest).translate(_ESCAPES)
    # A location without an extension is written with the extension 0 in a URN (TDS 2.0, 6.3.3).
    return _HOST + (link.removesuffix("/254/0") if kind == "sgln" else link)


def _check_digit(digits: str) -> str:
    """GS1 General Specifications, 7.9: weights 3 and 1 from the right."""
    codes = digits.encode()
    odd, even = codes[::-2], codes[-2::-2]
    zeros = 48 * (3 * len(odd) + len(even))
    return str((zeros - 3 * sum(odd) - sum(even)) % 10)


# --- Digital Links: GS1 Digital Link URI syntax 1.1.2 -------------------------------------------

_KEYS = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017",
    "gsrn": "8018", "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402",
    "grai": "8003", "giai": "8004",
}  # fmt: skip
_QUALIFIERS = {"cpv": "22", "lot": "10", "ser": "21"}
_VALUE = r"(?:%[0-9A-Fa-f]{2}|[!\"'()*+,\-.0-9:;<=>?A-Z_a-z])"
_FORMS = {
    "00": r"[0-9]{18}", "01": r"[0-9]{14}", "253": rf"[0-9]{{13}}{_VALUE}{{0,17}}",
    "255": r"[0-9]{13,25}", "401": rf"{_VALUE}{{1,30}}", "402": r"[0-9]{17}",
    "414": r"[0-9]{13}", "417": r"[0-9]{13}", "8003": rf"[0-9]{{14}}{_VALUE}{{0,16}}",
    "8004": rf"{_VALUE}{{1,30}}", "8006": r"[0-9]{18}", "8017": r"[0-9]{18}",
    "8010": r"(?:%[0-9A-Fa-f]{2}|[#\-0-9A-Z]){1,30}", "8018": r"[0-9]{18}",
}  # fmt: skip
# The finest first; of a lot and a serial only the serial is kept (rule on the finest key).
_FINEST = {"01": ("235", "21", "10"), "8006": ("21", "10"), "414": ("254",), "8010": ("8011",)}
_KNOWN = {"01": {"22"}, "8006": {"22"}}

_LINK = re.compile(
    r"https?://[^/?#]*(?:/[^/?#]*)*?/"
    rf"({'|'.join((*_FORMS, *_KEYS))})/([0-9]{{4}}[^/?#]+)((?:/[^/?#]+/[^/?#]+)*)/?(?:[?#].*)?",
    re.DOTALL,
)
_CANONICAL = re.compile(
    r"00/[0-9]{18}|41[47]/[0-9]{13}|01/[0-9]{14}(?:/(?:10|21)/[%'\-.0-9:;<=>A-Z_a-z]{1,60})?"
)


@lru_cache(_REMEMBERED)
def _from_link(text: str) -> str | None:
    found = _LINK.fullmatch(text)
    if found is None:
        return None
    key, value, rest = found.groups()
    key = _KEYS.get(key, key)
    if key == "01" and value.isdigit() and len(value) in (8, 12, 13):
        value = value.zfill(14)
    if not re.fullmatch(_FORMS[key], value):
        return None
    parts = rest.split("/")[1:]
    qualifiers = {_QUALIFIERS.get(q, q): v for q, v in zip(parts[::2], parts[1::2], strict=True)}
    finest = _FINEST.get(key, ())
    if qualifiers.keys() - {*finest, *_KNOWN.get(key, ())}:
        return None
    for qualifier in finest:
        if qualifier in qualifiers:
            return f"{_HOST}{key}/{value}/{qualifier}/{qualifiers[qualifier]}"
    return f"{_HOST}{key}/{value}"
