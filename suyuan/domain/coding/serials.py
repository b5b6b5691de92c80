"""Serials for consumer codes: 13 characters that nobody guesses, and that say so of themselves.

A serial is 65 bits in Crockford's base 32: the number of the code within its product, below
2 ** 40, and 25 bits that are nought, enciphered together. What somebody made up deciphers to a
number that is too large, but for one in 33 million; so a forged code is refused without asking any
database (Bellare and Rogaway, Encode-then-encipher encryption, 2000).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from suyuan.domain.coding.permutation import Permutation

LENGTH = 13
NUMBERS = 1 << 40
"""How many serials a product has."""

_BITS = 65
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U, which are misread
_PAIRS = [one + two for one in _ALPHABET for two in _ALPHABET]
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}


class Serials:
    """The serials of one product (by its canonical key), under the keys of one code service.

    New ones are made with the first key; older keys stay behind it, for what is printed already.
    """

    def __init__(self, keys: Sequence[bytes], product: str) -> None:
        self._permutations = [Permutation(key, product, _BITS) for key in keys]

    def make(self, first: int, count: int) -> Iterator[str]:
        """The serials of ``count`` numbers from ``first`` on."""
        pairs = _PAIRS
        for value in self._permutations[0].values(first, count):
            yield (
                pairs[value >> 55]
                + pairs[value >> 45 & 1023]
                + pairs[value >> 35 & 1023]
                + pairs[value >> 25 & 1023]
                + pairs[value >> 15 & 1023]
                + pairs[value >> 5 & 1023]
                + _ALPHABET[value & 31]
            )

    def numbers(self, serial: str) -> Iterator[int]:
        """What each key makes of a serial: a number below ``NUMBERS`` with the one that made it."""
        value = _decode(serial)
        if value is not None:
            yield from (permutation.number(value) for permutation in self._permutations)


def _decode(serial: str) -> int | None:
    if len(serial) != LENGTH or set(serial) - _VALUES.keys():
        return None
    value = 0
    for character in serial:
        value = value << 5 | _VALUES[character]
    return value
