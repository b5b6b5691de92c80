"""How the API's descriptions tell JSON bodies that are read by readers of our own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

TEXT = {"type": "string", "minLength": 1}
DATE = {"type": "string", "format": "date"}


def object_of(required: Sequence[str] = (), **members: Any) -> dict[str, Any]:
    """The schema of an object that has these members and no others."""
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": members,
    }
    return {**schema, "required": list(required)} if required else schema


def json_body(schema: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    """What an operation's ``openapi_extra`` says of a JSON body."""
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": required, "content": content}}


# What one service asks another is read by a decoder with exact types, which says no schema.
ANY_OBJECT = json_body({"type": "object"})
