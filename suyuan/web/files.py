"""What every edge that takes files tells and gives alike: the body's description, the templates."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from suyuan.wire.sheets.sheet import MEDIA_TYPES, Format
from suyuan.wire.sheets.template import template


class FileKind(StrEnum):
    """What the rows of a file are: events, or entries of the register."""

    EVENTS = "events"
    PARTIES = "parties"
    PLACES = "places"
    PRODUCTS = "products"


class FileQuery(BaseModel):
    """What is said of a file beside it."""

    name: str = Field(default="", description="What the file is called.")
    dry_run: bool = False
    kind: FileKind = Field(default=FileKind.EVENTS, description="What its rows are.")


FILES_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in MEDIA_TYPES
        },
    }
}

_MEDIA_TYPE_OF = {form: media_type for media_type, form in MEDIA_TYPES.items()}


def template_response(form: Format) -> Response:
    """The template as a download."""
    charset = "; charset=utf-8" if form is Format.CSV else ""
    return Response(
        template(form),
        media_type=_MEDIA_TYPE_OF[form] + charset,
        headers={"Content-Disposition": f'attachment; filename="suyuan-template.{form}"'},
    )
