"""What every edge that takes files tells and gives alike: the body's description, the templates."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from suyuan.domain.register import Kind
from suyuan.web.accept import CSV, XLSX
from suyuan.web.openapi import PDF, ZIP, answered_as
from suyuan.wire.register_template import FILINGS, outline_of
from suyuan.wire.sheets.sheet import MEDIA_TYPES, Format
from suyuan.wire.sheets.template import EVENTS, template


class FileKind(StrEnum):
    """What the rows of a file are: events, entries of the register, or whole filings."""

    EVENTS = "events"
    PARTIES = "parties"
    PLACES = "places"
    PRODUCTS = "products"
    FILINGS = "filings"


class TemplateQuery(BaseModel):
    """Which template."""

    kind: FileKind = Field(default=FileKind.EVENTS, description="What its rows are.")


class FileQuery(TemplateQuery):
    """What is said of a file beside it."""

    name: str = Field(default="", description="What the file is called.")
    dry_run: bool = False


FILES_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in MEDIA_TYPES
        },
    }
}

# What a job makes: sheets of labels, or what a printer's own program draws them from.
RESULTS = answered_as(PDF, ZIP, CSV)

_MEDIA_TYPE_OF = {form: media_type for media_type, form in MEDIA_TYPES.items()}


_OUTLINES = {
    FileKind.EVENTS: EVENTS,
    **{FileKind(k.plural): outline_of(k) for k in Kind},
    FileKind.FILINGS: FILINGS,
}


templates = APIRouter(tags=["files"])


@templates.get("/v1/files/template.csv", response_class=Response, responses=answered_as(CSV))
async def get_csv_template(query: Annotated[TemplateQuery, Query()]) -> Response:
    """模板（CSV） · An empty form as CSV: the columns in both languages, and an example row."""
    return _template_answer(Format.CSV, query)


@templates.get("/v1/files/template.xlsx", response_class=Response, responses=answered_as(XLSX))
async def get_xlsx_template(query: Annotated[TemplateQuery, Query()]) -> Response:
    """模板（Excel） · An empty form as XLSX: the columns, an example row, what goes where."""
    return _template_answer(Format.XLSX, query)


def _template_answer(form: Format, query: TemplateQuery) -> Response:
    charset = "; charset=utf-8" if form is Format.CSV else ""
    name = f"suyuan-{query.kind}.{form}"
    return Response(
        _template(query.kind, form),
        media_type=_MEDIA_TYPE_OF[form] + charset,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@cache
def _template(kind: FileKind, form: Format) -> bytes:
    return template(_OUTLINES[kind], form)
