"""GS1 identification keys: the one table of them, and their canonical form.

The canonical form is that of CBV 2.0, 8.9.2: a Digital Link on ``https://id.gs1.org`` with the
finest level alone, and so without query, consumer variant, lot beside a serial, or the SGLN
extension ``0``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from suyuan.domain.codes.check_digits import gmn_check_pair, gs1_check_digit
from suyuan.domain.codes.code import Level
from suyuan.domain.codes.reading import Reading, malformed, wrong_check_digit

DOMAIN = "https://id.gs1.org/"

SET_82 = r'[!"%-?A-Z_a-z]'
"""GS1 General Specifications, figure 7.11-1. Set 39 of part numbers is ``[#\\-/0-9A-Z]``."""

# What CBV 2.0 leaves as it is in a Digital Link; quote() leaves letters, digits and _.-~ too.
_SAFE = "';="


class Qualifier(NamedTuple):
    """What may stand beside a key. ``scheme`` None: it says nothing about identity."""

    ai: str
    part: str
    notation: str
    form: re.Pattern[str]
    scheme: str | None = None
    level: Level = Level.SERIAL


class Identifier(NamedTuple):
    """A row of the table: one identification key.

    ``checked``     how many characters of the value, from its start, a check digit closes; 0: none
    ``pair``        whether a pair of check characters closes the value
    ``long_level``  the level where more characters follow those, namely a serial
    ``qualifiers``  the finest first; the first one present makes the key
    """

    ai: str
    scheme: str
    level: Level
    notation: str
    form: re.Pattern[str]
    checked: int = 0
    long_level: Level | None = None
    qualifiers: tuple[Qualifier, ...] = ()
    pair: bool = False


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("X", SET_82))


_LOT = Qualifier("10", "lot", "X..20", _form("X{1,20}"), "gtin_lot", Level.LOT)
_SERIAL = Qualifier("21", "serial", "X..20", _form("X{1,20}"), "sgtin")
_THIRD_PARTY = Qualifier("235", "serial", "X..28", _form("X{1,28}"), "upui")
_VARIANT = Qualifier("22", "variant", "X..20", _form("X{1,20}"))
_PIECE_LOT = _LOT._replace(scheme="itip")
_PIECE_SERIAL = _SERIAL._replace(scheme="itip")
_PLACE = Qualifier("254", "extension", "X..20", _form("X{1,20}"), "gln", Level.OTHER)
_PART_SERIAL = Qualifier("8011", "serial", "N..12", _form("[0-9]{1,12}"), "cpi")
_RELATION = Qualifier("8019", "instance", "N..10", _form("[0-9]{1,10}"))
_PAYMENT = Qualifier("8020", "payment", "X..25", _form("X{1,25}"))
# EU 2018/574: who operates, runs a plant or a machine, by whom the identifier was issued.
_ISSUER = Qualifier("7040", "issuer", "N1+X3", _form("[0-9]X{3}"))

_TRADE_ITEM = (_SERIAL, _THIRD_PARTY, _LOT, _VARIANT)
_PIECE = (_PIECE_SERIAL, _PIECE_LOT, _VARIANT)

# An EPC that a reporter puts among the things of an event is a thing, so what is serialised is
# SERIAL here even where it is a document or a relation; places and parties alone are OTHER.
# Where an element string holds several keys (a pallet's label names its consignee), the first
# row that is present is what the label is on.
IDENTIFIERS: dict[str, Identifier] = {
    row.ai: row
    for row in (
        Identifier("00", "sscc", Level.SERIAL, "N18", _form("[0-9]{18}"), 18),
        Identifier(
            "01", "gtin", Level.CLASS, "N14", _form("[0-9]{14}"), 14, qualifiers=_TRADE_ITEM
        ),
        Identifier("8006", "itip", Level.CLASS, "N18", _form("[0-9]{18}"), 14, qualifiers=_PIECE),
        Identifier(
            "8003", "grai", Level.CLASS, "N14+X..16", _form("0[0-9]{13}X{0,16}"), 14, Level.SERIAL
        ),
        Identifier(
            "8004",
            "giai",
            Level.SERIAL,
            "X..30",
            _form("[0-9]{4}X{1,26}"),
            qualifiers=(_ISSUER,),
        ),
        Identifier("8013", "gmn", Level.CLASS, "X..25", _form("[0-9]{4}X{1,21}"), pair=True),
        Identifier(
            "8010",
            "cpi",
            Level.CLASS,
            "Y..30",
            _form("[0-9]{4}[#\\-/0-9A-Z]{1,26}"),
            qualifiers=(_PART_SERIAL,),
        ),
        Identifier(
            "253", "gdti", Level.CLASS, "N13+X..17", _form("[0-9]{13}X{0,17}"), 13, Level.SERIAL
        ),
        Identifier("255", "gcn", Level.CLASS, "N13+N..12", _form("[0-9]{13,25}"), 13, Level.SERIAL),
        Identifier("401", "ginc", Level.SERIAL, "X..30", _form("[0-9]{4}X{1,26}")),
        Identifier("402", "gsin", Level.SERIAL, "N17", _form("[0-9]{17}"), 17),
        Identifier(
            "8017", "gsrn", Level.SERIAL, "N18", _form("[0-9]{18}"), 18, qualifiers=(_RELATION,)
        ),
        Identifier(
            "8018", "gsrn", Level.SERIAL, "N18", _form("[0-9]{18}"), 18, qualifiers=(_RELATION,)
        ),
        Identifier(
            "414",
            "gln",
            Level.OTHER,
            "N13",
            _form("[0-9]{13}"),
            13,
            qualifiers=(_PLACE, _ISSUER),
        ),
        Identifier("417", "gln", Level.OTHER, "N13", _form("[0-9]{13}"), 13, qualifiers=(_ISSUER,)),
        Identifier(
            "415", "gln", Level.OTHER, "N13", _form("[0-9]{13}"), 13, qualifiers=(_PAYMENT,)
        ),
    )
}

GTIN_LENGTHS = frozenset({8, 12, 13, 14})


def read_elements(elements: Mapping[str, str]) -> Reading | None:
    """The key that ``elements`` (value by application identifier) hold; ``None`` if there is none.

    A GTIN may be given with 8, 12, 13 or 14 digits. Elements that are no part of a key stand in
    ``parts`` under their application identifier.
    """
    for row in IDENTIFIERS.values():
        if row.ai in elements:
            return _read(row, elements)
    return None


def _read(row: Identifier, elements: Mapping[str, str]) -> Reading:
    value = elements[row.ai]
    if row.ai == "01" and len(value) in GTIN_LENGTHS:
        value = value.zfill(14)
    parts = {row.scheme: value}
    level, problem = row.level, None
    if not row.form.fullmatch(value):
        problem = malformed(row.ai, row.notation)
    elif row.checked:
        expected = gs1_check_digit(value[: row.checked - 1])
        parts["check_digit"] = value[row.checked - 1]
        if parts["check_digit"] != expected:
            problem = wrong_check_digit(expected)
        if len(value) > row.checked and row.long_level is not None:
            level = row.long_level
            parts[row.scheme], parts["serial"] = value[: row.checked], value[row.checked :]
    elif row.pair and value[-2:] != (expected := gmn_check_pair(value[:-2])):
        problem = wrong_check_digit(expected)
    reading = Reading(row.scheme, f"{DOMAIN}{row.ai}/{encode(value)}", level, parts, problem)
    return reading if len(elements) == 1 else _qualified(reading, row, elements)


def _qualified(reading: Reading, row: Identifier, elements: Mapping[str, str]) -> Reading:
    """``reading`` made as fine as the elements beside its key allow."""
    scheme, key, level, parts, problem = reading
    finest = True
    used = 1
    for qualifier in row.qualifiers:
        value = elements.get(qualifier.ai)
        if value is None:
            continue
        used += 1
        parts[qualifier.part] = value
        if not qualifier.form.fullmatch(value):
            problem = problem or malformed(qualifier.ai, qualifier.notation)
        # CBV 2.0, 8.9.2: extension 0 of an SGLN means that there is none.
        elif finest and qualifier.scheme and (qualifier is not _PLACE or value != "0"):
            finest, scheme, level = False, qualifier.scheme, qualifier.level
            key = f"{key}/{qualifier.ai}/{encode(value)}"
    if len(elements) > used:
        known = {row.ai, *(qualifier.ai for qualifier in row.qualifiers)}
        parts.update((ai, value) for ai, value in elements.items() if ai not in known)
    return Reading(scheme, key, level, parts, problem)


_SERIAL_ITEM = re.compile(re.escape(DOMAIN) + r"(01/[0-9]{14})/(?:21|235)/.+")
_LOT_ITEM = re.compile(re.escape(DOMAIN) + r"01/[0-9]{14}/10/[^/]+")


def lot_key(serial: str, lot: str) -> str | None:
    """The key of the lot that a serialised trade item is of; ``None`` of any other thing."""
    found = _SERIAL_ITEM.fullmatch(serial)
    if found is None or not _LOT.form.fullmatch(lot):
        return None
    return f"{DOMAIN}{found[1]}/10/{encode(lot)}"


def is_lot_key(key: str) -> bool:
    """Whether a key is that of a lot of a trade item, the only ones that have serials."""
    return _LOT_ITEM.fullmatch(key) is not None


def encode(value: str) -> str:
    """A value as it stands in a canonical Digital Link (GS1 Digital Link 1.1, table 7-1)."""
    return value if value.isalnum() and value.isascii() else quote(value, safe=_SAFE)
