"""Small real services for the tests of the edge: ``create_app`` around a few routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient

from suyuan.web.app import create_app
from suyuan.web.settings import ServiceSettings

# Nothing listens there: for services whose tests ask their database for nothing.
NO_DATABASE = "postgresql://nobody@127.0.0.1:1/none"
# TEST-NET-3 (RFC 5737): a caller from somewhere else.
STRANGER = ("203.0.113.9", 40000)


def settings(**changes: Any) -> ServiceSettings:
    """Settings of a subsystem's query service, with changes."""
    given = {"service": "query", "subsystem": "food", "database_url": NO_DATABASE}
    return ServiceSettings.load(**(given | changes))


@asynccontextmanager
async def serving(
    *routers: APIRouter, client: tuple[str, int] = STRANGER, **changes: Any
) -> AsyncIterator[AsyncClient]:
    """A client of a running service with these routes and settings."""
    app = create_app(settings(**changes), title="Test", routers=routers)
    async with app.router.lifespan_context(app), asking(app, client=client) as opened:
        yield opened


def asking(app: FastAPI, *, client: tuple[str, int] = STRANGER) -> AsyncClient:
    """A client of an app that runs already, calling from the address ``client``."""
    transport = ASGITransport(app=app, client=client)
    return AsyncClient(transport=transport, base_url="http://suyuan.test")
