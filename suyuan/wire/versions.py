"""What subsystems tell the gateway of one event id: ``POST /v1/versions``.

An answer from another system is hostile input: it is decoded against exact types, and what was not
asked for is thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from suyuan.domain.codes import Code
from suyuan.domain.errors import Fault, ReportRefused
from suyuan.domain.events import event_key
from suyuan.domain.versions import Version
from suyuan.wire.believable import is_stored


class VersionsRequest(msgspec.Struct, forbid_unknown_fields=True):
    """An event's id: a URI, or the id that was reported."""

    id: str


class VersionsResponse(msgspec.Struct):
    versions: list[Version] = []


# Numbers in ``extra`` stay the digits that were sent.
_encoder = msgspec.json.Encoder(decimal_format="number")
_request_decoder = msgspec.json.Decoder(VersionsRequest)
_response_decoder = msgspec.json.Decoder(VersionsResponse, float_hook=Decimal)


def write_request(event_id: str) -> bytes:
    return _encoder.encode(VersionsRequest(event_id))


def read_request(body: bytes) -> str:
    """The id that a body asks for. Raises ReportRefused."""
    try:
        return _request_decoder.decode(body).id
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        fault = Fault("lookup_malformed", "", {"reason": str(error)})
        raise ReportRefused("lookup_malformed", faults=[fault]) from error


def write_response(versions: Sequence[Version]) -> bytes:
    return _encoder.encode(VersionsResponse(list(versions)))


def read_response(body: bytes, event_id: str) -> list[Version]:
    """What a subsystem gave, cut to what was asked. Raises ValueError when it is no answer."""
    try:
        response = _response_decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"not an answer about an event: {error}") from error
    return [v for v in response.versions if _is_asked(v, event_id)]


def _is_asked(version: Version, event_id: str) -> bool:
    known = version.key == event_key(event_id, Code(version.party))
    return known and is_stored(version.stored)
