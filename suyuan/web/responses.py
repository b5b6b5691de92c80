"""JSON answers: decimals as strings, times with their offset, any dataclass as an object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

JSON = "application/json"

_encoder = msgspec.json.Encoder(decimal_format="string", uuid_format="canonical")


def json_response(
    value: Any,
    status: int = 200,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A response whose body is ``value`` as JSON.

    Takes what msgspec encodes: builtins, dataclasses, enums, ``Decimal`` (as a string), ``date``
    and ``datetime`` (RFC 3339). Raises ``TypeError`` for anything else.
    """
    return Response(_encoder.encode(value), status, dict(headers or {}), media_type)
