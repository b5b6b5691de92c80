"""Cursors: how far a list or a chain has been read, as an opaque text for ``after=``.

A place is ``base64url`` of version, event and record time in microseconds since 1970, key and
party; the gateway's is the JSON of its members' cursors by their ids, encoded alike. Nobody but the
services reads either.
"""

from __future__ import annotations

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from suyuan.domain.listing import Place

_VERSION = 1
_HEAD = struct.Struct(">Bqq16s")
_PAGE_VERSION = 2
_PAGE = struct.Struct(">BIq")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# An address is 8 KiB at most, and a party's key a few dozen bytes.
_LONGEST = 6 * 1024

_joint = msgspec.json.Decoder(dict[str, str])


def write_place(place: Place) -> str:
    """The cursor after which a list goes on behind this place."""
    times = (_micros(place.time), _micros(place.record_time))
    return _encode(_HEAD.pack(_VERSION, *times, place.key) + place.party.encode())


def read_place(cursor: str) -> Place:
    """The place of a cursor. Raises ValueError for a text that is none of ours."""
    raw = _decode(cursor)
    try:
        version, time, record_time, key = _HEAD.unpack_from(raw)
        if version != _VERSION:
            raise ValueError("a cursor of another version")
        party = raw[_HEAD.size :].decode()
        if not party.isprintable():
            raise ValueError("a cursor names a party that cannot be one")
        return Place(_moment(time), _moment(record_time), key, party)
    except (struct.error, OverflowError) as error:
        raise ValueError("not a cursor") from error


def write_joint(places: Mapping[str, Place]) -> str:
    """The cursor of a list over several members: how far each of them has been read."""
    cursors = {name: write_place(place) for name, place in places.items()}
    return _encode(msgspec.json.encode(cursors))


def read_joint(cursor: str) -> dict[str, Place]:
    """The places of a cursor over several members. Raises ValueError for a text that is none."""
    try:
        cursors = _joint.decode(_decode(cursor))
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError("not a cursor") from error
    return {name: read_place(own) for name, own in cursors.items()}


def write_page(after: int, known_at: datetime) -> str:
    """The cursor after which a chain goes on behind so many events, as it was known then."""
    return _encode(_PAGE.pack(_PAGE_VERSION, after, _micros(known_at)))


def read_page(cursor: str) -> tuple[int, datetime]:
    """How many events were given, and the record time of the question. Raises ValueError."""
    try:
        version, after, known_at = _PAGE.unpack(_decode(cursor))
        if version != _PAGE_VERSION:
            raise ValueError("a cursor of something else")
        return after, _moment(known_at)
    except (struct.error, OverflowError) as error:
        raise ValueError("not a cursor") from error


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(cursor: str) -> bytes:
    if len(cursor) > _LONGEST or not cursor.isascii():
        raise ValueError("not a cursor")
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
