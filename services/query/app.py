"""The query service of one subsystem."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.query import (
    accesses,
    changes,
    code_status,
    confirmations,
    destinations,
    directory,
    lots,
    made_at,
    reach,
    register,
)
from services.query.coverage import OwnFigures
from services.query.names import OwnNameBook
from services.query.routes import FRONT, router
from services.query.trace import OwnTracer
from suyuan.domain.coding.ranges import Verdict
from suyuan.sources.issued_codes import IssuedCodes
from suyuan.sources.registers import OwnRegisters
from suyuan.web import (
    admissions,
    catalogue,
    certificates,
    chains,
    complaints,
    coverage,
    exports,
    resolver,
)
from suyuan.web.app import create_app as create
from suyuan.web.deadlines import Deadlines
from suyuan.web.page_accounts import counting
from suyuan.web.recalls import in_force
from suyuan.web.recalls.board import RecallBoard
from suyuan.web.settings import ServiceSettings

DESCRIPTION = "Chains out of one subsystem, consumer pages, QR codes, and the gateway's lookups."
ROUTERS = (
    router,
    reach.router,
    accesses.router,
    changes.router,
    register.router,
    directory.router,
    code_status.router,
    lots.router,
    confirmations.router,
    destinations.router,
    made_at.router,
    in_force.router,
    admissions.router,
    catalogue.router,
    certificates.reading,
    chains.router,
    complaints.router,
    coverage.router,
    exports.router,
    resolver.router,
)


FRONT_ROUTES = (FRONT, register.FRONT)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Put the tracer and its names where the routes look for them, and count scans."""
    settings = app.state.settings
    registers = OwnRegisters(lambda: app.state.profiles.checkers)
    app.state.registers = registers
    deadlines = Deadlines.of(settings)
    app.state.tracer = OwnTracer(app.state.database, settings.name, deadlines, registers)
    await app.state.tracer.warm_up()
    app.state.name_book = OwnNameBook(app.state.database, settings.name)
    app.state.coverage = OwnFigures(app.state.database, settings.name, settings.own_sector)
    app.state.notice_board = RecallBoard(app.state.database, {})
    issued = IssuedCodes(app.state.database, app.state.coding_keys)
    app.state.issued_codes = issued

    async def code_verdict(key: str) -> Verdict:
        return (await issued.status(key)).verdict

    async def code_told(key: str) -> tuple[Verdict, tuple[str, ...]]:
        return await code_verdict(key), ()

    app.state.code_verdict, app.state.code_told = code_verdict, code_told
    async with counting(app):
        yield


def create_app(settings: ServiceSettings) -> FastAPI:
    """The service that answers from its subsystem's database, or a replica of it."""
    return create(
        settings,
        title="溯源 · Suyuan query",
        routers=ROUTERS,
        front=FRONT_ROUTES,
        lifespan=lifespan,
        description=DESCRIPTION,
    )
