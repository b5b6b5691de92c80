"""Limits on what is read at all: the length of an address, the size of a body."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suyuan.domain.errors import TooLarge
from suyuan.web.problems import problem

# Twice the longest GS1 Digital Link with every attribute; most proxies stop at 8 KiB too.
MAX_URL_BYTES = 8 * 1024

# The longest form there is, with every letter percent-encoded four times over; an entry of twenty
# lots with a page of papers is a tenth of it.
SMALL_BYTES = 64 * 1024

# The one address whose bodies are files, here and behind a subsystem's id at the gateway.
FILES_PATH = "/v1/files"

# A client that is still sending when we close may never see the answer (RFC 9112, 9.6): so the
# answer goes out first, and then this much is read and thrown away. Twice the default limit is
# what a batch that should have been split has; who sends more learns only that we closed.
_LINGER_BYTES = 32 * 1024 * 1024
_LINGER_SECONDS = 2.0


class UrlLimit:
    """Answer 414 to an address that no code needs, before anything tries to parse it."""

    def __init__(self, app: ASGIApp, limit: int = MAX_URL_BYTES) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _url_bytes(scope) > self.limit:
            refusal = problem(scope, 414, "url_too_long", params={"limit": self.limit})
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)


class BodyTooLarge(HTTPException):
    """More was sent than the limit allows.

    An ``HTTPException``, since FastAPI turns any other error in reading a body into a 400.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(413, headers={"Connection": "close"})
        self.params = {"limit": limit}


class BodyLimit:
    """Answer 413 to a body over the limit: at once if its length is declared, else when reached.

    ``files`` is the limit of spreadsheets, which are written away as they come; any other body is
    read into memory.
    """

    def __init__(self, app: ASGIApp, limit: int, *, files: int | None = None) -> None:
        self.app = app
        self.limit = limit
        self.files = limit if files is None else files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.files if is_file(scope) else self.limit
        if declared_bytes(scope) > limit:
            error = BodyTooLarge(limit)
            refusal = problem(
                scope, 413, "body_too_large", params=error.params, headers=error.headers
            )
            await refusal(scope, receive, LingeringSend(receive, send))
            return
        counted = _CountedReceive(receive, limit)
        lingering = LingeringSend(receive, send)

        async def send_or_linger(message: Message) -> None:
            await (lingering if counted.exceeded else send)(message)

        await self.app(scope, counted, send_or_linger)


class _CountedReceive:
    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._bytes = 0

    @property
    def exceeded(self) -> bool:
        return self._bytes > self._limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self.exceeded:
            raise BodyTooLarge(self._limit)
        return message


class LingeringSend:
    """Send an answer whole, then read on for a moment before the connection is closed."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] != "http.response.body" or message.get("more_body", False):
            await self._send(message)
            return
        await self._send({**message, "more_body": True})
        await self._drain()
        await self._send({"type": "http.response.body", "body": b""})

    async def _drain(self) -> None:
        left = _LINGER_BYTES
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                while left > 0:
                    message = await self._receive()
                    left -= len(message.get("body", b""))
                    if not message.get("more_body", False):
                        return
        except TimeoutError:
            return


def _url_bytes(scope: Scope) -> int:
    path = scope.get("raw_path") or scope["path"].encode()
    return len(path) + len(scope["query_string"])


def is_file(scope: Scope) -> bool:
    """Whether a body is a spreadsheet: here, or at the gateway behind a subsystem's id."""
    path: str = scope["path"]
    return scope["method"] == "POST" and path.endswith(FILES_PATH)


def declared_bytes(scope: Scope) -> int:
    declared = Headers(scope=scope).get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0


async def small_body(request: Request, limit: int = SMALL_BYTES) -> bytes:
    """The body of a request that is never large. Raises TooLarge."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge("body_too_large", limit=limit)
    return bytes(body)
