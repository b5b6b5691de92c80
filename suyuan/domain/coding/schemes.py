"""Which codes are given out here, and how each is put together from a stem and a number.

The stem is what all codes of one product or holder begin with; the numbers behind it are counted
here. Sources: GS1 General Specifications (AI 21, 00), NMPAB/T 1002-2019, announcements 2579 and
2210 of the Ministry of Agriculture, and the forms of the meat and vegetable platforms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from suyuan.domain.codes.check_digits import gs1_check_digit
from suyuan.domain.coding.permutation import Permutation
from suyuan.domain.coding.serials import NUMBERS, Serials

_GS1 = "https://id.gs1.org/"
_NATIONAL = "urn:suyuan:cn:"

Keys = Sequence[bytes]
"""The secrets of a code service, the newest first; 16 to 64 bytes each."""


class Numbering(Protocol):
    """How numbers become what stands behind a stem, and back."""

    def make(self, stem: str, first: int, count: int, keys: Keys) -> Iterator[str]: ...

    def numbers(self, stem: str, rest: str, keys: Keys) -> Iterator[int]:
        """What ``rest`` may be the number of, with each key; none if it cannot be made here."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One kind of code that is given out.

    ``stem``     what a stem looks like; ``stem_form`` says it in words that need no translation
    ``numbers``  how many codes a stem has
    ``lots``     whether a code can stand beside a lot in one element string
    """

    id: str
    stem: re.Pattern[str]
    stem_form: str
    numbering: Numbering
    numbers: int
    prefix: str
    between: str = ""
    lots: bool = False

    def keys_of(self, stem: str, first: int, count: int, keys: Keys) -> Iterator[str]:
        """The canonical keys of ``count`` codes from number ``first`` on."""
        start = f"{self.prefix}{stem}{self.between}"
        for rest in self.numbering.make(stem, first, count, keys):
            yield start + rest

    def number_of(self, stem: str, key: str, keys: Keys) -> int | None:
        """The number of a canonical key that begins with the stem; ``None`` if it is forged."""
        rest = key.removeprefix(f"{self.prefix}{stem}{self.between}")
        if rest == key:
            return None
        found = self.numbering.numbers(stem, rest, keys)
        return next((number for number in found if number < self.numbers), None)

    def is_stem(self, stem: str) -> bool:
        """Whether codes can begin with this: its form, and the check digit of a GTIN."""
        if self.stem.fullmatch(stem) is None:
            return False
        return self.id != "sgtin" or gs1_check_digit(stem[:-1]) == stem[-1]


@dataclass(frozen=True, slots=True)
class _Unguessable:
    """Serials of 13 characters that carry their own proof."""

    def make(self, stem: str, first: int, count: int, keys: Keys) -> Iterator[str]:
        return Serials(keys, stem).make(first, count)

    def numbers(self, stem: str, rest: str, keys: Keys) -> Iterator[int]:
        return Serials(keys, stem).numbers(rest)


@dataclass(frozen=True, slots=True)
class _Scattered:
    """Digits in no order that anybody sees: the number and noughts, enciphered in ``bits`` bits."""

    digits: int
    bits: int

    def make(self, stem: str, first: int, count: int, keys: Keys) -> Iterator[str]:
        for value in Permutation(keys[0], stem, self.bits).values(first, count):
            yield f"{value:0{self.digits}d}"

    def numbers(self, stem: str, rest: str, keys: Keys) -> Iterator[int]:
        if len(rest) == self.digits and rest.isdecimal() and not int(rest) >> self.bits:
            yield from (Permutation(key, stem, self.bits).number(int(rest)) for key in keys)


@dataclass(frozen=True, slots=True)
class _Counted:
    """Digits one after the other, as the meat and vegetable platforms number their tickets."""

    digits: int

    def make(self, stem: str, first: int, count: int, keys: Keys) -> Iterator[str]:
        del stem, keys
        for number in range(first, first + count):
            yield f"{number:0{self.digits}d}"

    def numbers(self, stem: str, rest: str, keys: Keys) -> Iterator[int]:
        del stem, keys
        if len(rest) == self.digits and rest.isdecimal():
            yield int(rest)


@dataclass(frozen=True, slots=True)
class _Shipping:
    """The rest of an SSCC: a serial reference as long as the prefix leaves, and a check digit."""

    def make(self, stem: str, first: int, count: int, keys: Keys) -> Iterator[str]:
        del keys
        digits = 17 - len(stem)
        for number in range(first, first + count):
            rest = f"{number:0{digits}d}"
            yield rest + gs1_check_digit(stem + rest)

    def numbers(self, stem: str, rest: str, keys: Keys) -> Iterator[int]:
        del keys
        fits = len(rest) == 18 - len(stem) and rest.isdecimal()
        if fits and gs1_check_digit(stem + rest[:-1]) == rest[-1]:
            yield int(rest[:-1])


# Of what is scattered, a part of the numbers is used and the rest is what forgeries fall into.
SCHEMES: dict[str, Scheme] = {
    scheme.id: scheme
    for scheme in (
        Scheme(
            "sgtin",
            re.compile(r"[0-9]{14}"),
            "GTIN-14",
            _Unguessable(),
            NUMBERS,
            f"{_GS1}01/",
            "/21/",
            lots=True,
        ),
        # Six digits of serial reference are left by the longest prefix, of ten digits.
        Scheme("sscc", re.compile(r"[0-9]{8,11}"), "N1+N7..10", _Shipping(), 10**6, f"{_GS1}00/"),
        Scheme("meat_batch", re.compile(r"[0-9]{9}"), "N9", _Counted(7), 10**7, _NATIONAL),
        Scheme("meat_trace", re.compile(r"[0-9]{13}"), "N13", _Counted(7), 10**7, _NATIONAL),
        Scheme("drug_code", re.compile(r"[0-9]{7}"), "N7", _Scattered(13, 43), 1 << 27, _NATIONAL),
        Scheme(
            "pesticide",
            re.compile(r"[123][0-9]{6}[123][0-9]{3}"),
            "N1+N6+N1+N3",
            _Scattered(21, 69),
            1 << 36,
            _NATIONAL,
        ),
        Scheme(
            "veterinary",
            re.compile(r"(?:19|20)[0-9]{11}"),
            "YYYYMMDD+N5",
            _Scattered(11, 36),
            1 << 24,
            _NATIONAL,
        ),
    )
}

_LENGTHS = {16: ("meat_batch", 9), 20: ("meat_trace", 13), 24: ("veterinary", 13)}


def stems_of(key: str) -> Iterator[tuple[str, str]]:
    """Every ``(scheme, stem)`` that a canonical key may have been given out under."""
    if key.startswith(_NATIONAL):
        digits = key.removeprefix(_NATIONAL)
        if len(digits) in _LENGTHS:
            scheme, length = _LENGTHS[len(digits)]
            yield scheme, digits[:length]
        if len(digits) == 20:
            yield "drug_code", digits[:7]
        elif len(digits) == 32:
            yield "pesticide", digits[:11]
    elif key.startswith(f"{_GS1}00/"):
        digits = key.removeprefix(f"{_GS1}00/")
        yield from (("sscc", digits[:length]) for length in range(11, 7, -1))
    elif key.startswith(f"{_GS1}01/") and key[len(_GS1) + 17 :].startswith("/21/"):
        yield "sgtin", key[len(_GS1) + 3 : len(_GS1) + 17]
