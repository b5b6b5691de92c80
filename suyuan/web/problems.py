"""Problems: every error as ``application/problem+json`` (RFC 9457), in the caller's language.

``STATUS`` is the one table from the error tree to HTTP. A problem's ``type`` is
``urn:suyuan:problem:<code>``, its ``instance`` the request's id, and each entry of its ``errors``
says where: ``index`` in the batch, ``pointer`` into the report (RFC 6901) or, for what is not in
the body, ``/query/<name>``, ``/path/<name>`` or ``/header/<name>``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suyuan.domain import errors
from suyuan.domain.errors import Fault, SuyuanError
from suyuan.domain.sentences import sentence
from suyuan.storage import faults
from suyuan.web.language import Language, negotiate, vary_on_language
from suyuan.web.logs import describe, request_id
from suyuan.web.responses import json_response

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:suyuan:problem:"

# Long enough for a connection to come back, short enough for a retry that a person waits for.
RETRY_AFTER_SECONDS = 5

STATUS: dict[type[SuyuanError], int] = {
    SuyuanError: 500,
    errors.Refused: 400,
    errors.CodeError: 400,
    errors.ReportRefused: 422,
    errors.QuestionRefused: 422,
    errors.TooLarge: 413,
    errors.Conflict: 409,
    errors.NotKnown: 404,
    errors.Ambiguous: 300,
    errors.NotAuthenticated: 401,
    errors.NotAllowed: 403,
    errors.NotSayable: 406,
    errors.MediaTypeUnknown: 415,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}

# The title of a status, and the code where the framework, not the domain, refuses.
_TITLES: dict[int, tuple[str, str]] = {
    300: ("有多个结果", "Several things fit"),
    400: ("请求有误", "Bad request"),
    401: ("身份无法确认", "Not authenticated"),
    403: ("没有权限", "Not allowed"),
    404: ("没有找到", "Not found"),
    405: ("不支持此方法", "Method not allowed"),
    406: ("无法以所要求的格式回答", "Not acceptable"),
    408: ("提交过慢", "Too slow"),
    409: ("与已有内容冲突", "Conflict"),
    413: ("内容过大", "Too large"),
    414: ("网址过长", "Address too long"),
    415: ("无法读取此媒体类型", "Media type not read here"),
    422: ("内容有误", "Has faults"),
    429: ("请求过于频繁", "Too many requests"),
    500: ("服务器内部错误", "Internal error"),
    503: ("暂时不可用", "Unavailable at the moment"),
}
_HTTP_CODES: dict[int, str] = {
    400: "request_malformed",
    401: "not_authenticated",
    403: "not_allowed",
    404: "page_unknown",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "body_too_slow",
    413: "body_too_large",
    414: "url_too_long",
    415: "media_type_refused",
    429: "too_many_requests",
    503: "unavailable",
}

# What FastAPI finds wrong with a parameter, told in our words; anything else is malformed.
_PARAMETER_CODES: dict[str, str] = {
    "missing": "parameter_missing",
    "extra_forbidden": "parameter_unknown",
    "enum": "parameter_not_one_of",
    "literal_error": "parameter_not_one_of",
    "greater_than": "parameter_out_of_range",
    "greater_than_equal": "parameter_out_of_range",
    "less_than": "parameter_out_of_range",
    "less_than_equal": "parameter_out_of_range",
    "string_too_short": "parameter_out_of_range",
    "string_too_long": "parameter_out_of_range",
}
_BOUNDS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤", "min_length": "≥", "max_length": "≤"}

# A member gives a value back so that it can be found, not so that it can be had again.
_MEMBER_CHARACTERS = 1000

log = structlog.get_logger("suyuan")


def install(app: FastAPI) -> None:
    """Answer every error that reaches the app's routes with a problem."""
    app.add_exception_handler(SuyuanError, _on_suyuan_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    for driver_error in faults.DRIVER_ERRORS:
        app.add_exception_handler(driver_error, _on_driver_error)


def problem(
    scope: Scope,
    status: int,
    code: str,
    *,
    params: Mapping[str, Any] | None = None,
    found: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem response: ``params`` fill its sentence and are its extension members."""
    language = negotiate(Headers(scope=scope).get("accept-language"))
    params = params or {}
    titles = _TITLES.get(status) or _TITLES[500 if status >= 500 else 400]
    body: dict[str, Any] = {
        "type": f"{TYPE_PREFIX}{code}",
        "title": titles[0 if language is Language.ZH else 1],
        "status": status,
        "detail": sentence(code, params, language),
        "code": code,
        "instance": f"urn:uuid:{request_id(scope)}",
    }
    if found:
        body["errors"] = [fault_entry(fault, language) for fault in found]
    body |= {name: _member(value) for name, value in params.items() if name not in body}
    response = json_response(body, status, PROBLEM_JSON, headers)
    response.headers["Cache-Control"] = "no-store"
    vary_on_language(response.headers, language)
    if status in (429, 503):
        response.headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    if status == 401:
        response.headers.setdefault("WWW-Authenticate", 'Bearer realm="suyuan"')
    return response


def fault_entry(fault: Fault, language: Language) -> dict[str, Any]:
    """A fault as it stands in a problem's ``errors`` and in a batch's ``rejected``."""
    return {
        "index": fault.index,
        "pointer": _storable(fault.pointer),
        "code": fault.code,
        "detail": sentence(fault.code, fault.params, language),
    }


def problem_of(scope: Scope, error: SuyuanError) -> Response:
    """The problem that an error of the domain is."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    wait = error.params.get("retry_after")
    headers = {"Retry-After": str(wait)} if isinstance(wait, int) else None
    return problem(
        scope, status, error.code, params=error.params, found=error.faults, headers=headers
    )


def _member(value: Any) -> Any:
    """A value of an extension member that JSON can hold, whatever a stranger put into it."""
    if isinstance(value, str):
        return _storable(value[:_MEMBER_CHARACTERS])
    if isinstance(value, Mapping):
        return {_storable(str(name)): _member(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_member(entry) for entry in value]
    if isinstance(value, bool | float | Decimal | date | msgspec.Raw | None):
        return value
    is_number = isinstance(value, int) and value.bit_length() < 64
    return value if is_number else _storable(str(value)[:_MEMBER_CHARACTERS])


def _storable(text: str) -> str:
    """A text without lone surrogates: JSON can spell them and UTF-8 cannot."""
    return text.encode(errors="replace").decode()


class LastResort:
    """Answer what nothing else caught with a 500 that says nothing of the inside, and log it.

    Inside the access log and outside everything else: Starlette's own would raise the error again
    after answering, and the server would log its message.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        except ClientDisconnect:
            return
        except Exception as error:
            if scope["type"] != "http":
                raise
            log.error("failure", **describe(error))
            if started:
                # The connection must break, or half an answer would look like a whole one.
                raise ConnectionError("the answer was broken off") from None
            await problem(scope, 500, "internal")(scope, receive, send)


async def _on_suyuan_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, SuyuanError)
    if isinstance(error, errors.Unavailable):
        log.error("unavailable", code=error.code, **describe(error))
    return problem_of(request.scope, error)


async def _on_driver_error(request: Request, error: Exception) -> Response:
    told = faults.translate(error)
    if told is None:
        raise error
    told.__cause__ = error
    return await _on_suyuan_error(request, told)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = getattr(error, "code", None) or _HTTP_CODES.get(error.status_code, "request_malformed")
    if error.status_code >= 500 and error.status_code != 503:
        code = "internal"
    params = getattr(error, "params", None)
    return problem(request.scope, error.status_code, code, params=params, headers=error.headers)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [_fault(entry) for entry in error.errors()]
    return problem(request.scope, 422, "parameters_refused", found=found)


def _fault(entry: Mapping[str, Any]) -> Fault:
    """One of pydantic's errors as a fault; one of ours (``suyuan.web.times``) brings its code."""
    place, *rest = entry["loc"]
    if entry["type"] == "json_invalid":
        return Fault("request_malformed")  # what follows "body" is an offset, not a place
    path = rest if place == "body" else [place, *rest]
    pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
    context = entry.get("ctx") or {}
    if "code" in context:
        return Fault(context["code"], pointer, {k: v for k, v in context.items() if k != "code"})
    code = _PARAMETER_CODES.get(entry["type"], "parameter_malformed")
    params: dict[str, Any] = {"name": str(path[-1]) if path else "", "value": entry.get("input")}
    params["allowed"] = context.get("expected", "")
    params["bound"] = ", ".join(
        f"{_BOUNDS[name]} {value}" for name, value in context.items() if name in _BOUNDS
    )
    return Fault(code, pointer, params)
