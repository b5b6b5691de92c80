"""What a hostile or broken member does with a question (``tests.sources.hostile``)."""

from __future__ import annotations

import asyncio
import gzip

from tests.sources.hostile import Asked, head

# Made beforehand: tests play both sides, and making it takes longer than reading it.
BOMB = gzip.compress(b" " * 100_000_000)


async def endless(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(head(None))
    while True:
        writer.write(b" " * 65_536)
        await writer.drain()


async def drip(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Never silent for long enough to be taken for dead."""
    writer.write(head(1_000_000))
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def silence(_asked: Asked, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def hang_up(_asked: Asked, _writer: asyncio.StreamWriter) -> None:
    """Closes without a word, as a server does that was just killed."""


async def redirect(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(head(0, status="307 Temporary Redirect", more="Location: http://127.0.0.1:1/\r\n"))
    await writer.drain()


async def bomb(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(head(len(BOMB), more="Content-Encoding: gzip\r\n") + BOMB)
    await writer.drain()


async def noise(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\xff this is no HTTP\r\n\r\n")
    await writer.drain()


async def half(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(head(1_000) + b'{"edges": [')
    await writer.drain()


def nested(_asked: Asked) -> bytes:
    return b'{"edges": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
