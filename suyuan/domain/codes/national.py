"""National codes of China: the one table of them.

Sources: GB 32100-2015 (统一社会信用代码), GB/T 2260, GB/T 17710, GB 18937, NMPAB/T 1002-2019,
Ministry of Agriculture announcements 2579 (pesticides) and 2210 (veterinary drugs), and the forms
that systems in use write where a standard's text is not public.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from suyuan.domain.codes import private
from suyuan.domain.codes.check_digits import (
    USCC_ALPHABET,
    mod_11_10_check_digit,
    uscc_check_character,
)
from suyuan.domain.codes.code import Level
from suyuan.domain.codes.divisions import PROVINCES, begins_with_division
from suyuan.domain.codes.reading import Reading, wrong_check_digit


class Scheme(NamedTuple):
    """A row of the table. The named groups of ``form`` are the parts of a code.

    ``fits``   what the form cannot say, mostly a GB/T 2260 prefix
    ``check``  gives the last character that the others ask for
    """

    id: str
    level: Level
    form: re.Pattern[str]
    fits: Callable[[str], bool] | None = None
    check: Callable[[str], str] | None = None

    def read(self, text: str) -> Reading | None:
        """``text`` by this scheme, upper case; ``None`` where it does not fit."""
        found = self.form.fullmatch(text)
        if found is None or (self.fits is not None and not self.fits(text)):
            return None
        key = private.urn(private.NATIONAL, text)
        parts = {name: value for name, value in found.groupdict().items() if value is not None}
        problem = None
        if self.check is not None and self.check(text) != text[-1]:
            problem = wrong_check_digit(self.check(text))
        return Reading(self.id, key, self.level, parts, problem)


def _of_province(text: str) -> bool:
    return text[:2] in PROVINCES


def _registered(text: str) -> bool:
    """Whether a 统一社会信用代码 names a real kind of registration in a real division.

    100000 is the whole country.
    """
    return text[:2] in _REGISTRATIONS and (text[2:8] == "100000" or begins_with_division(text[2:6]))


# GB 32100-2015, table 1: registering department, then type of organisation.
_REGISTRATIONS = frozenset(
    department + kind
    for department, kinds in {
        "1": "1239",
        "2": "19",
        "3": "123459",
        "4": "19",
        "5": "1239",
        "6": "129",
        "7": "129",
        "8": "19",
        "9": "123",
        "A": "19",
        "N": "1239",
        "Y": "1",
    }.items()
    for kind in kinds
)

_C = f"[{USCC_ALPHABET}]"
_USCC = (
    rf"(?P<department>{_C})(?P<type>{_C})(?P<division>{_C}{{6}})"
    rf"(?P<organisation>{_C}{{9}})(?P<check_digit>{_C})"
)

USCC = Scheme(
    "uscc", Level.OTHER, re.compile(_USCC), check=lambda text: uscc_check_character(text[:17])
)
"""统一社会信用代码, as a party writes it."""

CLOSED_USCC = USCC._replace(fits=lambda text: uscc_check_character(text[:17]) == text[-1])
"""One with the right check character, for texts that nobody says are a party's."""

REGISTERED_USCC = USCC._replace(
    fits=lambda text: _registered(text) and uscc_check_character(text[:17]) == text[-1]
)
"""One of which everything fits: an enterprise's own code closes like one in 1 of 31 cases."""

NODE = Scheme(
    "meat_node",
    Level.OTHER,
    re.compile(r"(?P<division>[0-9]{6})(?P<serial>[0-9]{3})"),
    begins_with_division,
)
DIVISION = Scheme(
    "division", Level.OTHER, re.compile(r"(?P<division>[0-9]{6})"), begins_with_division
)

NO_THINGS: dict[int, tuple[Scheme, ...]] = {6: (DIVISION,), 9: (NODE,)}
"""By length: codes of digits alone that never name a thing."""

_MERCHANT = r"(?P<node>[0-9]{9})(?P<merchant>[0-9]{4})"
_DRUG = Scheme("drug_code", Level.OPEN, re.compile(r"(?P<product>[0-9]{7})(?P<serial>[0-9]{13})"))
_TRACE = Scheme("meat_trace", Level.OPEN, re.compile(_MERCHANT + r"(?P<serial>[0-9]{7})"))

BARE: dict[int, tuple[Scheme, ...]] = {
    8: (
        # GB/T 7635.1: 211 is meat, 012 vegetables. Such a code names goods, never a piece of them.
        Scheme("meat_goods", Level.CLASS, re.compile("(?P<goods>(?:211|012)[0-9]{5})")),
        Scheme(
            "meat_goods",
            Level.OPEN,
            re.compile("(?P<goods>(?!211|012)[0-9]{8})"),
            begins_with_division,
        ),
    ),
    12: (
        Scheme(
            "liquor_slip",
            Level.OPEN,
            re.compile(r"(?P<province>[0-9]{2})(?P<number>[0-9]{10})"),
            _of_province,
        ),
    ),
    13: (Scheme("meat_merchant", Level.OPEN, re.compile(_MERCHANT), begins_with_division),),
    16: (
        Scheme(
            "meat_batch",
            Level.OPEN,
            re.compile(r"(?P<node>[0-9]{9})(?P<serial>[0-9]{7})"),
            begins_with_division,
        ),
    ),
    # Years 05 to 39: a moment written with 17 digits (20260301080000000) is no such code.
    17: (
        Scheme(
            "organic",
            Level.OPEN,
            re.compile(r"(?P<agency>[0-9]{3})(?P<year>0[5-9]|[123][0-9])(?P<random>[0-9]{12})"),
        ),
    ),
    18: (
        Scheme(
            "customs_declaration",
            Level.OPEN,
            re.compile(
                r"(?P<customs>[0-9]{4})(?P<year>(?:19|20)[0-9]{2})(?P<direction>[01])"
                r"(?P<serial>[0-9]{9})"
            ),
        ),
    ),
    24: (
        Scheme(
            "veterinary",
            Level.OPEN,
            re.compile(
                r"(?P<applied_on>20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))"
                r"(?P<firm>[0-9]{5})(?P<random>[0-9]{11})"
            ),
        ),
    ),
    32: (
        Scheme(
            "pesticide",
            Level.OPEN,
            re.compile(
                r"(?P<category>[123])(?P<registration>[0-9]{6})(?P<production>[123])"
                r"(?P<spec>[0-9]{3})(?P<random>[0-9]{21})"
            ),
        ),
    ),
}
"""Codes that are nothing but digits and of which no character names the scheme, by length."""

DRUG_STANDARD = Scheme(
    "drug_standard_code",
    Level.CLASS,
    re.compile(
        r"86(?P<category>[0-9])(?P<firm>[0-9]{4})(?P<product>[0-9]{6})(?P<check_digit>[0-9])"
    ),
)
"""国家药品编码本位码 (GB 18937): also a GTIN-14 with the same check digit, so never a key."""

_LICENCE = r"(?P<class>{0})(?P<division>[0-9]{{6}})(?P<serial>{1})(?P<check_digit>[0-9])"

_OID = (
    r"1\.2\.156\.326\.8\.(?P<business>[0-9]+)\.(?P<attribute>{0})\.(?P<entity_kind>[0-9])"
    r"\.(?P<organisation>[0-9])\.(?P<entity>[0-9A-Za-z]{{18,21}})"
    r"(?:\.(?P<product>[0-9]{{8}})(?:\.(?P<time>[0-9]{{14}}))?)?"
)

NAMED: dict[str, tuple[Scheme, ...]] = {
    "SC": (
        Scheme(
            "sc_licence",
            Level.OTHER,
            re.compile("SC" + _LICENCE.format("[0-9]{3}", "[0-9]{4}")),
            check=lambda text: mod_11_10_check_digit(text[2:15]),
        ),
    ),
    # That its check digit is MOD 11,10 too is not verified, so a wrong one is not refused.
    "JY": (
        Scheme(
            "jy_licence",
            Level.OTHER,
            re.compile("JY" + _LICENCE.format("[0-9]", "[0-9]{6}")),
        ),
    ),
    "1.": (
        Scheme("farm_oid", Level.OTHER, re.compile(_OID.format("[01]"))),
        Scheme("farm_oid", Level.OPEN, re.compile(_OID.format("[2-9]"))),
    ),
}
"""Codes whose first characters name the scheme."""

_MA = re.compile(
    r"(?P<device>(?i:MA\.156\.[0-9A-Z]{2})\.[0-9]{6}\.[0-9]{8})(?P<production>(?:\.[A-Z][0-9A-Za-z-]+)*)"
)


def read_named(text: str) -> Reading | None:
    """``SC…``, ``JY…``, ``1.2.156.326.8.…``, ``MA.156.…``; ``None`` for a text that is none."""
    head = text[:2].upper()
    if head == "MA":
        return _read_ma(text)
    for scheme in NAMED.get(head, ()):
        reading = scheme.read(text.upper())
        if reading is not None:
            return reading
    return None


def _read_ma(text: str) -> Reading | None:
    """A UDI of the MA scheme: the serial, else the lot, makes the key; dates do not."""
    found = _MA.fullmatch(text)
    if found is None:
        return None
    device = found["device"].upper()
    segments = {part[0]: part[1:] for part in found["production"].split(".")[1:]}
    parts = {"device": device, **segments}
    for letter, level in (("S", Level.SERIAL), ("L", Level.LOT)):
        if letter in segments:
            key = private.urn(private.NATIONAL, f"{device}.{letter}{segments[letter]}")
            return Reading("udi_ma", key, level, parts)
    return Reading("udi_ma", private.urn(private.NATIONAL, device), Level.CLASS, parts)


def of_digits(text: str) -> Sequence[Scheme]:
    """The schemes that a row of digits may be by its length; best first."""
    if len(text) == 20:
        return (_TRACE, _DRUG) if begins_with_division(text) else (_DRUG, _TRACE)
    return BARE.get(len(text), ())


def read_each(text: str, schemes: Iterable[Scheme]) -> list[Reading]:
    """The readings of ``text`` by those of ``schemes`` that it fits."""
    return [reading for scheme in schemes if (reading := scheme.read(text)) is not None]
