"""The consumer page as an answer: one view for whoever asks, in the language and size chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from urllib.parse import quote, urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from suyuan.domain.caller import CONSUMER, Caller
from suyuan.domain.codes import Code, recognise
from suyuan.domain.coding.ranges import Verdict
from suyuan.domain.complaints import CODE_LIMIT
from suyuan.domain.errors import CodeError, Unavailable
from suyuan.domain.scans import ScanCount
from suyuan.domain.sentences import sentence
from suyuan.domain.trail import Direction, Question
from suyuan.web.language import Language, negotiate, vary_on_language
from suyuan.web.name_book import page_names
from suyuan.web.notices import EmptyBoard, NoticeBoard
from suyuan.web.page_cache import may_be_kept
from suyuan.web.pages import (
    Beside,
    Names,
    PageLinks,
    PageState,
    content_security_policy,
    page_state,
    render_chain,
    render_problem,
)
from suyuan.web.scans import ScanCounter, is_scan, is_trade
from suyuan.web.seen import seen

# What the code service says of a canonical key; the service puts it on ``app.state.code_verdict``.
CodeVerdict = Callable[[str], Awaitable[Verdict]]

# A page without a chain is answered at the next whole step of time since its request. A malformed
# code takes no look-up and an unknown one a round to every subsystem: neither the time nor the
# length (``pages.environment.padded``) of what crosses an encrypted line shall tell which it was.
STEP_SECONDS = 0.25


async def answer_page(
    request: Request, text: str, caller: Caller, refused: CodeError | None = None
) -> Response:
    """The page of any text; its status is that of ``PageState``.

    ``refused`` says what is wrong with an address, where the text alone could be read.
    """
    began = monotonic()
    language = page_language(request)
    page, state = await _page(request, text, caller, refused)
    if not state.has_chain:
        await asyncio.sleep(STEP_SECONDS - (monotonic() - began) % STEP_SECONDS)
    return html_answer(page, state.status, language)


async def _page(
    request: Request, text: str, caller: Caller, refused: CodeError | None
) -> tuple[str, PageState]:
    language, elder = page_language(request), is_elder(request)
    chosen = choice(language, elder=elder)
    links = PageLinks.of(
        language=language.value,
        elder=elder,
        record=f"/v1/chains/{quote(text, safe='')}",
        complain=f"/complaints/new?{urlencode({'code': text[:CODE_LIMIT], **chosen})}",
        follow_up=f"/complaints?{urlencode(chosen)}",
    )

    def problem(state: PageState, detail: str | None = None) -> tuple[str, PageState]:
        page = render_problem(
            state, code=text, language=language.value, links=links, elder=elder, detail=detail
        )
        return page, state

    try:
        if refused is not None:
            raise refused
        return await _chain_page(request, recognise(text), caller, links)
    except CodeError as error:
        said = sentence(error.code, error.params, language.value)
        return problem(PageState.MALFORMED, said)
    except Unavailable:
        return problem(PageState.UNAVAILABLE)


async def _chain_page(
    request: Request, code: Code, caller: Caller, links: PageLinks
) -> tuple[str, PageState]:
    """The page of what is known of a code; a look at an issued one is counted after it was told."""
    began = monotonic()
    app, language = request.app.state, page_language(request)
    verdict_of: CodeVerdict = app.code_verdict
    question = Question(code, Direction.UP)
    board: NoticeBoard = getattr(app, "notice_board", None) or EmptyBoard()
    (chain, known), verdict, _ = await asyncio.gather(
        seen(request, question, CONSUMER, language), verdict_of(code.key), board.look()
    )
    state = page_state(chain, verdict)
    static: Names = getattr(app, "names", None) or Names()
    page = render_chain(
        chain,
        language=language.value,
        names=page_names(known, static.subsystems),
        links=links,
        elder=is_elder(request),
        beside=Beside(
            await board.notices(chain),
            await _scans(request, code) if state.has_chain else None,
            verdict,
        ),
    )
    if state.has_chain:
        _count(request, code, caller)
        if chain.complete:
            may_be_kept(request.scope, code.key, min(began, board.known_since))
    return page, state


async def _scans(request: Request, code: Code) -> ScanCount | None:
    """How often the code was scanned; ``None`` where that cannot be told, which is no reason to
    show nothing.
    """
    counter: ScanCounter = request.app.state.scan_counter
    try:
        return await counter.of_code(code.key)
    except Unavailable:
        return None


def _count(request: Request, code: Code, caller: Caller) -> None:
    counter: ScanCounter = request.app.state.scan_counter
    if is_scan(request.scope):
        counter.count(code.key, trade=is_trade(request.scope, caller))


def page_language(request: Request) -> Language:
    """The language that the page's own link chose, else the browser's."""
    chosen = request.query_params.get("lang")
    known = {one.value: one for one in Language}
    return known.get(chosen or "") or negotiate(request.headers.get("accept-language"))


def is_elder(request: Request) -> bool:
    """Whether the larger text was chosen."""
    return request.query_params.get("size") == "large"


def choice(language: Language, *, elder: bool) -> dict[str, str]:
    """The parameters by which another page of ours is in the same language and size."""
    return {"lang": language.value, **({"size": "large"} if elder else {})}


def html_answer(page: str, status: int, language: Language) -> Response:
    """A page with the headers that every page has."""
    response = HTMLResponse(page, status)
    response.headers["Content-Security-Policy"] = content_security_policy()
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    vary_on_language(response.headers, language)
    response.headers.add_vary_header("Accept")
    return response
