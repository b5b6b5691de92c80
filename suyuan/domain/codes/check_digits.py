"""Check digits: what the last character of a code should be."""

from __future__ import annotations

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015, table 2: the digits, and the letters but I, O, S, V, Z."""

# GS1 General Specifications, figures 7.11-1 (in the order of their values) and 7.9.5-3.
_SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_SET_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)

_USCC_VALUES = {character: value for value, character in enumerate(USCC_ALPHABET)}
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def gs1_check_digit(digits: str) -> str:
    """The digit that closes ``digits``: modulo 10, weights 3 and 1 from the right.

    GS1 General Specifications, 7.9.1; the same for every length.
    """
    values = digits.encode("ascii")
    tripled, single = values[-1::-2], values[-2::-2]
    total = 3 * sum(tripled) + sum(single) - 48 * (3 * len(tripled) + len(single))
    return "0987654321"[total % 10]


def gmn_check_pair(body: str) -> str:
    """The two characters that close ``body``, a GMN of at most 23 characters of set 82.

    GS1 General Specifications, 7.9.5: modulo 1021, weighted with primes from the right.
    """
    weighted = zip(_PRIMES, reversed(body), strict=False)
    total = sum(prime * _SET_82.index(character) for prime, character in weighted) % 1021
    return _SET_32[total >> 5] + _SET_32[total & 31]


def uscc_check_character(body: str) -> str:
    """The character that closes the first 17 of a 统一社会信用代码 (GB 32100-2015, annex).

    The outer modulo matters: a sum divisible by 31 gives 0, not the 32nd letter.
    """
    total = sum(
        weight * _USCC_VALUES[character]
        for weight, character in zip(_USCC_WEIGHTS, body, strict=True)
    )
    return USCC_ALPHABET[(31 - total % 31) % 31]


def mod_11_10_check_digit(digits: str) -> str:
    """The digit that closes ``digits``: MOD 11,10 (GB/T 17710, ISO/IEC 7064)."""
    product = 10
    for digit in digits:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)
