"""A whole subsystem in one process: ingest and query together, as ``suyuan run`` starts them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.ingest import app as ingest
from services.ingest.metrics import measure
from services.query import app as query
from suyuan.web.app import create_app as create
from suyuan.web.settings import ServiceSettings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What either service opens."""
    async with query.lifespan(app), ingest.lifespan(app):
        yield


def create_app(settings: ServiceSettings) -> FastAPI:
    """Both services of a subsystem as one app, for a city that fits on one machine."""
    return measure(
        create(
            settings,
            title=f"溯源 · Suyuan {settings.name}",
            routers=[*ingest.ROUTERS, *query.ROUTERS],
            front=query.FRONT_ROUTES,
            lifespan=lifespan,
            description="One department's subsystem: events in, chains out.",
        )
    )
