"""API keys: who may ask as whom. The key itself is told once, when it is issued.

A key is ``sk_`` and 32 random bytes in base64url, and only its SHA-256 is stored: a stolen table
opens nothing, and 256 random bits need no slow hash. A key is looked up by its whole hash, so how
long a look-up takes says nothing about any stored key.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import Ambiguous, NotKnown, Refused
from suyuan.storage.engine import ReadConnection, WriteConnection
from suyuan.storage.tables.keys import keys

_KEY_BYTES = 32
_KEY = re.compile(r"sk_[A-Za-z0-9_-]{43}", re.ASCII)
# Enough of a hash to tell a million keys apart, and short enough to type.
_SHOWN_DIGITS = 12
_HASH_PREFIX = re.compile(rf"[0-9a-f]{{{_SHOWN_DIGITS},64}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What is kept of a key; ``id`` is the beginning of its hash, by which it can be revoked."""

    id: str
    caller: Caller
    label: str
    issued_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that is to be known, and whose it is."""

    key: str
    role: CallerRole
    party: Code | None = None
    home: str | None = None
    label: str = ""


def is_key(text: str) -> bool:
    """Whether a text has the form of a key."""
    return _KEY.fullmatch(text) is not None


def digest(key: str) -> bytes:
    """The 32 bytes under which a key is stored."""
    return sha256(key.encode()).digest()


def new_key() -> str:
    """The text of a new key, which opens nothing until it is made known with ``ensure``."""
    return "sk_" + secrets.token_urlsafe(_KEY_BYTES)


async def issue(
    connection: WriteConnection,
    *,
    role: CallerRole,
    party: Code | None = None,
    home: str | None = None,
    label: str = "",
) -> str:
    """A new key, told this once.

    An enterprise needs its ``party`` (and ``home``, the subsystem its reports go to, where there
    are several); a department and an inspector need ``home``, their subsystem. Raises ``Refused``.
    """
    key = new_key()
    await ensure(connection, key, role=role, party=party, home=home, label=label)
    return key


async def ensure(
    connection: WriteConnection,
    key: str,
    *,
    role: CallerRole,
    party: Code | None = None,
    home: str | None = None,
    label: str = "",
) -> None:
    """Make a key that was issued elsewhere known here too; one that is known is left as it is.

    So a key that was revoked here stays revoked. Raises ``Refused`` as ``issue`` does.
    """
    await ensure_all(connection, [NewKey(key, role, party, home, label)])


async def ensure_all(connection: WriteConnection, issued: Iterable[NewKey]) -> None:
    """As ``ensure`` for many keys, in one statement. Raises ``Refused`` before any is stored."""
    rows = []
    for one in issued:
        _check(one.key, one.role, one.party, one.home)
        party = one.party.key if one.party is not None else None
        rows.append(
            {
                "key_hash": digest(one.key),
                "role": one.role.value,
                "party": party,
                "home": one.home,
                "label": one.label,
            }
        )
    if rows:
        await connection.execute(insert(keys).values(rows).on_conflict_do_nothing())


async def find(connection: ReadConnection, key: str) -> Caller | None:
    """Whose key this is, ``None`` if it is unknown or revoked."""
    if not is_key(key):
        return None
    found = select(keys.c.role, keys.c.party, keys.c.home).where(
        and_(keys.c.key_hash == digest(key), keys.c.revoked_at.is_(None))
    )
    row = (await connection.execute(found)).one_or_none()
    if row is None:
        return None
    return replace(_caller(row.role, row.party, row.home), key=digest(key).hex()[:_SHOWN_DIGITS])


async def revoke(connection: WriteConnection, key: str) -> StoredKey:
    """End a key, named by itself or by twelve or more of the first digits of its hash.

    Revoking twice keeps the first time. Raises ``NotKnown``, or ``Ambiguous`` if several begin so.
    """
    named = _named(key)
    found = await _stored(connection, named)
    if not found:
        raise NotKnown("key_unknown")
    if len(found) > 1:
        raise Ambiguous("key_ambiguous", choices=[stored.id for stored in found])
    ended = keys.update().where(named, keys.c.revoked_at.is_(None)).values(revoked_at=func.now())
    await connection.execute(ended)
    (stored,) = await _stored(connection, named)
    return stored


async def list_keys(connection: ReadConnection) -> list[StoredKey]:
    """All keys, the revoked too, in the order in which they were issued."""
    return await _stored(connection)


async def _stored(
    connection: AsyncConnection, condition: ColumnElement[bool] | None = None
) -> list[StoredKey]:
    query = select(keys).order_by(keys.c.issued_at, keys.c.key_hash)
    if condition is not None:
        query = query.where(condition)
    return [
        StoredKey(
            row.key_hash.hex()[:_SHOWN_DIGITS],
            _caller(row.role, row.party, row.home),
            row.label,
            row.issued_at,
            row.revoked_at,
        )
        for row in await connection.execute(query)
    ]


def _named(key: str) -> ColumnElement[bool]:
    """The keys that a text names."""
    if is_key(key):
        return keys.c.key_hash == digest(key)
    prefix = key.lower()
    if _HASH_PREFIX.fullmatch(prefix) is None:
        raise NotKnown("key_unknown")
    # The pattern above leaves nothing in the prefix that LIKE would take for a wildcard.
    return func.encode(keys.c.key_hash, "hex").like(f"{prefix}%")


def _check(key: str, role: CallerRole, party: Code | None, home: str | None) -> None:
    if not is_key(key):
        raise Refused("key_malformed")
    if role is CallerRole.CONSUMER:
        raise Refused("key_for_consumer")
    if (party is not None) != (role is CallerRole.ENTERPRISE):
        raise Refused("key_party", role=role.value)
    if home is None and role in (CallerRole.DEPARTMENT, CallerRole.INSPECTOR):
        raise Refused("key_home", role=role.value)
    if home is not None and role is CallerRole.CITY:
        raise Refused("key_home", role=role.value)


def _caller(role: str, party: str | None, home: str | None) -> Caller:
    code = recognise(party, use=Use.PARTY) if party is not None else None
    return Caller(CallerRole(role), code, home)
