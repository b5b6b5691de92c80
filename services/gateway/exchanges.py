"""The exchange log and its metrics: who was asked how often, how it went, how fresh they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from structlog.contextvars import get_contextvars

from services.gateway.registry import Registry
from suyuan.domain.errors import Unavailable
from suyuan.domain.lookup import Hole
from suyuan.sources.exchange import Exchange
from suyuan.storage import deliveries, exchanges
from suyuan.storage.engine import Database
from suyuan.storage.exchanges import Line, Tally
from suyuan.storage.holders import find_feeds
from suyuan.web.accesses import purpose_headers
from suyuan.web.background import beside
from suyuan.web.logs import REQUEST_ID_HEADER

# What a killed process has counted and not written yet is lost, so it is written often.
WRITE_SECONDS = 10.0
_SWEEP_EVERY = 360  # writes
# What a chain asks many times; other addresses have codes in them, and are no end of them.
_MANY = ("/v1/lookups", "/v1/names")


def request_headers() -> Mapping[str, str]:
    """The id and the purpose of the request on whose behalf a call is made."""
    known = get_contextvars().get("request_id")
    named = {REQUEST_ID_HEADER: known} if isinstance(known, str) else {}
    return {**named, **purpose_headers()}


class Exchanges:
    """Counts this process's calls to the subsystems, and the holes in its answers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._tallies: dict[Line, Tally] = {}
        # Whose an address is, as one registry has it: a chain is eighty calls of few addresses.
        self._whose: dict[str, str] = {}
        self._registry: Registry | None = None
        self._count = Counter(
            "suyuan_exchanges",
            "Calls to subsystems, by what was asked and how it went.",
            ["subsystem", "call", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "suyuan_exchange_seconds",
            "Seconds of a call to a subsystem, until the last byte.",
            ["subsystem", "call"],
            registry=registry,
        )

        self._holes = Counter(
            "suyuan_holes",
            "Questions of walks that a subsystem did not answer.",
            ["subsystem", "reason"],
            registry=registry,
        )

    def count_holes(self, holes: Iterable[Hole]) -> None:
        """Count what a chain's answer lacks."""
        for hole in holes:
            self._holes.labels(hole.subsystem, hole.reason.value).inc()

    def note(self, exchange: Exchange, registry: Registry) -> None:
        """Count a call to a member of the registry."""
        subsystem = self._member(exchange.url, registry)
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        line = Line(hour, subsystem, exchange.call, exchange.outcome.value)
        self._tallies.setdefault(line, Tally()).add(exchange.seconds)
        self._count.labels(*line[1:]).inc()
        self._seconds.labels(subsystem, exchange.call).observe(exchange.seconds)

    def _member(self, url: str, registry: Registry) -> str:
        """Whose address it is, looked up once for each that chains ask at."""
        if registry is not self._registry:
            self._registry, self._whose = registry, {}
        found = self._whose.get(url)
        if found is None:
            found = _member(url, registry)
            if url.endswith(_MANY):
                self._whose[url] = found
        return found

    @asynccontextmanager
    async def written(self, database: Database) -> AsyncIterator[None]:
        """Write the log while the block lasts, and what is left of it at the end."""
        try:
            async with beside(partial(self._write_on, database)):
                yield
        finally:
            with suppress(Unavailable):
                await self.write(database)

    async def write(self, database: Database) -> None:
        """Write what was counted since the last time; where that fails it is kept."""
        tallies, self._tallies = self._tallies, {}
        if not tallies:
            return
        try:
            async with database.writing() as connection:
                await exchanges.add(connection, tallies)
        except Unavailable:
            for line, tally in tallies.items():
                kept = self._tallies.setdefault(line, Tally())
                kept.count += tally.count
                kept.seconds += tally.seconds
                kept.slowest = max(kept.slowest, tally.slowest)
            raise

    async def _write_on(self, database: Database) -> None:
        writes = 0
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            with suppress(Unavailable):
                await self.write(database)
                if writes % _SWEEP_EVERY == 0:
                    async with database.writing() as connection:
                        await exchanges.sweep(connection)
                writes += 1


class FederationGauges:
    """How the outbox and the feeds stand, read when Prometheus asks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._deliveries = _gauge(registry, "suyuan_deliveries", "Copies by state.", "state")
        self._oldest = _gauge(
            registry, "suyuan_delivery_oldest_seconds", "Age of the oldest copy.", "state"
        )
        self._lag = _gauge(
            registry, "suyuan_feed_lag_seconds", "How long ago the index held all there was."
        )
        self._age = _gauge(
            registry, "suyuan_last_event_seconds", "How long ago the newest report was stored."
        )

    async def read(self, database: Database) -> None:
        """Read all of them. Raises Unavailable."""
        async with database.reading() as connection:
            depth, feeds = await deliveries.depth(connection), await find_feeds(connection)
        self._deliveries.clear()
        self._oldest.clear()
        for subsystem, state, count, age in depth:
            self._deliveries.labels(subsystem, state).set(count)
            self._oldest.labels(subsystem, state).set(age)
        now = datetime.now(UTC)
        for feed in feeds:
            for gauge, moment in ((self._lag, feed.watermark), (self._age, feed.last_change)):
                if moment is not None:
                    gauge.labels(feed.subsystem).set((now - moment).total_seconds())


def _gauge(registry: CollectorRegistry, name: str, text: str, *labels: str) -> Gauge:
    return Gauge(name, text, ["subsystem", *labels], registry=registry)


def _member(url: str, registry: Registry) -> str:
    """Whose address it is: that with the longest beginning in common."""
    found = [
        (len(base), member.id)
        for member in registry
        for base in (member.ingest_url, member.query_url)
        if url.startswith(base.rstrip("/") + "/")
    ]
    return max(found, default=(0, "unknown"))[1]
