"""The description of an API (OpenAPI 3.1) as it really is: every error is a problem."""

from __future__ import annotations

from typing import Any

from suyuan.web.accept import HTML
from suyuan.wire.schemas import city

PROBLEM_JSON = "application/problem+json"
SVG, PNG, PDF, ZIP = "image/svg+xml", "image/png", "application/pdf", "application/zip"

Responses = dict[int | str, dict[str, Any]]
_FILE = {"schema": {"type": "string", "format": "binary"}}
_TEXT = {"schema": {"type": "string"}}

# RFC 9457, with the members that ``suyuan.web.problems`` adds.
_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "An error (RFC 9457); extension members give the values in its sentence.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "urn:suyuan:problem:<code>"},
        "title": {"type": "string", "description": "the kind of problem, in words"},
        "status": {"type": "integer", "description": "the HTTP status"},
        "detail": {"type": "string", "description": "what is wrong, and what would be right"},
        "code": {"type": "string", "description": "the machine code"},
        "instance": {"type": "string", "format": "uri", "description": "the request's id"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
    },
}
_FAULT: dict[str, Any] = {
    "title": "Fault",
    "description": "One thing that is wrong, and where.",
    "type": "object",
    "required": ["index", "pointer", "code", "detail"],
    "properties": {
        "index": {"type": "integer", "description": "the report's place in its batch"},
        "pointer": {"type": "string", "description": "a JSON pointer, or /query/<name>"},
        "code": {"type": "string", "description": "the machine code"},
        "detail": {"type": "string", "description": "what is wrong, and what would be right"},
    },
}
_RESPONSE: dict[str, Any] = {
    "description": "A problem, in Chinese or English by Accept-Language",
    "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

# A page tells a person in words what a problem tells a program.
PAGE_OR_PROBLEM: Responses = {
    "default": {**_RESPONSE, "content": {HTML: _TEXT, **_RESPONSE["content"]}}
}


def answered_as(*media_types: str, status: int = 200) -> Responses:
    """What a route's ``responses`` say of the forms in which it answers, beside that of its own."""
    content = {name: {} if name.endswith("json") else _FILE for name in media_types}
    return {status: {"content": content}}


def with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """The description with FastAPI's own 422 replaced by our problem, on every operation.

    Where events can be reported, it holds the schema of the city form.
    """
    for path in schema.get("paths", {}).values():
        for operation in path.values():
            responses = operation["responses"]
            if _is_fastapis(responses.get("422", {})):
                del responses["422"]
            responses.setdefault("default", _RESPONSE)
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas |= {"Fault": _FAULT, "Problem": _PROBLEM}
    if "post" in schema.get("paths", {}).get("/v1/events", {}):
        schemas |= city.components()
    return schema


def _is_fastapis(response: dict[str, Any]) -> bool:
    content = response.get("content", {}).get("application/json", {})
    return str(content.get("schema", {}).get("$ref", "")).endswith("/HTTPValidationError")
