"""The gateway's connections to the subsystems: one client, signed claims, each one's health."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from joserfc.jwk import OKPKey

from services.gateway.exchanges import Exchanges, request_headers
from services.gateway.registry import Registry, Subsystem
from suyuan.domain.caller import CONSUMER, Caller
from suyuan.domain.chain import SourceStatus
from suyuan.sources.asking import Silent, send
from suyuan.sources.base import Source
from suyuan.sources.breaker import Breaker
from suyuan.sources.epcis import EpcisSource
from suyuan.sources.exchange import Exchange, NotedTransport
from suyuan.sources.line import Line
from suyuan.sources.pools import PoolPerAddress
from suyuan.sources.posting import Poster
from suyuan.sources.remote import RemoteSource
from suyuan.web.auth import CLAIMS_HEADER
from suyuan.web.vouching import Signer

CONNECT_SECONDS = 1.0
HEALTH_SECONDS = 1.0
HEALTH_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Health:
    """How a subsystem answered when it was last asked. ``ms`` is what its answer took.

    ``clock`` is by how many seconds its clock is ahead of ours, ``None`` where it does not tell.
    """

    state: str
    last_answer: datetime | None
    ms: int | None
    clock: int | None = None


class Members:
    """Every expected subsystem, and the way to call it as somebody.

    ``poster`` asks what a chain asks, ``client`` everything else. ``connections`` are the most that
    either has open to one subsystem; more callers wait. ``exchanges`` counts every call.
    """

    def __init__(
        self,
        registry: Registry,
        key: OKPKey,
        *,
        connections: int = 64,
        exchanges: Exchanges | None = None,
    ) -> None:
        self.registry = registry
        self.registry_problem: str | None = None  # why a changed file was not taken
        self.exchanges = exchanges
        self._signer = Signer(key)
        self._last_answer: dict[str, datetime] = {}
        self._breakers: dict[tuple[str, str, str], Breaker] = {}
        self.client = httpx.AsyncClient(
            transport=self._noted(PoolPerAddress(connections)),
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
        )
        self.poster = Poster(
            connections=connections,
            connect_seconds=CONNECT_SECONDS,
            note=self._note,
            headers=request_headers,
        )

    def _noted(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        if self.exchanges is None:
            return transport
        return NotedTransport(transport, self._note, request_headers)

    def _note(self, exchange: Exchange) -> None:
        if self.exchanges is not None:
            self.exchanges.note(exchange, self.registry)

    async def close(self) -> None:
        await self.client.aclose()
        await self.poster.close()

    def headers(self, caller: Caller, subsystem: str) -> dict[str, str]:
        """The claims that stand for the caller at one subsystem; a consumer's too are signed."""
        member = self.registry.get(subsystem)
        sectors = member.sectors if member is not None else ()
        return {CLAIMS_HEADER: self._signer.sign(caller, subsystem, sectors)}

    def breaker(self, member: Subsystem, call: str = "lookups") -> Breaker:
        """The breaker of a member for one call: of two that take unlike times neither judges the
        other. A new address starts with a new one.
        """
        return self._breakers.setdefault((member.id, member.query_url, call), Breaker())

    def sources(self, caller: Caller, trace_id: str) -> Mapping[str, Source]:
        """A source for each member, asking on the caller's behalf; claims are signed once each."""
        return {s.id: self._source(s, caller, trace_id) for s in self.registry}

    def _source(self, member: Subsystem, caller: Caller, trace_id: str) -> Source:
        line = Line(member.query_url.rstrip("/"), member.timeout, self.breaker(member))
        if member.epcis is not None:
            token = member.token
            shown = {} if token is None else {"Authorization": f"Bearer {token}"}
            return EpcisSource(member.id, self.client, line, member.epcis.dialect, shown)
        headers = self.headers(caller, member.id)
        return RemoteSource(
            member.id, self.poster, line, authorise=lambda: headers, trace_id=trace_id
        )

    async def health(self) -> dict[str, Health]:
        """Ask every member whether it is ready, in parallel."""
        asked = list(self.registry)
        found = await asyncio.gather(*(self._health(s) for s in asked))
        return {member.id: health for member, health in zip(asked, found, strict=True)}

    async def _health(self, member: Subsystem) -> Health:
        began = time.monotonic()
        request = self.client.build_request(
            "GET",
            f"{member.query_url}/readyz" if member.is_ours else member.query_url,
            headers=self.headers(CONSUMER, member.id) if member.is_ours else {},
        )
        try:
            reply = await send(self.client, request, most=HEALTH_BYTES, seconds=HEALTH_SECONDS)
        except Silent as silence:
            state = "unready" if silence.status is SourceStatus.REFUSED else silence.status.value
            return Health(state, self._last_answer.get(member.id), None)
        ms = round((time.monotonic() - began) * 1000)
        clock = _ahead(reply.headers.get("date"))
        # A foreign server has no such address; that it answers at all must do.
        if reply.status >= (300 if member.is_ours else 500):
            return Health("unready", self._last_answer.get(member.id), ms, clock)
        self.answered(member.id)
        return Health("ready", self._last_answer[member.id], ms, clock)

    def answered(self, subsystem: str) -> None:
        self._last_answer[subsystem] = datetime.now(UTC)


def _ahead(told: str | None) -> int | None:
    """By how many seconds a clock is ahead, by the ``Date`` of an answer (RFC 9110, 6.6.1)."""
    try:
        moment = parsedate_to_datetime(told) if told is not None else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None:
        return None
    return round((moment - datetime.now(UTC)).total_seconds())
