"""The window on chains that a subsystem and the gateway share: chains, pages, codes, symbols.

The routes ask ``app.state.tracer`` and know nothing of where the answer comes from.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Protocol
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain import policy
from suyuan.domain.caller import CONSUMER, Caller
from suyuan.domain.chain import Chain
from suyuan.domain.codes import Code, recognise
from suyuan.domain.errors import CodeError, QuestionRefused, Unavailable
from suyuan.domain.naming import Known, with_names
from suyuan.domain.sentences import sentence
from suyuan.domain.trail import DEFAULT_MAX_EVENTS, Direction, Question
from suyuan.web import paths, qr
from suyuan.web.accept import prefers_html
from suyuan.web.auth import Asking
from suyuan.web.language import Language, negotiate, vary_on_language
from suyuan.web.name_book import NameBook, NoNames, page_names
from suyuan.web.pages.consumer import PageState, page_state, render_chain, render_problem
from suyuan.web.pages.environment import content_security_policy
from suyuan.web.pages.names import Names, PageLinks
from suyuan.web.responses import json_response
from suyuan.web.times import QueryTime
from suyuan.wire.chains import write_chain
from suyuan.wire.codes import explain
from suyuan.wire.cursors import read_page

# A chain is one answer in memory; what is larger is a recall and is streamed.
MAX_EVENTS = 100_000

MAX_HOPS = 10_000

# The first path segments of GS1 Digital Links whose keys name things (Digital Link URI 1.2, 4.3).
GS1_PATHS = (
    *("01", "00", "253", "255", "401", "402", "414", "417"),
    *("8003", "8004", "8006", "8010", "8017", "8018"),
)


class Tracer(Protocol):
    """Finds the whole chain; what of it the caller may see is cut by ``policy`` afterwards."""

    async def trace(self, question: Question, caller: Caller) -> Chain: ...


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


@router.get("/v1/chains/{code:text}", tags=["chains"])
async def get_chain(
    request: Request, code: str, caller: Asking, query: Annotated[ChainQuery, Query()]
) -> Response:
    """追溯链 · The chain of a code, in any of its forms, as it is or percent-encoded.

    `direction` is `own`, `up`, `down` or `both` (default `both`; for a consumer `up`). `as_of` and
    `since` cut event time, `known_at` record time; a `known_at` within a second of now may still
    change, because record time is when a transaction began. An unknown code is 200 with no events
    and the finding `unknown_code`. What cut the answer stands in `limits_hit`; where that is
    `max_events`, the same question with `after` set to the answer's `next` goes on.
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
    language = negotiate(request.headers.get("accept-language"))
    chain, known = await _seen(request, question, caller, language)
    now = datetime.now(UTC)
    body = write_chain(chain, asked=code, language=language.value, now=now, known=known)
    response = json_response(body)
    vary_on_language(response.headers, language)
    return response


@router.get("/v1/codes/{text:text}", tags=["codes"])
async def get_code(text: str) -> Response:
    """识码 · What a text is: its readings, best first, with parts and check digit. Always 200."""
    return json_response(explain(text))


@router.get("/v1/qr/{code:text}.svg", tags=["codes"], response_class=Response)
async def get_qr_svg(request: Request, code: str) -> Response:
    """二维码 · The QR symbol (SVG) of the consumer page's address."""
    return Response(qr.svg(_page_address(request, code)), media_type="image/svg+xml")


@router.get("/v1/qr/{code:text}.png", tags=["codes"], response_class=Response)
async def get_qr_png(
    request: Request, code: str, scale: Annotated[int, Query(ge=1, le=40)] = 8
) -> Response:
    """二维码 · The QR symbol (PNG) of the consumer page's address; `scale` is pixels a module."""
    return Response(qr.png(_page_address(request, code), scale=scale), media_type="image/png")


@router.get("/t/{code:text}", tags=["pages"], response_class=HTMLResponse)
@router.head("/t/{code:text}", include_in_schema=False)
async def get_page(request: Request, code: str, caller: Asking) -> Response:
    """消费者页面 · The page of any code; the chain as JSON by `Accept`."""
    return await _page(request, code, caller)


async def _get_gs1_page(request: Request, key: str, caller: Asking) -> Response:
    """消费者页面 · The page of a GS1 key, on its Digital Link path; JSON by `Accept`."""
    del key  # decoded by the router: a lot with a slash in it would look like two segments
    path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    return await _page(request, f"https://id.gs1.org{path.rstrip('/')}", caller)


for _ai in GS1_PATHS:
    router.add_api_route(
        f"/{_ai}/{{key:path}}",
        _get_gs1_page,
        tags=["pages"],
        response_class=HTMLResponse,
        include_in_schema=_ai == "01",
    )
    router.add_api_route(
        f"/{_ai}/{{key:path}}", _get_gs1_page, methods=["HEAD"], include_in_schema=False
    )


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


async def _seen(
    request: Request, question: Question, caller: Caller, language: Language
) -> tuple[Chain, Known]:
    """The chain as the caller may see it, with names, and what registers say of its codes."""
    if question.since and question.as_of and question.since > question.as_of:
        raise QuestionRefused("window_empty", since=question.since, as_of=question.as_of)
    tracer: Tracer = request.app.state.tracer
    book: NameBook = getattr(request.app.state, "name_book", None) or NoNames()
    chain = await tracer.trace(question, caller)
    known = await book.names(chain, caller)
    seen = policy.view(chain, caller, known.organisations)
    return with_names(seen, known, language.value), known


def _page_address(request: Request, code: str) -> str:
    public_url: str = request.app.state.settings.public_url
    return qr.page_address(public_url, recognise(code))


async def _page(request: Request, text: str, caller: Caller) -> Response:
    """HTML for people, whoever they are, in the consumer's view; JSON for programs that ask so."""
    if not prefers_html(request.headers.get("accept")):
        return await get_chain(request, text, caller, ChainQuery())
    language = _page_language(request)
    elder = request.query_params.get("size") == "large"
    record = f"/v1/chains/{quote(text, safe='')}"
    links = PageLinks.of(language=language.value, elder=elder, record=record)
    try:
        question = Question(recognise(text), Direction.UP)
        chain, known = await _seen(request, question, CONSUMER, language)
    except CodeError as error:
        said = sentence(error.code, error.params, language.value)
        page = render_problem(
            PageState.MALFORMED,
            code=text,
            language=language.value,
            links=links,
            elder=elder,
            detail=said,
        )
        return _html(page, PageState.MALFORMED.status, language)
    except Unavailable:
        page = render_problem(
            PageState.UNAVAILABLE, code=text, language=language.value, links=links, elder=elder
        )
        return _html(page, PageState.UNAVAILABLE.status, language)
    static: Names = getattr(request.app.state, "names", None) or Names()
    names = page_names(known, static.subsystems)
    page = render_chain(chain, language=language.value, names=names, links=links, elder=elder)
    return _html(page, page_state(chain).status, language)


def _page_language(request: Request) -> Language:
    chosen = request.query_params.get("lang")
    known = {one.value: one for one in Language}
    return known.get(chosen or "") or negotiate(request.headers.get("accept-language"))


def _html(page: str, status: int, language: Language) -> Response:
    response = HTMLResponse(page, status)
    response.headers["Content-Security-Policy"] = content_security_policy()
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    vary_on_language(response.headers, language)
    response.headers.add_vary_header("Accept")
    return response
