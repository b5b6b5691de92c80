"""The ingest service of one subsystem."""

from __future__ import annotations

from fastapi import FastAPI

from services.ingest.routes import router
from suyuan.web.app import create_app as create
from suyuan.web.settings import ServiceSettings

DESCRIPTION = "Events in: what happens to products, reported by enterprises and departments."


def create_app(settings: ServiceSettings) -> FastAPI:
    """The service that takes reports. ``settings.database_url`` is its subsystem's database."""
    return create(settings, title="溯源 · Suyuan ingest", routers=[router], description=DESCRIPTION)
