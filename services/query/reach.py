"""``GET /v1/reach/{code}``: everything downstream of a code, streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain import policy
from suyuan.domain.codes import Code, Level, recognise
from suyuan.domain.errors import CodeError, Fault, QuestionRefused
from suyuan.domain.reach import Reach
from suyuan.sources.reach import MOST_THINGS, Progress, stream_reached
from suyuan.storage.engine import Database
from suyuan.web import paths
from suyuan.web.accesses import add_asked, told_of
from suyuan.web.auth import Official
from suyuan.web.openapi import answered_as
from suyuan.web.state import OwnDatabase, Settings
from suyuan.web.times import QueryTime
from suyuan.wire.bodies import NDJSON_TYPE
from suyuan.wire.reach import write_end

paths.install()
router = APIRouter()


class ReachQuery(BaseModel):
    """From when on, as of when, and how much at most."""

    model_config = ConfigDict(extra="forbid")

    since: QueryTime | None = None
    as_of: QueryTime | None = None
    known_at: QueryTime | None = None
    max_things: Annotated[int, Field(ge=1, le=MOST_THINGS)] = MOST_THINGS
    last: bool = True


@router.get(
    "/v1/reach/{code:text}",
    tags=["chains"],
    response_class=Response,
    responses=answered_as(NDJSON_TYPE),
)
async def get_reach(
    request: Request,
    code: str,
    caller: Official,
    database: OwnDatabase,
    settings: Settings,
    query: Annotated[ReachQuery, Query()],
) -> Response:
    """波及范围 · Every thing downstream of a code within this subsystem, one JSON line each.

    What `GET /v1/chains/{code}?direction=down` reaches, for up to millions of things, without the
    events between: each with its last event, so with its place and holder. The nearest things come
    first, each once. The last line, `{"end": …}`, says how many there were and whether that is all;
    an answer without it was broken off. `last=false` leaves the last events out. `since` and
    `as_of` cut event time, `known_at` record time.
    For the city, and for the department and the inspectors of this subsystem.
    """
    policy.require_home(caller, settings.name)
    followed = followed_code(code)
    reach = Reach((followed,), query.since, query.as_of, query.known_at)
    if query.since and query.as_of and query.since > query.as_of:
        raise QuestionRefused("window_empty", since=query.since, as_of=query.as_of)
    lines = _lines(database, reach, query, settings.name)
    told = told_of(request.scope)
    if told is not None:  # how many things a stream will tell of is not known before its end
        told.asked_count = 1
        add_asked(told, [followed.key])
    first = await anext(lines)  # what cannot be answered at all is a problem, not a broken stream
    return StreamingResponse(_rest(first, lines), media_type=NDJSON_TYPE)


def followed_code(text: str) -> Code:
    """The thing that is asked about. Raises QuestionRefused for a class: it is in no event."""
    try:
        code = recognise(text)
    except CodeError as error:
        fault = Fault(error.code, "/path/code", {"text": text, **error.params})
        raise QuestionRefused("parameters_refused", faults=[fault]) from error
    if code.level not in (Level.LOT, Level.SERIAL, Level.OPEN):
        fault = Fault("reach_of_class", "/path/code", {"text": text})
        raise QuestionRefused("parameters_refused", faults=[fault])
    return code


async def _lines(
    database: Database, reach: Reach, query: ReachQuery, subsystem: str
) -> AsyncIterator[bytes]:
    progress = Progress()
    streaming = stream_reached(
        *(database, reach, progress),
        subsystem=subsystem,
        with_last=query.last,
        most=query.max_things,
    )
    async with aclosing(streaming) as blocks:
        async for block in blocks:
            yield block
    cut = ["max_things"] if progress.cut else []
    cut += ["fan_out"] if progress.holes else []
    yield write_end(things=progress.things, by_walk=progress.by_walk, complete=not cut, cut=cut)


async def _rest(first: bytes, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for more in lines:
        yield more
