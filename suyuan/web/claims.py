"""Claims: who the gateway says is asking, signed, for one subsystem and one minute.

A JWT (RFC 7519) signed with Ed25519; RFC 9864 names that algorithm and retires ``EdDSA``. The
gateway alone holds the private key, so a subsystem can check claims and cannot make any.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from time import time
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OKPKey

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import CodeError, NotAuthenticated

ALGORITHM: Literal["Ed25519"] = "Ed25519"
ISSUER = "gateway"

# Longer than any call between two services takes; a claim that leaks is worth little.
TTL_SECONDS = 60
# Clocks of two machines kept by NTP differ by far less.
_LEEWAY_SECONDS = 10

Jwk = dict[str, Any]


def generate_key_pair() -> tuple[Jwk, Jwk]:
    """A new ``(private, public)`` pair as JWKs (RFC 8037), each for a file of its own."""
    key = OKPKey.generate_key(ALGORITHM, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return dict(key.as_dict(private=True)), dict(key.as_dict(private=False))


def import_key(jwk: Jwk, *, private: bool) -> OKPKey:
    """A key to sign (``private``) or to verify with; ``ValueError`` if the JWK is not one."""
    wanted = f"{'a private' if private else 'a public'} {ALGORITHM} JWK"
    if jwk.get("kty") != "OKP" or jwk.get("crv") != ALGORITHM or ("d" in jwk) is not private:
        raise ValueError(f"not {wanted}")
    try:
        return OKPKey.import_key(jwk)
    except (JoseError, ValueError, TypeError) as error:
        raise ValueError(f"not {wanted}") from error


def read_key(path: Path, *, private: bool) -> OKPKey:
    """The key in a JWK file; ``ValueError`` with a sentence if it cannot be read or is not one."""
    try:
        jwk = json.loads(path.read_text())
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{path} does not hold JSON") from error
    try:
        return import_key(jwk if isinstance(jwk, dict) else {}, private=private)
    except ValueError as error:
        raise ValueError(f"{path} is {error}") from error


def changes_key(key: OKPKey) -> bytes:
    """The 32 bytes under which codes in change feeds are hashed, from the gateway's signing key.

    Nothing more to keep or to share: a gateway with another key has its index made anew.
    """
    secret = str(key.as_dict(private=True)["d"]).encode()
    return blake2b(secret, digest_size=32, person=b"suyuan-changes").digest()


def sign(
    caller: Caller,
    *,
    audience: str,
    key: OKPKey,
    ttl: int = TTL_SECONDS,
    sectors: tuple[str, ...] = (),
) -> str:
    """Claims that ``caller`` asks, good for ``ttl`` seconds at the subsystem ``audience``.

    ``sectors`` are those that the audience is registered for.
    """
    now = int(time())
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": audience,
        "iat": now,
        "exp": now + ttl,
        "role": caller.role.value,
    }
    if caller.party is not None:
        claims["party"] = caller.party.key
    if caller.home is not None:
        claims["home"] = caller.home
    if caller.delivered:
        claims["delivered"] = True
    if caller.key is not None:
        claims["key"] = caller.key
    if sectors:
        claims["sectors"] = sectors
    header = {"alg": ALGORITHM} | ({"kid": key.kid} if key.kid else {})
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who asks, as claims say that held, and from and until when they hold, in seconds since 1970.

    ``issued`` has the leeway between two clocks taken off.
    """

    caller: Caller
    issued: float
    expires: float


def verify(token: str, *, audience: str, key: OKPKey) -> Vouched:
    """The caller that the gateway vouches for.

    Raises ``NotAuthenticated``: ``claims_expired``, or ``claims_refused`` for a signature, an
    algorithm, an audience or a content that does not hold.
    """
    try:
        claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        _registry(audience).validate(claims)
        issued = float(claims["iat"]) - _LEEWAY_SECONDS
        return Vouched(_caller(claims), issued, float(claims["exp"]))
    except ExpiredTokenError as error:
        raise NotAuthenticated("claims_expired") from error
    except (JoseError, CodeError, ValueError, TypeError, RecursionError) as error:
        raise NotAuthenticated("claims_refused") from error


def _registry(audience: str) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        leeway=_LEEWAY_SECONDS,
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        iat={"essential": True},
        role={"essential": True, "values": [role.value for role in CallerRole]},
    )


def _caller(claims: dict[str, Any]) -> Caller:
    party, home, key = claims.get("party"), claims.get("home"), claims.get("key")
    if not all(isinstance(told, str | None) for told in (party, home, key)):
        raise TypeError("party, home and key are texts")
    delivered = claims.get("delivered", False) is True
    sectors = claims.get("sectors", [])
    if not isinstance(sectors, list) or not all(isinstance(one, str) for one in sectors):
        raise TypeError("sectors are texts")
    role = CallerRole(claims["role"])
    return Caller(role, _party(party), home, delivered, key, tuple(sectors))


def _party(key: str | None) -> Code | None:
    return recognise(key, use=Use.PARTY) if key is not None else None
