"""Admission: what is let in before memory grows, and how long a body may take.

A body is held in memory until its answer, and read into objects of three times its size, or of 25
times where it was made to hurt. So the bytes of all bodies that a process holds are counted as they
come, and past a limit a request is told to come back (503) rather than read. Bodies of files are
written away as they come and do not count. How many captures work at once is bounded apart, by
``Slots``.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suyuan.domain.errors import Unavailable
from suyuan.web.limits import LingeringSend, declared_bytes, is_file
from suyuan.web.problems import RETRY_AFTER_SECONDS, problem

# A sender that is silent for so long has gone, and holds a connection and memory meanwhile.
IDLE_SECONDS = 30.0
# The default limit of a body at half a megabit a second. A file is not held in memory and may
# take as long as it goes on coming.
BODY_SECONDS = 300.0


class BodyRefused(HTTPException):
    """A body that is not read to its end, with the code of its problem.

    An ``HTTPException``, since FastAPI turns any other error in reading a body into a 400.
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(status, headers={"Connection": "close"})
        self.code = code


class Admission:
    """Count the bytes of bodies in flight, refuse encoded ones, and end those that never end."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused is not None:
            response = problem(scope, refused.status_code, refused.code, headers=refused.headers)
            if refused.status_code == 415:
                response.headers["Accept-Encoding"] = "identity"  # RFC 9110, 12.5.3
            await response(scope, receive, LingeringSend(receive, send))
            return
        body = _Body(self, receive, counts=not is_file(scope))
        lingering = LingeringSend(receive, send)

        async def send_or_linger(message: Message) -> None:
            await (lingering if body.broken_off else send)(message)

        try:
            await self.app(scope, body.receive, send_or_linger)
        finally:
            body.release()

    def _refused(self, scope: Scope) -> BodyRefused | None:
        encoding = Headers(scope=scope).get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity"):
            return BodyRefused(415, "content_encoding_refused")
        # One body alone is never too much: ``BodyLimit`` is for that.
        full = self.held and self.held + declared_bytes(scope) > self.limit
        return BodyRefused(503, "too_busy") if full and not is_file(scope) else None


class _Body:
    """One request's body: what it holds, and since when it is being sent."""

    def __init__(self, gate: Admission, receive: Receive, *, counts: bool) -> None:
        self._gate = gate
        self._receive = receive
        self._counts = counts
        self._held = 0
        self._ends: float | None = None
        self._whole = False
        self.broken_off = False

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()  # whether the client is still there: as long as it takes
        message = await self._in_time()
        self._whole = not message.get("more_body", False)
        if self._counts:
            size = len(message.get("body", b""))
            others = self._gate.held - self._held
            self._held += size
            self._gate.held += size
            if others and self._gate.held > self._gate.limit:
                self.broken_off = True
                raise BodyRefused(503, "too_busy")
        return message

    async def _in_time(self) -> Message:
        now = asyncio.get_running_loop().time()
        self._ends = self._ends or (now + BODY_SECONDS if self._counts else math.inf)
        try:
            async with asyncio.timeout(min(IDLE_SECONDS, self._ends - now)):
                return await self._receive()
        except TimeoutError:
            self.broken_off = True
            raise BodyRefused(408, "body_too_slow") from None

    def release(self) -> None:
        self._gate.held -= self._held
        self._held = 0


class Slots:
    """So many at once; who finds none waits a little, and is then told to come back.

    Of several, one owner holds half at most, and waits for a slot of his own before he waits for a
    free one: however many he asks for, nobody else stands behind him.
    """

    def __init__(self, limit: int, *, wait_seconds: float = RETRY_AFTER_SECONDS) -> None:
        self._free = asyncio.Semaphore(limit)
        self._each = max(1, limit // 2)
        self._own: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._wait_seconds = wait_seconds

    @asynccontextmanager
    async def taken(self, owner: str) -> AsyncIterator[None]:
        """Hold a slot for the block. Raises Unavailable when none becomes free in time."""
        own = self._own.setdefault(owner, asyncio.Semaphore(self._each))
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(self._wait_seconds):
                    await held.enter_async_context(own)
                    await held.enter_async_context(self._free)
            except TimeoutError:
                raise Unavailable("too_busy") from None
            yield
