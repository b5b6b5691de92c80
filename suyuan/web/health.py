"""Is it alive, can it work, and how has it been doing: for supervisors, not for the public."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from ipaddress import ip_address
from typing import cast

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.responses import Response

from suyuan.domain.caller import CallerRole
from suyuan.domain.errors import Unavailable
from suyuan.storage.engine import Database
from suyuan.storage.ping import answers
from suyuan.web.auth import CLAIMS_HEADER, identify
from suyuan.web.logs import Access, LossyStream
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, Settings

router = APIRouter(tags=["health"])

_READY_SECONDS = 2.0
_SEE_METRICS = (CallerRole.CITY, CallerRole.DEPARTMENT, CallerRole.INSPECTOR)
# A request that came through a proxy is not the proxy's own, however near the proxy is.
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-real-ip", CLAIMS_HEADER.lower())
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """What a service counts: requests by route template, method and status, and nothing finer.

    A service adds its own to ``registry``, and to ``readers`` what it reads when it is asked.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "suyuan_requests",
            "Requests answered.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "suyuan_request_seconds",
            "Seconds from a request's first byte to its answer's last.",
            ["route", "method"],
            registry=self.registry,
        )
        self._uncounted = Counter(
            "suyuan_scans_uncounted",
            "Scans that were not counted because too many codes waited for the database.",
            registry=self.registry,
        )
        self._connections = Gauge(
            "suyuan_database_connections",
            "Connections to the database: in use, and the most there may be.",
            ["pool", "state"],
            registry=self.registry,
        )
        self.registry.register(_LostLines())
        # What a service reads from its database when it is asked for metrics.
        self.readers: list[Callable[[Database], Awaitable[None]]] = []
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def observe(self, access: Access) -> None:
        # A method is any word that a stranger sends, and each new one would be a new series.
        method = access.method if access.method in _METHODS else "other"
        key = (access.route, method, access.status)
        series = self._series.get(key)
        if series is None:
            series = (
                self._requests.labels(access.route, method, str(access.status)),
                self._seconds.labels(access.route, method),
            )
            self._series[key] = series
        count, seconds = series
        count.inc()
        seconds.observe(access.seconds)

    def scans_uncounted(self, count: int) -> None:
        self._uncounted.inc(count)

    async def text(self, database: Database) -> bytes:
        """Prometheus' text; what the database does not tell in time is as it was."""
        for name, pool in database.pools().items():
            self._connections.labels(name, "in_use").set(pool.in_use)
            self._connections.labels(name, "limit").set(pool.limit)
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(_READY_SECONDS):
                for read in self.readers:
                    await read(database)
        return generate_latest(self.registry)


class _LostLines(Collector):
    """Log lines of this process that could not be written, as of now."""

    def collect(self) -> Iterator[Metric]:
        text = "Log lines that could not be written."
        yield CounterMetricFamily("suyuan_log_lines_lost", text, value=LossyStream.lost)


@router.get("/healthz")
async def healthz() -> Response:
    """存活检查 · Is the process alive?

    Always 200 while it answers; says nothing of what it depends on.
    """
    return json_response({"status": "alive"})


@router.get("/readyz")
async def readyz(database: OwnDatabase, settings: Settings) -> Response:
    """就绪检查 · Can it work?

    200 when the service's database answers, else a problem with status 503.
    """
    try:
        async with asyncio.timeout(_READY_SECONDS):
            await answers(database)
    except TimeoutError as error:
        raise Unavailable("database_unavailable") from error
    return json_response({"status": "ready", "service": settings.service, "name": settings.name})


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request, database: OwnDatabase) -> Response:
    """Prometheus' text format, for callers on the same machine and for the authorities' keys."""
    if not _is_own_machine(request) and (await identify(request)).role not in _SEE_METRICS:
        raise HTTPException(404)
    text = await cast(Metrics, request.app.state.metrics).text(database)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _is_own_machine(request: Request) -> bool:
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
