"""The ingest service of one subsystem."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.ingest import files, jobs, register, routes
from services.ingest.grouping import Grouping
from services.ingest.job_runner import JobRunner
from suyuan.web.app import create_app as create
from suyuan.web.settings import ServiceSettings

DESCRIPTION = "Events in: what happens to products, reported by enterprises and departments."
ROUTERS = (routes.router, files.router, jobs.router, register.router)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Work at the files that come in, here or at another process; group lone reports."""
    runner = JobRunner(app.state.database)
    app.state.job_runner = runner
    app.state.grouping = Grouping(app.state.database)
    async with runner.at_work():
        yield
    await app.state.grouping.close()


def create_app(settings: ServiceSettings) -> FastAPI:
    """The service that takes reports. ``settings.database_url`` is its subsystem's database."""
    return create(
        settings,
        title="溯源 · Suyuan ingest",
        routers=ROUTERS,
        lifespan=lifespan,
        description=DESCRIPTION,
    )
