"""Logs: one line for each request and each failure, and nothing in them that is a person's.

Never logged: query strings, bodies, header values, paths (a code in a path can be someone's own),
and the messages of exceptions (a driver's quotes the row that it could not store).
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from time import perf_counter
from typing import Any, ClassVar, TextIO, cast
from uuid import UUID

import msgspec
import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.types import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from suyuan.domain.caller import Caller

REQUEST_ID_HEADER = "X-Request-Id"

ID_NAME = REQUEST_ID_HEADER.lower().encode()
_REQUEST_ID = "suyuan.request_id"
_CALLER = "suyuan.caller"
# Of our own: a test that draws its examples by chance must not find the common one disturbed.
_CHANCE = Random()  # noqa: S311 - ids of requests are no secret
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


class AccessLines:
    """Write the line of a request that is over, and tell ``observe``.

    Where lines are JSON, that of an answer goes straight to their stream: structlog's own way to
    the same text takes as long as a page that was kept takes in all.
    """

    def __init__(self, observe: Callable[[Access], None]) -> None:
        self._observe = observe
        # Bound once: binding takes half the time of logging, and this is done for each request.
        self._log: FilteringBoundLogger = structlog.get_logger("suyuan").bind()
        factory = structlog.get_config()["logger_factory"]
        direct = isinstance(factory, _JsonLines) and self._log.is_enabled_for(logging.INFO)
        self._stream = factory.stream if direct else None

    def write(self, access: Access, caller: Caller | None, request_id: str) -> None:
        """One line. ``caller`` is ``None`` where nobody came to ask who it was."""
        self.write_all([(access, caller, request_id)])

    def write_all(self, answered: Iterable[tuple[Access, Caller | None, str]]) -> None:
        """The lines of several requests that are over, in one write where that can be."""
        now, lines = datetime.now(UTC), list[dict[str, Any]]()
        for access, caller, request_id in answered:
            told = {
                "method": access.method,
                "route": access.route,
                "status": access.status,
                "ms": round(access.seconds * 1000, 1),
                "role": caller.role.value if caller is not None else None,
                "owner": caller.owner if caller is not None else None,
            }
            if access.status >= 500:
                self._log.error("request", **told, request_id=request_id)
            elif self._stream is None:
                self._log.info("request", **told, request_id=request_id)
            else:
                told |= {"event": "request", "request_id": request_id, "level": "info"}
                told["time"] = now
                lines.append(told)
            self._observe(access)
        if lines and self._stream is not None:
            self._stream.write(_encoder.encode_lines(lines).decode())
            self._stream.flush()


class AccessLog:
    """Give each request an id, and write its line when it is over.

    A caller's own ``X-Request-Id`` is kept if it is a UUID, so that the lines of the gateway and
    of the subsystems it asked can be laid side by side.
    """

    def __init__(self, app: ASGIApp, lines: AccessLines) -> None:
        self.app = app
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = _NO_ANSWER
        started = perf_counter()
        own_id = scope[_REQUEST_ID] = id_of(scope)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = own_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=own_id):
            try:
                await self.app(scope, receive, send_with_id)
            finally:
                seconds = perf_counter() - started
                access = Access(scope["method"], route_template(scope), status, seconds)
                self._lines.write(access, scope.get(_CALLER), own_id)


def id_of(scope: Scope) -> str:
    """The id that a request came with, if it is a UUID, else a new one."""
    told = next((value for name, value in scope["headers"] if name == ID_NAME), b"")
    return id_from(told)


def id_from(told: bytes) -> str:
    """The id that a header gives, if it is a UUID, else a new one."""
    if told:
        with suppress(ValueError):
            return str(UUID(told.decode("latin-1")))
    # RFC 9562, 5.4, written out. It is nobody's secret, so any chance will do.
    digits = f"{_CHANCE.getrandbits(128):032x}"
    parts = (digits[:8], digits[8:12], f"4{digits[13:16]}", f"8{digits[17:20]}", digits[20:])
    return "-".join(parts)


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
    A line that cannot be written is lost, and counted.
    """
    stream = cast(TextIO, LossyStream(stream or sys.stderr))
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
        logger_factory=structlog.WriteLoggerFactory(stream)
        if stream.isatty()
        else _JsonLines(stream),
    )
    _configure_libraries(stream, level, shared, renderer)


class LossyStream:
    """A stream that loses what it cannot write.

    A full disk, or a reader of the log that has gone, costs lines: an answer that was made must go
    out all the same, and what a service does beside answering must go on. ``lost`` counts the lines
    of this process that were not written.
    """

    lost: ClassVar[int] = 0

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except (OSError, ValueError):  # ValueError: it was closed
            LossyStream.lost += max(1, text.count("\n"))
            return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()


class _JsonLines(structlog.WriteLoggerFactory):
    """Loggers that write JSON, and the stream that they write to."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.stream = stream


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


_encoder = msgspec.json.Encoder(enc_hook=repr)


def _json(event: EventDict, **_options: Any) -> str:
    return _encoder.encode(event).decode()


def _without_messages(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by what may be logged of it."""
    told = event.pop("exc_info", None)
    if told is True:
        told = sys.exc_info()
    error = told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        event.update(describe(error))
    return event
