"""Claims made once and checked once: a signature and its check cost more than a small answer.

Signing takes 33 µs and checking 90 µs, and a chain over six departments is some fifty calls with
the same claims. So the gateway uses claims again for half their life, and a subsystem remembers
claims that held until they expire. Nothing is believed longer for it, also where a clock is put
back: claims of a time to come are made anew, and checked anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import time
from typing import NamedTuple, TypeVar

from joserfc.jwk import OKPKey

from suyuan.domain.caller import Caller
from suyuan.web import claims

# Some 10 MB at a gateway, and 6 MB at a subsystem: more callers than that in a minute are dearer.
MOST_REMEMBERED = 10_000

_Asked = tuple[Caller, str | None, str, tuple[str, ...]]
K = TypeVar("K")
V = TypeVar("V")


class _Signed(NamedTuple):
    token: str
    at: float


class Signer:
    """Signs for callers, at the gateway."""

    def __init__(self, key: OKPKey, *, clock: Callable[[], float] = time) -> None:
        self._key = key
        self._clock = clock
        self._signed: OrderedDict[_Asked, _Signed] = OrderedDict()

    def sign(self, caller: Caller, audience: str, sectors: tuple[str, ...] = ()) -> str:
        """Claims that are good for half a minute at least."""
        # Two keys of one department are the same caller by ``==``, and not the same person.
        asked = (caller, caller.key, audience, sectors)
        known, now = self._signed.get(asked), self._clock()
        if known is not None and known.at <= now < known.at + claims.TTL_SECONDS / 2:
            return known.token
        token = claims.sign(caller, audience=audience, key=self._key, sectors=sectors)
        _remember(self._signed, asked, _Signed(token, now))
        return token


class Verifier:
    """Checks what the gateway signed for one subsystem."""

    def __init__(self, key: OKPKey, audience: str, *, clock: Callable[[], float] = time) -> None:
        self._key = key
        self._audience = audience
        self._clock = clock
        self._held: OrderedDict[str, claims.Vouched] = OrderedDict()

    def verify(self, token: str) -> Caller:
        """The caller that claims speak for. Raises NotAuthenticated as ``claims.verify`` does.

        Claims that do not hold are never remembered: whoever makes them up pays for each.
        """
        known = self._held.get(token)
        if known is not None and known.issued <= self._clock() < known.expires:
            return known.caller
        vouched = claims.verify(token, audience=self._audience, key=self._key)
        _remember(self._held, token, vouched)
        return vouched.caller


def _remember(known: OrderedDict[K, V], key: K, value: V) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > MOST_REMEMBERED:
        known.popitem(last=False)
