"""A line between two programs on which everything takes its time."""

from __future__ import annotations

import asyncio
import selectors
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class SlowLine:
    """Passes on what a client sends to ``port`` after ``seconds``, and answers at once.

    Each piece is late by the same time, so a request is late by that however it is cut.
    """

    def __init__(self, port: int, seconds: float) -> None:
        self.seconds = seconds
        self._target = port
        self.port = 0
        self._listening = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = asyncio.Event()

    @contextmanager
    def open(self) -> Iterator[SlowLine]:
        """Listen on a free port of this machine while the block lasts."""
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        self._listening.wait(5)
        assert self._loop is not None
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._closing.set)
            thread.join(5)

    def _run(self) -> None:
        # epoll wakes up to a millisecond late, which a line of 20 ms would not be.
        with asyncio.Runner(loop_factory=_precise_loop) as runner:
            runner.run(self._listen())

    async def _listen(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        await self._closing.wait()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        out: asyncio.StreamWriter | None = None
        try:
            there, out = await asyncio.open_connection("127.0.0.1", self._target)
            pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(there, writer))
                group.create_task(_send(pieces, out))
                while data := await reader.read(65_536):
                    pieces.put_nowait((time.monotonic() + self.seconds, data))
                pieces.put_nowait((time.monotonic() + self.seconds, b""))
        except* (OSError, asyncio.CancelledError):
            pass  # one of the two ends went away, or the line is taken down
        finally:
            writer.close()
            if out is not None:
                out.close()


def _precise_loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


async def _send(pieces: asyncio.Queue[tuple[float, bytes]], out: asyncio.StreamWriter) -> None:
    while True:
        due, data = await pieces.get()
        await asyncio.sleep(max(due - time.monotonic(), 0))
        if not data:
            out.close()
            return
        out.write(data)
        await out.drain()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()
