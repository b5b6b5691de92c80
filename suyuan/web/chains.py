"""The window on chains that a subsystem and the gateway share: chains, pages, codes, symbols.

The routes ask ``app.state.tracer`` and know nothing of where the answer comes from.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain import policy
from suyuan.domain.caller import Caller
from suyuan.domain.codes import Code, recognise
from suyuan.domain.errors import QuestionRefused
from suyuan.domain.profiles.profile import PROFILE_IDS
from suyuan.domain.trail import DEFAULT_MAX_EVENTS, Direction, Question
from suyuan.web import paths, qr
from suyuan.web.accept import CSV, JSON, XLSX, named
from suyuan.web.auth import Asking
from suyuan.web.exports import export_chain
from suyuan.web.language import negotiate, vary_on_language
from suyuan.web.openapi import PNG, SVG, answered_as
from suyuan.web.parameters import TAKES_ANY, word_of
from suyuan.web.profiles import ProfilesInForce
from suyuan.web.responses import json_response
from suyuan.web.seen import seen
from suyuan.web.state import Settings
from suyuan.web.times import QueryTime
from suyuan.wire.chains import write_chain
from suyuan.wire.codes import explain
from suyuan.wire.cursors import read_page

# A chain is one answer in memory; what is larger is a recall and is streamed.
MAX_EVENTS = 100_000

MAX_HOPS = 10_000

paths.install()
router = APIRouter()


class ChainQuery(BaseModel):
    """How far, in which direction, and as of when."""

    model_config = ConfigDict(extra="forbid")

    direction: Direction | None = None
    as_of: QueryTime | None = None
    since: QueryTime | None = None
    known_at: QueryTime | None = None
    max_events: Annotated[int, Field(ge=1, le=MAX_EVENTS)] = DEFAULT_MAX_EVENTS
    max_hops: Annotated[int, Field(ge=0, le=MAX_HOPS)] | None = None
    after: Annotated[str, Field(max_length=64)] | None = None


@router.get(
    "/v1/chains/{code:text}",
    tags=["chains"],
    responses=answered_as(CSV, XLSX),
)
async def get_chain(
    request: Request, code: str, caller: Asking, query: Annotated[ChainQuery, Query()]
) -> Response:
    """追溯链 · The chain of a code, in any of its forms, as it is or percent-encoded.

    `direction` is `own`, `up`, `down` or `both` (default `both`; for a consumer `up`). `as_of` and
    `since` cut event time, `known_at` record time; a `known_at` within a second of now may still
    change, because record time is when a transaction began. An unknown code is 200 with no events
    and the finding `unknown_code`. What cut the answer stands in `limits_hit`; where it has
    a `next`, the same question with `after` set to that goes on.
    `Accept: text/csv` or the media type of XLSX gives the same as a spreadsheet.
    """
    after, known_at = _page_after(query)
    question = Question(
        _recognised(code, caller),
        policy.direction_for(caller, query.direction),
        query.as_of,
        query.since,
        known_at,
        query.max_events,
        query.max_hops,
        after,
    )
    form = named(request.headers.get("accept"), (JSON, CSV, XLSX))
    if form in (CSV, XLSX):
        return await export_chain(request, question, caller, code, form, most=query.max_events)
    language = negotiate(request.headers.get("accept-language"))
    chain, known = await seen(request, question, caller, language)
    now = datetime.now(UTC)
    body = write_chain(chain, asked=code, language=language.value, now=now, known=known)
    response = json_response(body)
    vary_on_language(response.headers, language)
    response.headers.add_vary_header("Accept")
    return response


class CodeQuery(BaseModel):
    """In whose order the readings are given; other parameters are a part of the text."""

    sector: Annotated[str, *word_of(PROFILE_IDS)] | None = None


@router.get("/v1/codes/{text:text}", tags=["codes"], openapi_extra=TAKES_ANY)
async def get_code(
    request: Request, text: str, settings: Settings, query: Annotated[CodeQuery, Query()]
) -> Response:
    """识码 · What a text is: its readings, best first, with parts and check digit. Any text is 200.

    `sector` puts the readings first that are codes of that sector, in the order of its profile
    (`codes`); without it a subsystem with `SUYUAN_SECTOR` takes its own. `canonical` is the same in
    every order: a text has one key. Of a text that a report may not hold, `problem` says why, in
    both languages.
    """
    sector = query.sector or settings.sector
    return json_response(explain(text, _schemes_of(request, sector)))


def _schemes_of(request: Request, sector: str | None) -> tuple[str, ...]:
    in_force: ProfilesInForce = request.app.state.profiles
    profile = in_force.profiles.get(sector or "")
    return profile.codes if profile is not None else ()


@router.get(
    "/v1/qr/{code:text}.svg",
    tags=["codes"],
    response_class=Response,
    responses=answered_as(SVG),
)
async def get_qr_svg(request: Request, code: str) -> Response:
    """二维码 · The QR symbol (SVG) of the consumer page's address."""
    return Response(qr.svg(_page_address(request, code)), media_type=SVG)


@router.get(
    "/v1/qr/{code:text}.png",
    tags=["codes"],
    response_class=Response,
    responses=answered_as(PNG),
)
async def get_qr_png(
    request: Request, code: str, scale: Annotated[int, Query(ge=1, le=40)] = 8
) -> Response:
    """二维码 · The QR symbol (PNG) of the consumer page's address; `scale` is pixels a module."""
    return Response(qr.png(_page_address(request, code), scale=scale), media_type=PNG)


def _page_after(query: ChainQuery) -> tuple[int, datetime | None]:
    """How many events were given before; the record time is that of the first page."""
    if query.after is None:
        return 0, query.known_at
    try:
        return read_page(query.after)
    except ValueError as error:
        raise QuestionRefused("cursor_malformed", after=query.after) from error


def _recognised(text: str, caller: Caller) -> Code:
    return recognise(text, owner=caller.party.short if caller.party else None)


def _page_address(request: Request, code: str) -> str:
    public_url: str = request.app.state.settings.public_url
    return qr.page_address(public_url, recognise(code))
