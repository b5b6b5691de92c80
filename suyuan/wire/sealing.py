"""People at rest: sealed with AES-256-GCM (JWE, RFC 7516) under a key that no database holds.

The key is derived (HMAC-SHA-256) from each line of the file of keys; the newest seals, any opens.
A text is bound to the thing it belongs to: moved to another, it does not open.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_PURPOSE = b"suyuan: people of a filing, 1"
_KID_CHARACTERS = 12
_ALGORITHMS = ["dir", "A256GCM"]


class SealBroken(ValueError):
    """No key that is known opens the text, or it was sealed for something else."""


class _Sealed(msgspec.Struct):
    of: str
    text: str


def seal(keys: Sequence[bytes], of: str, text: str) -> str:
    """The text, sealed for one thing. ``keys`` has at least one."""
    kid, key = _derived(keys[0])
    content = msgspec.json.encode(_Sealed(of, text))
    return jwe.encrypt_compact(
        {"alg": "dir", "enc": "A256GCM", "kid": kid}, content, key, algorithms=_ALGORITHMS
    )


def unseal(keys: Sequence[bytes], of: str, sealed: str) -> str:
    """The text that was sealed for ``of``. Raises SealBroken."""
    known = dict(_derived(key) for key in keys)
    for key in known.values():
        try:
            opened = jwe.decrypt_compact(sealed, key, algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            continue
        content = msgspec.json.decode(opened.plaintext or b"", type=_Sealed)
        if content.of == of:
            return content.text
    raise SealBroken(of)


def _derived(key: bytes) -> tuple[str, OctKey]:
    derived = hmac.new(key, _PURPOSE, sha256).digest()
    kid = sha256(derived).hexdigest()[:_KID_CHARACTERS]
    return kid, OctKey.import_key(derived)
