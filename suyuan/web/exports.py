"""Chains as spreadsheets: the same view as the JSON; memory holds one page of the chain."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain import policy
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import recognise
from suyuan.domain.trail import Direction, Question
from suyuan.web import paths
from suyuan.web.accept import CSV, XLSX
from suyuan.web.auth import Asking
from suyuan.web.export_files import export
from suyuan.web.language import Language
from suyuan.web.openapi import answered_as
from suyuan.web.seen import seen
from suyuan.web.times import QueryTime
from suyuan.wire.exports.chain_export import ChainExport
from suyuan.wire.exports.chain_tables import TABLES, Asked
from suyuan.wire.exports.writing import Writer

# Events in memory at once, some 3 KB each. Each page walks the chain from its beginning, and what
# is counted over all events is told of a chain of one page alone.
PAGE_EVENTS = 100_000
# An export of more events is a copy of the store; its end says that it was cut.
MOST_EVENTS = 1_000_000

paths.install()
router = APIRouter()


class ExportQuery(BaseModel):
    """How far, in which direction, and as of when."""

    model_config = ConfigDict(extra="forbid")

    direction: Direction | None = None
    as_of: QueryTime | None = None
    since: QueryTime | None = None
    known_at: QueryTime | None = None
    max_hops: Annotated[int, Field(ge=0, le=10_000)] | None = None


@router.get(
    "/v1/exports/chains/{code:text}.csv",
    tags=["exports"],
    response_class=Response,
    responses=answered_as(CSV),
)
async def get_chain_csv(
    request: Request, code: str, caller: Asking, query: Annotated[ExportQuery, Query()]
) -> Response:
    """导出追溯链 · The chain of a code as CSV: events, holders, gaps, and what was asked.

    One row for each event and thing in it, with the key data elements of FSMA 204's sortable
    spreadsheet, as far as the caller may see them; the first column says of what kind a row is.
    In Chinese, or English by `Accept-Language`. A long chain is read to its end; what is cut, or
    was not answered, stands among the gaps.
    """
    return await _whole(request, code, caller, query, CSV)


@router.get(
    "/v1/exports/chains/{code:text}.xlsx",
    tags=["exports"],
    response_class=Response,
    responses=answered_as(XLSX),
)
async def get_chain_xlsx(
    request: Request, code: str, caller: Asking, query: Annotated[ExportQuery, Query()]
) -> Response:
    """导出追溯链 · The same as a workbook: a sheet for each kind of row, real numbers and dates."""
    return await _whole(request, code, caller, query, XLSX)


async def export_chain(
    request: Request, question: Question, caller: Caller, asked: str, form: str, *, most: int
) -> Response:
    """The answer to a question as a file of a media type, at most ``most`` events and no fewer
    than a page. Raises what tracing raises, and Unavailable when too many export at once.
    """

    async def fill(writer: Writer, language: Language) -> None:
        told = ChainExport(writer, Asked(asked, caller.owner, datetime.now(UTC)), language.value)
        await _add_pages(request, replace(question, patient=True), caller, language, told, most)
        told.finish()

    name = question.code.short.removeprefix("https://id.gs1.org/")
    return await export(request, form, f"chain-{name}", TABLES, fill)


async def _whole(
    request: Request, text: str, caller: Caller, query: ExportQuery, form: str
) -> Response:
    question = Question(
        recognise(text, owner=caller.party.short if caller.party else None),
        policy.direction_for(caller, query.direction),
        query.as_of,
        query.since,
        query.known_at,
        PAGE_EVENTS,
        query.max_hops,
    )
    most = PAGE_EVENTS if caller.role is CallerRole.CONSUMER else MOST_EVENTS
    return await export_chain(request, question, caller, text, form, most=most)


async def _add_pages(
    request: Request,
    question: Question,
    caller: Caller,
    language: Language,
    told: ChainExport,
    most: int,
) -> None:
    """Every page, as of the moment of the first, so that none sees what an earlier one did not."""
    while True:
        began = datetime.now(UTC)
        chain, known = await seen(request, question, caller, language)
        goes_on = chain.next is not None and told.events + len(chain.events) < most
        behind = question.after > 0
        await asyncio.to_thread(told.add, chain, known, behind=behind, goes_on=goes_on)
        if not goes_on:
            return
        assert chain.next is not None, "it goes on"
        question = replace(question, after=chain.next, known_at=question.known_at or began)
