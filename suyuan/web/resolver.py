"""The resolver: a code's address leads to its page, its chain, and every link there is of it.

GS1-Conformant Resolver 1.2 on the consumer page's own paths. A browser is answered with the page
itself, a program that names JSON with the chain; whoever asks for nothing in particular is led to
the default link with 307, as the standard says of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from suyuan.domain.caller import CONSUMER, Caller
from suyuan.domain.codes.link_paths import PRIMARY_KEYS
from suyuan.domain.errors import CodeError, NotKnown, Refused
from suyuan.domain.links import DEFAULT, GS1_VOCABULARY, LinkLevel, Taste, bare_type, of_type
from suyuan.domain.links import best as best_links
from suyuan.domain.trail import Direction, Question
from suyuan.web import paths
from suyuan.web.accept import HTML, JSON, JSON_LD, named, rated_ranges
from suyuan.web.auth import Asking
from suyuan.web.chains import ChainQuery, get_chain
from suyuan.web.consumer import answer_page, page_language
from suyuan.web.known_links import known_links
from suyuan.web.language import Language
from suyuan.web.linkset_page import CONTENT_SECURITY_POLICY, render_linkset
from suyuan.web.notices import EmptyBoard, NoticeBoard
from suyuan.web.open_routes import OpenRoute, preflight
from suyuan.web.openapi import PAGE_OR_PROBLEM, Responses, answered_as
from suyuan.web.resolving import Target, target_of_path, target_of_text, with_query
from suyuan.web.responses import json_response
from suyuan.web.seen import seen
from suyuan.web.state import Settings
from suyuan.wire.linkset import CONTEXT, CONTEXT_LINK, LINKSET_JSON, linkset_link, write_linkset

# ``all`` is how it was called before version 1.0 of the standard.
_LINKSET_TYPES = frozenset({"linkset", "all"})

_FORMS = (JSON, LINKSET_JSON, JSON_LD)
_RESPONSES: Responses = {
    **answered_as(*_FORMS),
    **answered_as(HTML, *_FORMS, status=300),
    307: {"description": "To the link that fits"},
    **PAGE_OR_PROBLEM,
}

paths.install()
router = APIRouter(route_class=OpenRoute)


@router.get("/.well-known/gs1resolver", tags=["links"])
async def get_description(settings: Settings) -> Response:
    """解析器说明 · What this resolver resolves (GS1-Conformant Resolver 1.2, clause 3)."""
    return json_response(
        {
            "name": f"溯源 Suyuan · {settings.name}",
            "resolverRoot": settings.public_url.rstrip("/"),
            "supportedPrimaryKeys": list(PRIMARY_KEYS),
            "supportedLinkType": [{"namespace": GS1_VOCABULARY, "prefix": "gs1:"}],
            "linkTypeDefaultCanBeLinkset": False,
            "jsonLdContextLocation": CONTEXT,
        }
    )


@router.get("/v1/traceability/{code:text}", tags=["links"])
async def get_traceability(request: Request, code: str, caller: Asking) -> Response:
    """溯源数据 · What the link `gs1:traceability` leads to: the chain as JSON.

    It has no parameters of its own and takes any, since a resolver passes on what it was asked
    with. `GET /v1/chains/{code}` is the same with parameters.
    """
    return await get_chain(request, code, caller, ChainQuery())


@router.get(
    "/{ai:ai}/{key:text}", tags=["pages"], response_class=HTMLResponse, responses=_RESPONSES
)
async def get_digital_link(request: Request, ai: str, key: str, caller: Asking) -> Response:
    """数字链接 · A GS1 Digital Link, such as `/01/{gtin}/10/{lot}/21/{serial}`.

    Every primary key with its qualifiers, in their order; anything else is 400. The form is by
    `Accept`: `text/html` the consumer page, `application/json` the chain,
    `application/linkset+json` all links (RFC 9264), anything else 307 to the default link.
    `linkType` (`gs1:pip`, a full URI, or `linkset`) asks for a link of that type: 307 to the one
    that fits `Accept-Language` and `Accept`, 300 with those that fit alike, 404 where there is
    none. What a serial has not, its lot may have, or its GTIN. The query string is passed on.
    """
    del ai, key  # decoded by the router: a lot with a slash in it would look like two segments
    path = _raw_path(request)
    try:
        target = target_of_path(path, _public_url(request))
    except CodeError as error:
        return await _refuse(request, f"https://id.gs1.org{path}", error)
    return await _resolve(request, target, caller)


@router.get("/t/{code:text}", tags=["pages"], response_class=HTMLResponse, responses=_RESPONSES)
async def get_page(request: Request, code: str, caller: Asking) -> Response:
    """消费者页面 · The page of any code; by `Accept` the chain or the links, as `/01/…` does.

    It is the default link of its code, so without `linkType` nothing is redirected.
    """
    try:
        target = target_of_text(_raw_path(request), code, _public_url(request))
    except CodeError as error:
        return await _refuse(request, code, error)
    return await _resolve(request, target, caller)


async def _resolve(request: Request, target: Target, caller: Caller) -> Response:
    """The answer to a well-formed question."""
    language = page_language(request)
    link_type = _link_type(request)
    form = named(request.headers.get("accept"), (HTML, JSON, LINKSET_JSON, JSON_LD))
    response = await _shown(request, target, caller, link_type, form)
    if response is None:
        levels = await _levels(request, target, language)
        if link_type in _LINKSET_TYPES or (link_type is None and form == LINKSET_JSON):
            response = _linkset(levels, form, language)
        else:
            wanted = DEFAULT if link_type is None else link_type
            response = await _redirect(request, target, levels, wanted, caller)
    response.headers.append("Link", linkset_link(target.places[0].anchor))
    _vary(response, "Accept", "Accept-Language")
    response.headers.setdefault("Content-Language", language.tag)
    return response


async def _shown(
    request: Request, target: Target, caller: Caller, link_type: str | None, form: str | None
) -> Response | None:
    """What is answered without looking for links; ``None`` where they are asked for."""
    if link_type is not None or form == LINKSET_JSON:
        return None
    if form == HTML or (form is None and target.is_page):
        return await answer_page(request, target.text, caller)
    if form in (JSON, JSON_LD):
        return await get_chain(request, target.text, caller, ChainQuery())
    return None


async def _levels(request: Request, target: Target, language: Language) -> tuple[LinkLevel, ...]:
    """The links there are, in the public's view whoever asks. Raises NotKnown if there are none."""
    question = Question(target.code, Direction.UP)
    chain, known = await seen(request, question, CONSUMER, language)
    record = f"{_public_url(request)}/v1/traceability/{quote(target.code.short, safe='')}"
    board: NoticeBoard = getattr(request.app.state, "notice_board", None) or EmptyBoard()
    notices = await board.notices(chain)
    levels = known_links(
        target, chain, known, record=record, language=language, is_recalled=bool(notices)
    )
    if not levels:
        raise NotKnown("link_target_unknown", text=target.text)
    return levels


def _linkset(
    levels: Sequence[LinkLevel], form: str | None, language: Language, status: int = 200
) -> Response:
    """Links as a linkset: in JSON unless a page or JSON-LD is asked for."""
    if form == HTML:
        response: Response = HTMLResponse(render_linkset(levels, language), status)
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
    elif form == JSON_LD:
        response = json_response(write_linkset(levels, with_context=True), status, JSON_LD)
    else:
        media_type = JSON if form == JSON else LINKSET_JSON
        response = json_response(write_linkset(levels), status, media_type)
        response.headers.append("Link", CONTEXT_LINK)
    response.headers["Cache-Control"] = "no-cache"
    return response


async def _redirect(
    request: Request, target: Target, levels: Sequence[LinkLevel], link_type: str, caller: Caller
) -> Response:
    """307 to the link of a type that fits best; 300 where several fit alike.

    Raises NotKnown where no level has one.
    """
    level, found = of_type(levels, link_type)
    if not found:
        available = list(dict.fromkeys(f"gs1:{k.type}" for lvl in levels for k in lvl.links))
        raise NotKnown(
            "link_type_unknown", text=target.text, link_type=link_type, available=available
        )
    fitting = best_links(found, _taste(request))
    if len(fitting) > 1:
        form = named(request.headers.get("accept"), (HTML, JSON, LINKSET_JSON, JSON_LD))
        choice = LinkLevel(level.anchor, fitting, level.description)
        return _linkset([choice], form, page_language(request), status=300)
    if target.is_page and fitting[0].href == target.places[0].page:
        # It leads to where the caller is: that is where a redirect of ours ends.
        shown = await _shown(request, target, caller, None, None)
        assert shown is not None, "a page's address shows its page"
        return shown
    location = with_query(fitting[0].href, request.url.query)
    headers = {"Location": location, "Cache-Control": "no-cache"}
    return Response(status_code=307, headers=headers)


async def _refuse(request: Request, text: str, error: CodeError) -> Response:
    """A wrong address: the page of a malformed code for people, a problem for programs."""
    if named(request.headers.get("accept"), (HTML, JSON, LINKSET_JSON, JSON_LD)) != HTML:
        raise error
    return await answer_page(request, text, CONSUMER, refused=error)


def _link_type(request: Request) -> str | None:
    """The link type that is asked for, as a bare word. Raises Refused if there are several."""
    given = dict.fromkeys(request.query_params.getlist("linkType"))
    if len(given) > 1:
        raise Refused("link_type_repeated")
    return bare_type(next(iter(given))) if given else None


def _taste(request: Request) -> Taste:
    def preferred(header: str) -> tuple[str, ...]:
        rated = [r for r in rated_ranges(request.headers.get(header)) if r[1] > 0]
        ordered = sorted(rated, key=lambda r: -r[1])
        return tuple(name for name, _ in ordered if name not in ("*", "*/*"))

    return Taste(preferred("accept-language"), preferred("accept"))


def _vary(response: Response, *names: str) -> None:
    """Say that the answer depends on these headers, each once."""
    said = {name.strip().lower() for name in response.headers.get("vary", "").split(",")}
    for name in names:
        if name.lower() not in said:
            response.headers.add_vary_header(name)


def _raw_path(request: Request) -> str:
    """The path as it came, percent-encoded, without the query."""
    raw: bytes = request.scope["raw_path"]
    return raw.decode("latin-1").partition("?")[0]


def _public_url(request: Request) -> str:
    public_url: str = request.app.state.settings.public_url
    return public_url.rstrip("/")


for _path, _get in (
    ("/.well-known/gs1resolver", get_description),
    ("/v1/traceability/{code:text}", get_traceability),
    ("/{ai:ai}/{key:text}", get_digital_link),
    ("/t/{code:text}", get_page),
):
    router.add_api_route(_path, _get, methods=["HEAD"], include_in_schema=False)
    router.add_api_route(_path, preflight, methods=["OPTIONS"], include_in_schema=False)
