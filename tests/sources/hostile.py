"""A member that is no member: a socket that answers a question with whatever a test says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

Asked = dict[str, Any]
Behaviour = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


class Hostile:
    """Counts connections; ``url`` is where it listens."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            asked = json.loads(await reader.readexactly(next(lengths, 0)) or b"{}")
            await self._behaviour(asked, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(behaviour: Behaviour) -> AsyncIterator[Hostile]:
    """A hostile member on a free port of this machine."""
    hostile = Hostile(behaviour)
    server = await asyncio.start_server(hostile.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    hostile.url = f"http://127.0.0.1:{port}"
    try:
        yield hostile
    finally:
        server.close()


def head(length: int | None, *, status: str = "200 OK", more: str = "") -> bytes:
    """The beginning of an answer; without a length its body has no end of its own."""
    sized = "" if length is None else f"Content-Length: {length}\r\n"
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{sized}{more}\r\n".encode()


async def say(writer: asyncio.StreamWriter, body: Any) -> None:
    """A whole answer: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    writer.write(head(len(content)) + content)
    await writer.drain()
