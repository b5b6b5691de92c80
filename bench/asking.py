"""Asking a service over HTTP, and what each answer took."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from typing import Self
from urllib.parse import quote, urlsplit

# A service closes what was idle for five seconds.
_KEPT_SECONDS = 2.0
# What a phone's browser says that has no key.
_PHONE = (
    "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\nAccept-Language: zh-CN,zh;q=0.9\r\n"
    "User-Agent: Mozilla/5.0 (Linux; Android 14) Chrome/126 Mobile\r\n"
)


class Asker:
    """One connection that is kept open; requests one after the other, without a key as a phone."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._headers = f"Authorization: Bearer {key}\r\n" if key else _PHONE

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def ask(self, path: str) -> bytes:
        """The body of an answer 200. Raises ``RuntimeError`` for any other."""
        head = f"GET {path} HTTP/1.1\r\nHost: bench\r\n{self._headers}\r\n"
        self._writer.write(head.encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        lowered = answer.lower()
        length = int(lowered.partition(b"content-length:")[2].partition(b"\r")[0])
        body = await self._reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{path}: {body[:300].decode(errors='replace')}")
        return body


def chain_path(code: str, direction: str, **more: str) -> str:
    query = "".join(f"&{name}={quote(value)}" for name, value in more.items())
    return f"/v1/chains/{quote(code, safe='')}?direction={direction}{query}"


def closed_loop(url: str, key: str, paths: Sequence[str], clients: int = 1) -> list[float]:
    """The seconds of each request, with so many clients that each wait for their answers."""

    async def run() -> list[float]:
        waiting = iter(paths)
        spans: list[float] = []

        async def client() -> None:
            async with Asker(url, key) as asker:
                for path in waiting:
                    began = time.perf_counter()
                    await asker.ask(path)
                    spans.append(time.perf_counter() - began)

        await asyncio.gather(*(client() for _ in range(clients)))
        return spans

    return asyncio.run(run())


def open_loop(url: str, key: str, paths: Sequence[str], per_second: float) -> list[float]:
    """The seconds of each request, from when it was due: a slow answer delays no later request."""

    async def run() -> list[float]:
        spans: list[float] = []
        idle: list[tuple[Asker, float]] = []

        async def request(path: str, due: float) -> None:
            while idle and idle[-1][1] < due - _KEPT_SECONDS:
                idle.pop()
            asker = idle.pop()[0] if idle else await Asker(url, key).__aenter__()
            await asker.ask(path)
            now = time.perf_counter()
            spans.append(now - due)
            idle.append((asker, now))

        began = time.perf_counter()
        tasks = []
        for n, path in enumerate(paths):
            due = began + n / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(request(path, due)))
        await asyncio.gather(*tasks)
        return spans

    return asyncio.run(run())


def percentile(spans: Sequence[float], share: float) -> float:
    """Milliseconds below which this share of the requests stayed."""
    return sorted(spans)[min(len(spans) - 1, int(len(spans) * share))] * 1e3


def median_ms(spans: Sequence[float]) -> float:
    return statistics.median(spans) * 1e3
