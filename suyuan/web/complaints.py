"""Complaints of shoppers, without login, and the departments' answers to them.

Nothing here goes by a cookie, so no other site can act in a reader's name; a form that another site
sends all the same is refused. A number that nobody guesses is what lets its holder read on. The
contact is for the departments, is in no page and no log, and is erased when the complaint closes.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.codes import recognise
from suyuan.domain.complaints import Case, answer_of, complaint_of, new_number, read_number
from suyuan.domain.errors import (
    CodeError,
    MediaTypeUnknown,
    NotAllowed,
    NotKnown,
    Refused,
    ReportRefused,
    Unavailable,
)
from suyuan.domain.sentences import sentence
from suyuan.domain.trail import Direction, Question
from suyuan.storage import complaints
from suyuan.storage.engine import Database
from suyuan.web.auth import Official, require
from suyuan.web.consumer import choice, html_answer, is_elder, page_language
from suyuan.web.limits import small_body
from suyuan.web.openapi import PAGE_OR_PROBLEM
from suyuan.web.pages import Names, PageLinks
from suyuan.web.pages.complaints import render_case, render_follow_up, render_form
from suyuan.web.pages.environment import form_security_policy
from suyuan.web.quotas import Quotas
from suyuan.web.responses import json_response
from suyuan.web.seen import Tracer
from suyuan.web.state import OwnDatabase

PAGE_LIMIT = 100
# Sixteen characters, however they are spaced.
_TYPED_LIMIT = 100
_FORM = "application/x-www-form-urlencoded"

router = APIRouter(tags=["complaints"])

Answering = Annotated[Caller, Depends(require(CallerRole.DEPARTMENT, CallerRole.CITY))]


@router.get("/complaints/new", response_class=HTMLResponse, responses=PAGE_OR_PROBLEM)
async def get_form(
    request: Request, code: str = "", lang: str | None = None, size: str | None = None
) -> Response:
    """投诉表单 · The form, with the code filled in. Each has a number of its own already."""
    del lang, size  # read where every page reads them
    return _form_page(request, {"number": new_number(), "code": code[:300]})


@router.post(
    "/complaints",
    status_code=303,
    response_class=Response,
    responses=PAGE_OR_PROBLEM,
    openapi_extra={"requestBody": {"required": True, "content": {_FORM: {}}}},
)
async def post_complaint(
    request: Request,
    database: OwnDatabase,
    lang: str | None = None,
    size: str | None = None,
) -> Response:
    """提交投诉 · Store a complaint; 303 to the page of its number. The same form twice is one."""
    del lang, size
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise NotAllowed("cross_site")
    _quotas(request).count_complaint(request.scope)
    fields = _fields(await _body(request, _FORM))
    try:
        complaint = complaint_of(fields)
    except ReportRefused as error:
        return _form_page(request, fields, error, 422)
    knowing = await _knowing(request, complaint.code)
    async with database.writing() as connection:
        await complaints.add(connection, replace(complaint, subsystems=knowing))
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/complaints/{complaint.number}{query}", 303)


@router.get(
    "/complaints",
    response_class=HTMLResponse,
    responses={303: {"description": "To the complaint of the number"}, **PAGE_OR_PROBLEM},
)
async def get_follow_up(
    request: Request,
    database: OwnDatabase,
    number: Annotated[str | None, Query(max_length=_TYPED_LIMIT)] = None,
    lang: str | None = None,
    size: str | None = None,
) -> Response:
    """查询投诉 · Where a number is typed; 303 to the page of the complaint that has it.

    Numbers that lead nowhere are counted as complaints are: nobody tries many.
    """
    del lang, size
    if number is None:
        return _follow_up_page(request)
    asked = read_number(number)
    if asked is None or await _find(request, database, asked) is None:
        wrong = "complaint_number_mistyped" if asked is None else "complaint_not_here"
        return _follow_up_page(request, number, wrong)
    query = urlencode(choice(page_language(request), elder=is_elder(request)))
    return _private(RedirectResponse(f"/complaints/{asked}?{query}", 303))


@router.get("/complaints/{number}", response_class=HTMLResponse, responses=PAGE_OR_PROBLEM)
async def get_complaint(
    request: Request,
    number: str,
    database: OwnDatabase,
    lang: str | None = None,
    size: str | None = None,
) -> Response:
    """投诉进度 · What became of a complaint, for whoever has its number."""
    del lang, size
    asked = read_number(number)
    case = None if asked is None else await _find(request, database, asked)
    if case is None:
        raise NotKnown("complaint_unknown", number=number[:40])
    language, elder = page_language(request), is_elder(request)
    names: Names = getattr(request.app.state, "names", None) or Names()
    links = PageLinks.of(language=language.value, elder=elder)
    page = render_case(case, names=names, language=language.value, links=links, elder=elder)
    return _private(html_answer(page, 200, language))


@router.get("/v1/complaints")
async def get_complaints(
    caller: Official,
    database: OwnDatabase,
    after: Annotated[str | None, Query(max_length=20)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_LIMIT)] = 50,
) -> Response:
    """投诉列表 · Complaints about codes that your subsystem knows, newest first; the city sees all.

    `after` is the number of the last one of the page before. Contacts are for departments and the
    city, until the complaint is closed.
    """
    async with database.writing() as connection:
        found = await complaints.newest(connection, caller.home, after=after, limit=limit)
    return json_response({"complaints": [_written(case, caller) for case in found]})


@router.post(
    "/v1/complaints/{number}/answers",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {}}}},
)
async def post_answer(
    request: Request, number: str, caller: Answering, database: OwnDatabase
) -> Response:
    """答复投诉 · Answer a complaint: `{"state": "in_progress" | "closed", "message": "…"}`.

    Whoever has the number reads it. `closed` is the last answer, and erases the contact.
    """
    body = await _body(request, "application/json")
    told = answer_of(_object(body), caller.owner, datetime.now(UTC))
    asked = read_number(number)
    if asked is None:
        raise NotKnown("complaint_unknown", number=number[:40])
    async with database.writing() as connection:
        case = await complaints.find(connection, asked)
        if caller.home is not None and caller.home not in case.complaint.subsystems:
            raise NotKnown("complaint_unknown", number=asked)
        await complaints.answer(connection, asked, told)
        case = await complaints.find(connection, asked)
    return json_response(_written(case, caller), 201)


async def _find(request: Request, database: Database, number: str) -> Case | None:
    """The complaint of a number, ``None`` if there is none, which is counted. Raises TooMany."""
    try:
        async with database.writing() as connection:
            return await complaints.find(connection, number)
    except NotKnown:
        _quotas(request).count_complaint(request.scope)
        return None


def _quotas(request: Request) -> Quotas:
    quotas: Quotas = request.app.state.quotas
    return quotas


def _follow_up_page(request: Request, number: str = "", wrong: str | None = None) -> Response:
    language, elder = page_language(request), is_elder(request)
    page = render_follow_up(
        number,
        language=language.value,
        links=PageLinks.of("/complaints", language=language.value, elder=elder),
        elder=elder,
        fault=None if wrong is None else sentence(wrong, {}, language.value),
    )
    return _private(html_answer(page, 200 if wrong is None else 404, language))


def _form_page(
    request: Request,
    fields: dict[str, str],
    error: ReportRefused | None = None,
    status: int = 200,
) -> Response:
    language, elder = page_language(request), is_elder(request)
    chosen = choice(language, elder=elder)
    here = f"/complaints/new?{urlencode({'code': fields.get('code', '')})}&"
    follow_up = f"/complaints?{urlencode(chosen)}"
    links = PageLinks.of(here, language=language.value, elder=elder, follow_up=follow_up)
    page = render_form(
        fields,
        action=f"/complaints?{urlencode(chosen)}",
        language=language.value,
        links=links,
        elder=elder,
        faults=error.faults if error is not None else (),
    )
    return _private(html_answer(page, status, language))


def _private(response: Response) -> Response:
    """A page that is one person's: kept by nobody on the way."""
    response.headers["Content-Security-Policy"] = form_security_policy()
    response.headers["Cache-Control"] = "no-store"
    return response


async def _body(request: Request, media_type: str) -> bytes:
    """The body of a small request. Raises MediaTypeUnknown and TooLarge."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != media_type:
        raise MediaTypeUnknown(media_type=given, allowed=[media_type])
    return await small_body(request)


def _fields(body: bytes) -> dict[str, str]:
    """The fields of a form; of one that is there twice the first. Raises Refused."""
    try:
        text = body.decode("ascii")
        parsed = parse_qs(text, keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError as error:
        raise Refused("request_malformed") from error
    return {name: values[0] for name, values in parsed.items()}


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused("request_malformed") from error
    if not isinstance(told, dict):
        raise Refused("request_malformed")
    return told


async def _knowing(request: Request, text: str) -> tuple[str, ...]:
    """The subsystems that know a code, and so the departments that see the complaint.

    A code that nobody knows, or that cannot be looked up now, is the city's to sort out.
    """
    own: str | None = request.app.state.settings.subsystem
    if own is not None:
        return (own,)
    tracer: Tracer = request.app.state.tracer
    try:
        chain = await tracer.trace(Question(recognise(text), Direction.UP), CONSUMER)
    except (CodeError, Unavailable):
        return ()
    return tuple(sorted({s for e in chain.events for s in e.stored.subsystems}))


def _written(case: Case, caller: Caller) -> dict[str, Any]:
    complaint = case.complaint
    sees_contact = caller.role is not CallerRole.INSPECTOR
    return {
        "number": complaint.number,
        "made_at": case.made_at,
        "code": complaint.code,
        "subsystems": complaint.subsystems,
        "topic": complaint.topic,
        "message": complaint.message,
        "contact": complaint.contact if sees_contact else None,
        "state": case.state,
        "answers": [
            {"author": a.author, "state": a.state, "message": a.message, "at": a.answered_at}
            for a in case.answers
        ],
    }
