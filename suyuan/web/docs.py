"""The API's own pages: ``/openapi.json``, and ``/docs``, which a browser shows without scripts.

FastAPI's page loads its script from a third party; this one is rendered here from the same
description, and works offline.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from suyuan.web.responses import json_response

router = APIRouter(include_in_schema=False)
# Where a service has no page of its own at its bare address.
start = APIRouter(include_in_schema=False)

_CODE = re.compile(r"`+([^`]+)`+")
_SCHEMAS = "#/components/schemas/"
# The page is ours to the last byte: nothing may be loaded, run or framed.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"
)

_templates = Environment(
    loader=PackageLoader("suyuan.web", "assets"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a member of a schema, as a row of a table."""

    name: str
    where: str
    type: Markup
    note: str
    description: Markup


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent, or answered: ``label`` is a status, or empty for a request's body."""

    label: str
    description: Markup
    forms: list[tuple[str, Markup]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path; ``prose`` is its docstring, of which ``title`` is the beginning."""

    method: str
    path: str
    title: Markup
    prose: list[Markup]
    parameters: list[Field]
    bodies: list[Body]


@router.get("/openapi.json")
async def openapi_json(request: Request) -> Response:
    """The API's description, OpenAPI 3.1."""
    return json_response(request.app.openapi())


@start.get("/")
async def start_page() -> Response:
    """Whoever opens the bare address reads what can be asked here."""
    return RedirectResponse("/docs", status_code=307)


@router.get("/docs")
async def docs_page(request: Request) -> Response:
    """The API's description for people."""
    state = request.app.state
    if not hasattr(state, "docs_page"):  # it takes tens of milliseconds and never changes
        state.docs_page = render(request.app.openapi())
    return HTMLResponse(state.docs_page, headers={"Content-Security-Policy": _POLICY})


def render(schema: dict[str, Any]) -> str:
    """The page for a description."""
    components = schema.get("components", {}).get("schemas", {})
    return _templates.get_template("docs.html").render(
        title=schema["info"]["title"],
        version=schema["info"]["version"],
        prose=paragraphs(schema["info"].get("description", "")),
        operations=[
            _operation(method, path, operation)
            for path, methods in schema["paths"].items()
            for method, operation in methods.items()
        ],
        schemas=[
            (name, _prose(component), type_text(component), _members(component))
            for name, component in sorted(components.items())
        ],
    )


def type_text(schema: dict[str, Any]) -> Markup:
    """A schema in a few words, with links to the named ones: ``array of Fault``."""
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(_SCHEMAS)
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return Markup(" | ").join(type_text(choice) for choice in schema[word])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return Markup(" | ").join(escape(repr(value)) for value in values)
    names = schema.get("type", "any")
    if isinstance(names, list):
        return Markup(" | ").join(type_text({**schema, "type": name}) for name in names)
    if names == "array":
        return Markup("array of {}").format(type_text(schema.get("items", {})))
    has_format = "format" in schema and names != "null"
    return escape(f"{names} ({schema['format']})" if has_format else str(names))


def paragraphs(text: str) -> list[Markup]:
    """A docstring's paragraphs, with its ``code`` marked up; what is in it is never HTML."""
    return [_paragraph(part) for part in text.split("\n\n") if part.strip()]


def _paragraph(text: str) -> Markup:
    pieces = _CODE.split(text)  # every second one stood between backticks
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )


def _prose(described: dict[str, Any]) -> Markup:
    return Markup(" ").join(paragraphs(described.get("description", "")))


def _operation(method: str, path: str, operation: dict[str, Any]) -> Operation:
    prose = paragraphs(operation.get("description") or operation.get("summary", ""))
    bodies = [_body(status, answer) for status, answer in operation["responses"].items()]
    if "requestBody" in operation:
        bodies.insert(0, _body("", operation["requestBody"]))
    return Operation(
        method.upper(),
        path,
        prose[0] if prose else Markup(),
        prose[1:],
        [_parameter(parameter) for parameter in operation.get("parameters", [])],
        bodies,
    )


def _parameter(parameter: dict[str, Any]) -> Field:
    schema = parameter.get("schema", {})
    default = schema.get("default")
    note = "required" if parameter.get("required", False) else ""
    if default is not None:
        note = f"default {json.dumps(default, ensure_ascii=False)}"
    return Field(parameter["name"], parameter["in"], type_text(schema), note, _prose(parameter))


def _body(label: str, body: dict[str, Any]) -> Body:
    forms = [
        (media_type, type_text(form.get("schema", {})))
        for media_type, form in body.get("content", {}).items()
    ]
    return Body(label, _prose(body), forms)


def _members(schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    return [
        Field(name, "", type_text(member), "required" if name in required else "", _prose(member))
        for name, member in schema.get("properties", {}).items()
    ]
