"""The change feed on the wire: ``GET /v1/changes``, and the cursor by which it goes on.

Codes travel as hashes under the gateway's key. Most codes could be counted through; from what the
gateway keeps, nobody without that key can tell which of them a department holds.
"""

from __future__ import annotations

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

import msgspec

from suyuan.domain.changes import Changed, ChangesPage, Position

KEY_BYTES = 32
# The most changes in a page: some 200 bytes each.
MOST_CHANGES = 5_000

_VERSION = 1
_HEAD = struct.Struct(">B8sq16s?")
# A cursor holds a party's key beside 34 bytes; none of those is longer than this.
_LONGEST = 2_048
_HALF, _WHOLE = 1 << 63, 1 << 64
# A 64-bit number in 16 digits; JSON numbers of that size are not safe with every reader.
_DIGITS = 16


class _Change(msgspec.Struct):
    sequence: int
    codes: list[str]
    time: datetime
    record_time: datetime


class _Page(msgspec.Struct):
    anew: bool
    changes: list[_Change]
    next: str
    more: bool
    watermark: datetime


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Page)


def hash_code(code: str, key: bytes) -> int:
    """A code's 64-bit number under a key; two codes of ten million share one once in 400,000."""
    return int.from_bytes(blake2b(code.encode(), digest_size=8, key=key).digest(), signed=True)


def write_key(key: bytes) -> str:
    """The key as the header ``Suyuan-Changes-Key`` carries it."""
    return urlsafe_b64encode(key).decode()


def read_key(text: str) -> bytes:
    """The key in a header. Raises ValueError where it is none."""
    key = urlsafe_b64decode(text.encode("ascii"))
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes")
    return key


def name_feed(server: str, key: bytes) -> bytes:
    """What a cursor is good for: one server's numbers, and hashes under one key."""
    return blake2b(server.encode(), digest_size=8, key=key).digest()


def write_cursor(feed: bytes, position: Position) -> str:
    head = _HEAD.pack(_VERSION, feed, position.xact, position.key, position.declaration)
    return urlsafe_b64encode(head + position.party.encode()).rstrip(b"=").decode()


def read_cursor(cursor: str) -> tuple[bytes, Position]:
    """The feed and the place of a cursor. Raises ValueError for a text that is none of ours."""
    if len(cursor) > _LONGEST or not cursor.isascii():
        raise ValueError("not a cursor")
    raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    try:
        version, feed, xact, key, declaration = _HEAD.unpack_from(raw)
        party = raw[_HEAD.size :].decode()
    except struct.error as error:
        raise ValueError("not a cursor") from error
    if version != _VERSION or not (party.isprintable() or not party):
        raise ValueError("not a cursor")
    return feed, Position(xact, key, party, declaration)


def write_page(page: ChangesPage) -> bytes:
    changes = [
        _Change(c.sequence, [_digits(n) for n in c.codes], c.time, c.record_time)
        for c in page.changes
    ]
    return _encoder.encode(_Page(page.anew, changes, page.following, page.more, page.watermark))


def read_page(body: bytes) -> ChangesPage:
    """The page that a subsystem gave. Raises ValueError when it is none."""
    try:
        page = _decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"not a page of changes: {error}") from error
    if len(page.changes) > MOST_CHANGES or len(page.next) > _LONGEST:
        raise ValueError("more than a page")
    moments = [page.watermark, *(m for c in page.changes for m in (c.time, c.record_time))]
    if any(moment.tzinfo is None for moment in moments):
        raise ValueError("a time needs an offset")
    return ChangesPage(
        page.anew,
        tuple(Changed(c.sequence, _numbers(c.codes), c.time, c.record_time) for c in page.changes),
        page.next,
        page.more,
        page.watermark,
    )


def _digits(number: int) -> str:
    return f"{number % _WHOLE:0{_DIGITS}x}"


def _numbers(codes: Iterable[str]) -> tuple[int, ...]:
    found = [int(code, 16) for code in codes]
    if any(not 0 <= number < _WHOLE for number in found):
        raise ValueError("a code is 16 hexadecimal digits")
    return tuple(number - _WHOLE if number >= _HALF else number for number in found)
