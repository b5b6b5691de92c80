"""Claims are signed and checked once, and nobody is believed longer for it."""

from __future__ import annotations

from time import time

import pytest

from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.errors import NotAuthenticated
from suyuan.web import claims, vouching
from suyuan.web.vouching import Signer, Verifier

_PRIVATE_JWK, _PUBLIC_JWK = claims.generate_key_pair()
PRIVATE = claims.import_key(_PRIVATE_JWK, private=True)
PUBLIC = claims.import_key(_PUBLIC_JWK, private=False)
CITY = Caller(CallerRole.CITY)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_claims_are_used_again_for_half_their_life(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    signer = Signer(PRIVATE, clock=clock)
    monkeypatch.setattr(claims, "time", clock)
    first = signer.sign(CITY, "food")
    clock.now = claims.TTL_SECONDS / 2 - 1
    assert signer.sign(CITY, "food") is first
    clock.now = claims.TTL_SECONDS / 2
    assert signer.sign(CITY, "food") != first


def test_claims_are_of_one_caller_one_key_and_one_subsystem() -> None:
    signer = Signer(PRIVATE)
    one, other = (Caller(CallerRole.INSPECTOR, home="food", key=key) for key in ("aa", "bb"))
    assert one == other
    tokens = {signer.sign(c, a) for c in (CONSUMER, CITY, one, other) for a in ("food", "meat")}
    assert len(tokens) == 8
    keys = {Verifier(PUBLIC, "food").verify(signer.sign(c, "food")).key for c in (one, other)}
    assert keys == {"aa", "bb"}


def test_claims_that_held_hold_until_they_expire_and_no_longer() -> None:
    clock = Clock()
    verifier = Verifier(PUBLIC, "food", clock=clock)
    token = claims.sign(CITY, audience="food", key=PRIVATE, ttl=-9)  # within the leeway
    assert verifier.verify(token) == CITY
    clock.now = verifier._held[token].issued
    verifier._key = claims.import_key(claims.generate_key_pair()[1], private=False)
    assert verifier.verify(token) == CITY  # remembered, or the other key would refuse it
    clock.now = verifier._held[token].expires
    with pytest.raises(NotAuthenticated):
        verifier.verify(token)


def test_a_clock_that_is_put_back_makes_nobody_believed_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    clock.now = time()
    monkeypatch.setattr(claims, "time", clock)
    signer, verifier = Signer(PRIVATE, clock=clock), Verifier(PUBLIC, "food", clock=clock)
    token = signer.sign(CITY, "food")
    assert verifier.verify(token) == CITY
    clock.now -= 3600
    assert signer.sign(CITY, "food") != token
    verifier._key = claims.import_key(claims.generate_key_pair()[1], private=False)
    with pytest.raises(NotAuthenticated):  # it is checked anew, and no more believed as it was
        verifier.verify(token)


def test_claims_for_another_subsystem_are_refused_however_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vouching, "MOST_REMEMBERED", 2)
    verifier = Verifier(PUBLIC, "food")
    token = claims.sign(CITY, audience="meat", key=PRIVATE)
    for _ in range(2):
        with pytest.raises(NotAuthenticated):
            verifier.verify(token)
    assert not verifier._held


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vouching, "MOST_REMEMBERED", 2)
    signer, verifier = Signer(PRIVATE), Verifier(PUBLIC, "food")
    for home in ("food", "meat", "imports"):
        verifier.verify(signer.sign(Caller(CallerRole.INSPECTOR, home=home), "food"))
    assert len(signer._signed) == len(verifier._held) == 2
