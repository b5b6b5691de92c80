"""Texts without any mark of their scheme: rows of digits, and 统一社会信用代码.

The same digits mean different things where a thing, a party or a place is named; what a text may
be in one use is a list of readings, best first, and the first is taken.
"""

from __future__ import annotations

from suyuan.domain.codes import national
from suyuan.domain.codes.code import Use
from suyuan.domain.codes.gs1 import GTIN_LENGTHS, read_elements
from suyuan.domain.codes.reading import Reading

# A number of so many digits is a thing's own key where its check digit is right.
_KEYS = {**dict.fromkeys(GTIN_LENGTHS, "01"), 18: "00"}


def read(text: str, use: Use, *, owned: bool) -> list[Reading]:
    """What ``text`` may be in ``use``, best first; empty where it fits nothing.

    ``owned``: an enterprise's report holds it, so it may be that enterprise's own code.
    """
    if not text.isascii():
        return []
    digits = text.isdigit()
    if use is Use.THING:
        return _read_thing(text, owned) if digits else read_uscc(text, _uscc(owned))
    if len(text) == 13 and digits:
        gln = read_elements({"417" if use is Use.PARTY else "414": text})
        return [gln] if gln is not None and gln.problem is None else []
    if use is Use.PARTY:
        return read_uscc(text, national.USCC)
    if len(text) == 9 and digits:
        return national.read_each(text, [national.NODE])
    return read_uscc(text, national.REGISTERED_USCC)


def read_uscc(text: str, scheme: national.Scheme) -> list[Reading]:
    """``text`` as a 统一社会信用代码. A row of digits with a wrong check digit is none."""
    if len(text) != 18:
        return []
    readings = national.read_each(text.upper(), [scheme])
    return [one for one in readings if one.problem is None or not text.isdigit()]


def others(text: str, known: list[Reading]) -> list[Reading]:
    """What ``text`` may be besides ``known``: in another use, or by another standard."""
    length, digits = len(text), text.isascii() and text.isdigit()
    found = [] if known and not digits else read_uscc(text, national.USCC)
    if digits and length == 13:
        found += read(text, Use.PARTY, owned=False)
    elif digits and length == 14 and known and known[0].problem is None:
        found += _known_as(known[0], national.read_each(text, [national.DRUG_STANDARD]))
    elif digits and length == 18:
        sscc = read_elements({"00": text})
        found += [sscc] if sscc is not None else []
    seen = {reading.scheme for reading in known}
    return [reading for reading in found if reading.scheme not in seen]


def _read_thing(text: str, owned: bool) -> list[Reading]:
    length = len(text)
    schemes = national.of_digits(text)
    if not owned and length in national.NO_THINGS:
        schemes = national.NO_THINGS[length]
    found = national.read_each(text, schemes)
    if length == 18:
        found += read_uscc(text, _uscc(owned))
    if length not in _KEYS:
        return found
    key = read_elements({_KEYS[length]: text})
    if key is None or (key.problem is not None and length == 18):
        return found
    return [key, *_known_as(key, found)] if key.problem is None else [*found, key]


def _uscc(owned: bool) -> national.Scheme:
    return national.REGISTERED_USCC if owned else national.CLOSED_USCC


def _known_as(first: Reading, readings: list[Reading]) -> list[Reading]:
    """``readings`` under the key of ``first``: digits that fit two standards have one key."""
    return [reading._replace(key=first.key) for reading in readings]
