"""A keyed permutation of whole numbers: where the n-th code of a range lies, and back.

A Feistel network of four rounds with keyed BLAKE2b (RFC 7693) as the round function: without the
key nobody tells it from chance, in either direction (Luby and Rackoff 1988). So a code that is
known says nothing of the next one, and since no two numbers fall together, nothing has to be looked
up to keep codes apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

_ROUNDS = 4
_WORD = 8  # bytes that a half is hashed as; no half is larger


class Permutation:
    """Of the numbers below ``2 ** bits``; another one for each ``stem`` and for each key.

    ``bits`` is at most 128, ``key`` has 16 to 64 bytes.
    """

    __slots__ = ("_low_bits", "_low_mask", "_rounds", "_top_mask")

    def __init__(self, key: bytes, stem: str, bits: int) -> None:
        self._low_bits = bits // 2
        self._low_mask = (1 << self._low_bits) - 1
        self._top_mask = (1 << bits - self._low_bits) - 1
        keyed = blake2b(stem.encode(), key=key, digest_size=_WORD, person=b"suyuan-codes")
        rounds = [keyed.copy() for _ in range(_ROUNDS)]
        for number, absorbed in enumerate(rounds):
            absorbed.update(b"\0%d" % number)
        self._rounds = tuple(rounds)

    def values(self, first: int, count: int) -> Iterator[int]:
        """Where ``count`` numbers from ``first`` on lie, in their order."""
        bits, low_mask, top_mask = self._low_bits, self._low_mask, self._top_mask
        one, two, three, four = self._rounds
        number, end = first, first + count
        while number < end:
            # As long as the upper part stays, so does what the first round makes of it.
            start = number >> bits
            mixed = _mix(one, start)
            until = min(end, start + 1 << bits)
            for low in range(number & low_mask, (until - 1 & low_mask) + 1):
                right = (low ^ mixed) & low_mask
                left = (start ^ _mix(two, right)) & top_mask
                right = (right ^ _mix(three, left)) & low_mask
                yield ((left ^ _mix(four, right)) & top_mask) << bits | right
            number = until

    def number(self, value: int) -> int:
        """Which number lies at ``value``."""
        low_mask, top_mask = self._low_mask, self._top_mask
        one, two, three, four = self._rounds
        right = value & low_mask
        left = (value >> self._low_bits ^ _mix(four, right)) & top_mask
        right = (right ^ _mix(three, left)) & low_mask
        left = (left ^ _mix(two, right)) & top_mask
        return left << self._low_bits | (right ^ _mix(one, left)) & low_mask


def _mix(absorbed: blake2b, half: int) -> int:
    mixing = absorbed.copy()
    mixing.update(half.to_bytes(_WORD, "big"))
    return int.from_bytes(mixing.digest(), "big")
