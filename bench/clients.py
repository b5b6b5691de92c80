"""Clients that cost little beside what they measure: plain sockets, requests made beforehand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from http.client import HTTPConnection
from multiprocessing import get_context
from urllib.parse import urlsplit

_TIMEOUT = 120.0


class Poster:
    """Posts bodies of events; one connection for each, as an ERP's job that runs now and then."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Connection": "close",
        }

    def post(self, body: bytes) -> None:
        """Post one body. Raises ``RuntimeError`` with the answer if it was not taken."""
        connection = HTTPConnection(self._host, self._port, timeout=_TIMEOUT)
        try:
            connection.request("POST", "/v1/events", body, self._headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200 or b'"rejected":[]' not in text:
            raise RuntimeError(text[:500].decode(errors="replace"))

    def post_all(self, bodies: Sequence[bytes], clients: int = 1) -> float:
        """The seconds that it takes to post all bodies with so many clients at once."""
        with ThreadPoolExecutor(clients) as pool:
            began = time.perf_counter()
            for _ in pool.map(self.post, bodies):
                pass
            return time.perf_counter() - began


def post_singly(url: str, key: str, texts: Sequence[bytes], clients: int, processes: int) -> float:
    """The seconds that it takes to post each text for itself, over ``clients`` connections."""
    each = clients // processes
    shares = [texts[n::processes] for n in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(time.sleep, [0.2] * processes))  # the processes have started
        spans = list(
            pool.map(_post_share, [url] * processes, [key] * processes, shares, [each] * processes)
        )
    return max(end for _, end in spans) - min(start for start, _ in spans)


def _post_share(url: str, key: str, texts: Sequence[bytes], clients: int) -> tuple[float, float]:
    began = time.time()
    asyncio.run(_post_over(url, key, texts, clients))
    return began, time.time()


async def _post_over(url: str, key: str, texts: Sequence[bytes], clients: int) -> None:
    waiting = iter(texts)
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()

    async def client() -> None:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for text in waiting:
            writer.write(head + str(len(text)).encode() + b"\r\n\r\n" + text)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length:")[2].partition(b"\r")[0])
            body = await reader.readexactly(length)
            if not answer.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(body[:500].decode(errors="replace"))
        writer.close()

    await asyncio.gather(*[client() for _ in range(clients)])
