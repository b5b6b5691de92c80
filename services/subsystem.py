"""A whole subsystem in one process: ingest and query together, as ``suyuan run`` starts them."""

from __future__ import annotations

from fastapi import FastAPI

from services.ingest.routes import router as ingest_router
from services.query.app import ROUTERS as QUERY_ROUTERS
from services.query.app import lifespan
from suyuan.web.app import create_app as create
from suyuan.web.settings import ServiceSettings


def create_app(settings: ServiceSettings) -> FastAPI:
    """Both services of a subsystem as one app, for a city that fits on one machine."""
    return create(
        settings,
        title=f"溯源 · Suyuan {settings.name}",
        routers=[ingest_router, *QUERY_ROUTERS],
        lifespan=lifespan,
        description="One department's subsystem: events in, chains out.",
    )
