"""The gateway's connections to the subsystems: one client, signed claims, each one's health."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from joserfc.jwk import OKPKey

from services.gateway.registry import Registry, Subsystem
from suyuan.domain.caller import CONSUMER, Caller
from suyuan.sources.remote import RemoteSource
from suyuan.web import claims
from suyuan.web.auth import CLAIMS_HEADER

# Connections held open for each subsystem; more callers wait for one.
CONNECTIONS = 64
CONNECT_SECONDS = 1.0
HEALTH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Health:
    """How a subsystem answered when it was last asked. ``ms`` is what its answer took."""

    state: str
    last_answer: datetime | None
    ms: int | None


class Members:
    """Every expected subsystem, and the way to call it as somebody."""

    def __init__(self, registry: Registry, key: OKPKey) -> None:
        self.registry = registry
        self._key = key
        self._last_answer: dict[str, datetime] = {}
        self.client = httpx.AsyncClient(
            limits=httpx.Limits(max_connections=CONNECTIONS * max(len(registry.members), 1)),
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
        )

    async def close(self) -> None:
        await self.client.aclose()

    def headers(self, caller: Caller, subsystem: str) -> dict[str, str]:
        """The claims that stand for the caller at one subsystem; a consumer's too are signed."""
        return {CLAIMS_HEADER: claims.sign(caller, audience=subsystem, key=self._key)}

    def sources(self, caller: Caller, trace_id: str) -> Mapping[str, RemoteSource]:
        """A source for each member, asking on the caller's behalf; claims are signed once each."""
        return {s.id: self._source(s, caller, trace_id) for s in self.registry}

    def _source(self, member: Subsystem, caller: Caller, trace_id: str) -> RemoteSource:
        headers = self.headers(caller, member.id)
        return RemoteSource(
            member.id,
            self.client,
            member.query_url,
            authorise=lambda: headers,
            timeout=member.timeout,
            trace_id=trace_id,
        )

    async def health(self) -> dict[str, Health]:
        """Ask every member whether it is ready, in parallel."""
        found = await asyncio.gather(*(self._health(s) for s in self.registry))
        return dict(zip(self.registry.members, found, strict=True))

    async def _health(self, member: Subsystem) -> Health:
        began = time.monotonic()
        try:
            response = await self.client.get(
                f"{member.query_url}/readyz",
                headers=self.headers(CONSUMER, member.id),
                timeout=HEALTH_SECONDS,
            )
        except httpx.TimeoutException:
            return Health("timed_out", self._last_answer.get(member.id), None)
        except httpx.HTTPError:
            return Health("down", self._last_answer.get(member.id), None)
        ms = round((time.monotonic() - began) * 1000)
        if response.status_code != 200:
            return Health("unready", self._last_answer.get(member.id), ms)
        self.answered(member.id)
        return Health("ready", self._last_answer[member.id], ms)

    def answered(self, subsystem: str) -> None:
        self._last_answer[subsystem] = datetime.now(UTC)
