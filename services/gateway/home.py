"""The city's front door: a code typed by hand, the directory, complaints."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from suyuan.web.auth import Asking
from suyuan.web.consumer import choice, html_answer, is_elder, page_language
from suyuan.web.pages import PageLinks
from suyuan.web.pages.directory import render_home
from suyuan.web.pages.environment import form_security_policy
from suyuan.web.state import Settings

router = APIRouter(tags=["pages"])

# As long as any code that a page can be asked for by hand.
_CODE_LIMIT = 300


@router.get("/", response_class=HTMLResponse)
async def get_home(
    request: Request,
    caller: Asking,
    settings: Settings,
    lang: str | None = None,
    size: str | None = None,
) -> Response:
    """首页 · Where a code is typed by hand, and what else there is to look up."""
    del caller, lang, size  # read where every page reads them
    language, elder = page_language(request), is_elder(request)
    links = PageLinks.of(language=language.value, elder=elder)
    page = render_home(language=language.value, links=links, elder=elder, docs=settings.docs)
    response = html_answer(page, 200, language)
    response.headers["Content-Security-Policy"] = form_security_policy()
    return response


@router.get("/t", status_code=303, response_class=Response)
async def find_page(
    request: Request,
    caller: Asking,
    code: Annotated[str, Query(max_length=_CODE_LIMIT)] = "",
    lang: str | None = None,
    size: str | None = None,
) -> Response:
    """输入编码 · 303 to the page of a code that was typed; without one back to the front door."""
    del caller, lang, size
    query = urlencode(choice(page_language(request), elder=is_elder(request)))
    typed = code.strip()
    return RedirectResponse(f"/t/{quote(typed, safe='')}?{query}" if typed else f"/?{query}", 303)
