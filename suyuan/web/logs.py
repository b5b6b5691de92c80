"""Logs: one line for each request and each failure, and nothing in them that is a person's.

Never logged: query strings, bodies, header values, paths (a code in a path can be someone's own),
and the messages of exceptions (a driver's quotes the row that it could not store).
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TextIO
from uuid import UUID, uuid4

import msgspec
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.types import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from suyuan.domain.caller import Caller

REQUEST_ID_HEADER = "X-Request-Id"

_REQUEST_ID = "suyuan.request_id"
_CALLER = "suyuan.caller"
# The caller hung up before there was an answer; the number is nginx's.
_NO_ANSWER = 499
_FRAMES = 12


@dataclass(frozen=True, slots=True)
class Access:
    """One request that is over; ``route`` is the template, not the path."""

    method: str
    route: str
    status: int
    seconds: float


class AccessLog:
    """Give each request an id, log one line when it is over, and tell ``observe``.

    A caller's own ``X-Request-Id`` is kept if it is a UUID, so that the lines of the gateway and
    of the subsystems it asked can be laid side by side.
    """

    def __init__(self, app: ASGIApp, observe: Callable[[Access], None]) -> None:
        self.app = app
        self.observe = observe
        # Bound once: binding takes half the time of logging, and this is done for each request.
        self._log: FilteringBoundLogger = structlog.get_logger("suyuan").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = _NO_ANSWER
        started = perf_counter()
        scope[_REQUEST_ID] = _given_id(scope) or str(uuid4())

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = scope[_REQUEST_ID]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=scope[_REQUEST_ID]):
            try:
                await self.app(scope, receive, send_with_id)
            finally:
                seconds = perf_counter() - started
                access = Access(scope["method"], route_template(scope), status, seconds)
                self._write(access, scope.get(_CALLER))
                self.observe(access)

    def _write(self, access: Access, caller: Caller | None) -> None:
        write = self._log.error if access.status >= 500 else self._log.info
        write(
            "request",
            method=access.method,
            route=access.route,
            status=access.status,
            ms=round(access.seconds * 1000, 1),
            role=caller.role.value if caller is not None else None,
            owner=caller.owner if caller is not None else None,
        )


def request_id(scope: Scope) -> str:
    """The UUID of the request, as in its log lines and in the ``instance`` of its problem."""
    return str(scope.get(_REQUEST_ID) or UUID(int=0))


def remember_caller(scope: Scope, caller: Caller) -> None:
    """Let the request's log line say who asked."""
    scope[_CALLER] = caller


def caller_of(scope: Scope) -> Caller | None:
    """Who asked, as far as that is known."""
    caller: Caller | None = scope.get(_CALLER)
    return caller


def route_template(scope: Scope) -> str:
    """The route that answered, such as ``/v1/chains/{code:text}``; ``unmatched`` if none did."""
    return getattr(scope.get("route"), "path", None) or "unmatched"


def describe(error: BaseException) -> dict[str, Any]:
    """What may be logged of an error: the types in its chain, and the places; never its message."""
    types: list[str] = []
    deepest = error
    cause: BaseException | None = error
    while cause is not None and len(types) < _FRAMES:
        types.append(type(cause).__qualname__)
        deepest = cause
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    frames = traceback.extract_tb(deepest.__traceback__)[-_FRAMES:]
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": " < ".join(types), "at": places}


def configure_logging(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Send every log line of this process to ``stream`` (standard error): JSON, or for a terminal
    ``key=value``.

    Called once by the program, before ``create_app``: the libraries' logging is the process's.
    """
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _without_messages,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer()
        if stream.isatty()
        else structlog.processors.JSONRenderer(serializer=_json)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
    )
    _configure_libraries(stream, level, shared, renderer)


def _configure_libraries(
    stream: TextIO, level: int, shared: list[Processor], renderer: Processor
) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # httpx logs the whole address of each call, and uvicorn the query of each request.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def _json(event: EventDict, **_options: Any) -> str:
    return msgspec.json.encode(event, enc_hook=repr).decode()


def _without_messages(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by what may be logged of it."""
    told = event.pop("exc_info", None)
    if told is True:
        told = sys.exc_info()
    error = told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        event.update(describe(error))
    return event


def _given_id(scope: Scope) -> str | None:
    given = Headers(scope=scope).get(REQUEST_ID_HEADER)
    try:
        return str(UUID(given)) if given else None
    except ValueError:
        return None
