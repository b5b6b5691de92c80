"""Sends recall notices to the addresses that enterprises gave, signed, again and again if need be.

The signature is HMAC-SHA256 over ``<time>.<body>`` with the secret that only the enterprise was
told: ``Suyuan-Signature: t=<seconds>,v1=<hex>``. An address within a private network is refused
when it is connected to, whatever its name resolved to before.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from hashlib import sha256
from ipaddress import ip_address
from time import time
from typing import Any

import httpcore
import msgspec

from suyuan.storage import recall_notices, recalls
from suyuan.storage.engine import Database
from suyuan.storage.recall_notices import Due
from suyuan.web.background import Rounds, beside
from suyuan.wire.recalls import kept, write_due

SIGNATURE_HEADER = "Suyuan-Signature"
_AT_ONCE = 20
_TIMEOUT = {"connect": 5.0, "read": 10.0, "write": 10.0, "pool": 10.0}
# However slowly an answer drips: well within the lease of a notice.
_ALL_SECONDS = 30.0
# After 10 s, 20 s, 40 s … at most six hours.
_FIRST_PAUSE = 10.0
_LONGEST_PAUSE = 6 * 3600.0


def new_secret() -> str:
    """What an enterprise checks signatures with; told once."""
    return secrets.token_hex(32)


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of ``SIGNATURE_HEADER`` for a body sent at a time (seconds since 1970)."""
    signed = hmac.new(bytes.fromhex(secret), b"%d." % at + body, sha256).hexdigest()
    return f"t={at},v1={signed}"


def pause_after(attempts: int) -> float:
    """Seconds until a notice that was tried so often is tried again."""
    return float(min(_FIRST_PAUSE * 2 ** max(attempts - 1, 0), _LONGEST_PAUSE))


class _Guarded(httpcore.AsyncNetworkBackend):
    """Connects to public addresses alone; the address that is checked is the one used."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        address = await self._address(host, port)
        return await self._backend.connect_tcp(
            address, port, timeout, local_address, socket_options
        )

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)

    async def _address(self, host: str, port: int) -> str:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        address = str(found[0][4][0])
        if not self._private and not ip_address(address.partition("%")[0]).is_global:
            raise httpcore.ConnectError("not a public address")
        return address


class WebhookSender:
    """Takes notices that are due and sends them. ``private`` lets it into private networks."""

    def __init__(self, database: Database, *, private: bool) -> None:
        self._database = database
        self._pool = httpcore.AsyncConnectionPool(
            network_backend=_Guarded(private=private), max_connections=_AT_ONCE
        )

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Send while the block lasts."""
        async with self._pool, beside(Rounds(self._send_due, broke="notices_broke_off").run):
            yield

    async def _send_due(self) -> bool:
        async with self._database.writing() as connection:
            due = await recall_notices.take_due(connection, _AT_ONCE)
        await asyncio.gather(*(self._send(one) for one in due))
        return len(due) == _AT_ONCE

    async def _send(self, due: Due) -> None:
        async with self._database.writing() as connection:
            recall = await recalls.find(connection, due.recall, kept)
        assert recall is not None, "a notice is of a recall"
        body = msgspec.json.encode(write_due(due.party, due.things, due.told_at, recall))
        problem = await self._post(due, body)
        async with self._database.writing() as connection:
            if problem is None:
                await recall_notices.delivered(connection, due)
            else:
                await recall_notices.failed(connection, due, problem, pause_after(due.attempts))

    async def _post(self, due: Due, body: bytes) -> str | None:
        """Send it; what went wrong, ``None`` if it was taken (2xx)."""
        headers: dict[bytes | str, bytes | str] = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            SIGNATURE_HEADER: signature(due.secret, body, int(time())),
        }
        try:
            async with (
                asyncio.timeout(_ALL_SECONDS),
                self._pool.stream(
                    "POST", due.url, headers=headers, content=body, extensions={"timeout": _TIMEOUT}
                ) as answer,
            ):
                status = int(answer.status)
        except TimeoutError:
            return "TimeoutError: no whole answer"
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            return f"{type(error).__name__}: {error}"[:200]
        except (httpcore.UnsupportedProtocol, ValueError) as error:
            return str(error)[:200]
        return None if 200 <= status < 300 else f"status {status}"
