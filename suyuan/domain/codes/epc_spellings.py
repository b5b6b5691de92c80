"""How a canonical code may be spelled elsewhere: as a Digital Link, and as an EPC URN.

A URN splits the company prefix off (EPC Tag Data Standard 2.0, clause 6.3), and how long that is
only GS1's own table tells. So a code has as many URNs as a prefix has lengths, of which one is
right; who knows the prefixes in use gets that one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote, unquote, urlsplit

PREFIX_LENGTHS = range(6, 13)
_HOST = "https://id.gs1.org/"
# What stands in a URN as it is (EPC Tag Data Standard 2.0, table 6-1: GS3A3 characters).
_PLAIN = "!'()*+,-.:;=_"


def urns(key: str, prefixes: Sequence[str] = ()) -> list[str]:
    """The EPC URNs that a canonical Digital Link may have; none for a key without URNs.

    ``prefixes`` are GS1 company prefixes that are known to be in use: where one fits the key, only
    its URN is given.
    """
    if not key.startswith(_HOST):
        return []
    steps = [unquote(step) for step in urlsplit(key).path.split("/")[1:]]
    ais = tuple(steps[::2])
    make = _MAKERS.get(ais)
    if make is None or len(steps) % 2:
        return []
    digits, urn = make(steps[1::2])
    fitting = [p for p in prefixes if digits.startswith(p)]
    lengths = [len(max(fitting, key=len))] if fitting else PREFIX_LENGTHS
    return [
        urn(length) for length in lengths if length <= len(digits) and digits[:length].isdigit()
    ]


_Made = tuple[str, Callable[[int], str]]


def _item(scheme: str) -> Callable[[list[str]], _Made]:
    """GTIN-14: an indicator, company prefix and item reference, a check digit."""

    def make(values: list[str]) -> _Made:
        gtin, digits, rest = values[0], values[0][1:13], quote(values[1], safe=_PLAIN)
        return digits, lambda n: f"{scheme}:{digits[:n]}.{gtin[0]}{digits[n:]}.{rest}"

    return make


def _unit(values: list[str]) -> _Made:
    sscc, digits = values[0], values[0][1:17]
    return digits, lambda n: f"urn:epc:id:sscc:{digits[:n]}.{sscc[0]}{digits[n:]}"


def _numbered(scheme: str, filler: int) -> Callable[[list[str]], _Made]:
    """A company prefix and a type of twelve digits, a check digit, a serial."""

    def make(values: list[str]) -> _Made:
        digits, serial = values[0][filler : filler + 12], values[0][filler + 13 :]
        rest = quote(serial, safe=_PLAIN)
        return digits, lambda n: f"{scheme}:{digits[:n]}.{digits[n:]}.{rest}"

    return make


def _asset(values: list[str]) -> _Made:
    asset = values[0]
    return asset[:-1], lambda n: f"urn:epc:id:giai:{asset[:n]}.{quote(asset[n:], safe=_PLAIN)}"


_MAKERS: dict[tuple[str, ...], Callable[[list[str]], _Made]] = {
    ("01", "21"): _item("urn:epc:id:sgtin"),
    ("01", "10"): _item("urn:epc:class:lgtin"),
    ("00",): _unit,
    ("8003",): _numbered("urn:epc:id:grai", 1),
    ("253",): _numbered("urn:epc:id:gdti", 0),
    ("8004",): _asset,
}
