"""Connections to many services, of which none may take those of another."""

from __future__ import annotations

import httpx

_Address = tuple[bytes, bytes, int | None]


class PoolPerAddress(httpx.AsyncBaseTransport):
    """A pool of at most ``connections`` for each scheme, host and port; who asks beyond waits.

    A service that hangs holds its own connections and nobody else's.
    """

    def __init__(self, connections: int) -> None:
        self._limits = httpx.Limits(
            max_connections=connections, max_keepalive_connections=connections
        )
        self._pools: dict[_Address, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        scheme, host, port = url.raw_scheme, url.raw_host, url.port
        pool = self._pools.get((scheme, host, port))
        if pool is None:
            pool = httpx.AsyncHTTPTransport(limits=self._limits, trust_env=False)
            self._pools[scheme, host, port] = pool
        return await pool.handle_async_request(request)

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()
