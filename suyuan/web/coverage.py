"""``GET /v1/coverage``: how much is told of what must be told, as JSON, CSV and XLSX."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, Protocol, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.activities import SECTORS
from suyuan.domain.caller import Caller
from suyuan.domain.chain import SourceReport
from suyuan.domain.coverage import Answer, By, Window
from suyuan.domain.errors import Fault, QuestionRefused
from suyuan.domain.register import today
from suyuan.web.accept import CSV, XLSX
from suyuan.web.auth import Official
from suyuan.web.export_files import export
from suyuan.web.language import Language
from suyuan.web.openapi import answered_as
from suyuan.web.responses import json_response
from suyuan.web.times import QueryDay
from suyuan.wire.coverage import write_answer
from suyuan.wire.divisions import read_district
from suyuan.wire.exports.coverage_tables import FIGURES, HOLES, figure_rows, hole_rows
from suyuan.wire.exports.writing import Writer
from suyuan.wire.reading import Reading

router = APIRouter(tags=["coverage"])

# A row for each day of a year; of anything longer than ten years this platform knows nothing.
MOST_DAYS = {By.DAY: 366}
MOST_DAYS_OF_ANY = 3_660
_DEFAULT_DAYS = 30
# Before it there are not as many days in the calendar.
_FIRST_LAST = date.min + timedelta(days=_DEFAULT_DAYS - 1)


class Figures(Protocol):
    """Who has coverage figures: one subsystem, or all of them together."""

    async def find(
        self, window: Window, caller: Caller
    ) -> tuple[Answer, Sequence[SourceReport]]: ...


class CoverageQuery(BaseModel):
    """Which days (of the city, inclusive), which sector and district, and what a row is of."""

    model_config = ConfigDict(extra="forbid")

    first: QueryDay | None = Field(default=None, alias="from")
    last: QueryDay | None = Field(default=None, alias="to")
    by: By = By.DAY
    sector: Literal[SECTORS] | None = None  # type: ignore[valid-type]
    district: Annotated[str, Field(max_length=20)] | None = None


Asked = Annotated[CoverageQuery, Query()]


def window_of(query: CoverageQuery, today: date) -> Window:
    """The window that is asked for, ended today. Raises QuestionRefused with all its faults."""
    last = min(query.last or today, today)
    first = query.first or max(last, _FIRST_LAST) - timedelta(days=_DEFAULT_DAYS - 1)
    faults = [*_window_faults(query, first, last, today), *_district_faults(query.district)]
    if faults:
        raise QuestionRefused("parameters_refused", faults=faults)
    return Window(first, last, query.by, query.sector, query.district)


def _window_faults(query: CoverageQuery, first: date, last: date, today: date) -> list[Fault]:
    if first > today:
        return [Fault("coverage_ahead", "/query/from", {"value": first, "today": today})]
    if first > last:
        return [Fault("coverage_reversed", "/query/from", {"first": first, "last": query.last})]
    days, limit = (last - first).days + 1, MOST_DAYS.get(query.by, MOST_DAYS_OF_ANY)
    if days > limit:
        params = {"days": days, "by": query.by.value, "limit": limit}
        return [Fault("coverage_too_long", "/query/from", params)]
    return []


def _district_faults(district: str | None) -> Sequence[Fault]:
    reading = Reading()
    read_district(reading, {"district": district}, "district", "/query", None)
    return reading.faults


async def _found(
    request: Request, caller: Caller, query: CoverageQuery
) -> tuple[Window, Answer, Sequence[SourceReport]]:
    window = window_of(query, today(datetime.now(UTC)))
    figures = cast(Figures, request.app.state.coverage)
    return window, *await figures.find(window, caller)


@router.get("/v1/coverage")
async def get_coverage(request: Request, caller: Official, query: Asked) -> Response:
    """覆盖率 · How much is told of what must be told: 上报率, 及时率, 完整率, 断链率, 佐证率.

    `by=day` (the default), `month`, `year`, `district`, `sector` or `total` says what a row is of,
    `from` and `to` bound the days on which things happened (Beijing time, the last 30 unless said),
    `district` is a GB/T 2260 code with all that lies in it. Every count is a sum over days, every
    share is made of the counts beside it and `null` where it would be one of nothing; what each
    means is in docs/coverage.md. `pending` enterprises' days are to be counted anew, and `behind`
    says whether reports came in that were not looked at yet. At the gateway the departments'
    counts are added up; one that did not answer is in `holes`, and `complete` is false. For a
    department and its inspectors of their own subsystem, and for the city.
    """
    window, answer, sources = await _found(request, caller, query)
    return json_response(write_answer(window, answer, sources))


@router.get("/v1/coverage.csv", response_class=Response, responses=answered_as(CSV))
async def get_coverage_csv(request: Request, caller: Official, query: Asked) -> Response:
    """导出覆盖率 · The same as CSV; a department that did not answer is a row of its own."""
    return await _exported(request, caller, query, CSV)


@router.get("/v1/coverage.xlsx", response_class=Response, responses=answered_as(XLSX))
async def get_coverage_xlsx(request: Request, caller: Official, query: Asked) -> Response:
    """导出覆盖率 · The same as XLSX; who did not answer is on a sheet of its own."""
    return await _exported(request, caller, query, XLSX)


async def _exported(request: Request, caller: Caller, query: CoverageQuery, form: str) -> Response:
    window, answer, sources = await _found(request, caller, query)

    async def fill(writer: Writer, language: Language) -> None:
        del language  # the writer knows it, and no cell is in words of ours
        tables: Any = ((FIGURES, figure_rows(answer)), (HOLES, hole_rows(sources)))
        for table, rows in tables:
            await asyncio.to_thread(writer.write, table, rows)

    name = f"coverage-{window.first}-{window.last}"
    return await export(request, form, name, (FIGURES, HOLES), fill)
