"""The gateway: one window over every department's subsystem."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from services.gateway import (
    accesses,
    certificates,
    coding,
    deliveries,
    directory,
    federation,
    files,
    filings,
    home,
    notices,
    proxy,
    register,
    routes,
)
from services.gateway.coverage import FederatedFigures
from services.gateway.deliverer import Deliverer
from services.gateway.exchanges import Exchanges, FederationGauges
from services.gateway.holders import HolderIndex
from services.gateway.lots import FederatedLots
from services.gateway.members import Members
from services.gateway.names import FederatedNameBook
from services.gateway.recall_board import FederatedBoard
from services.gateway.recall_scoping import FederatedScoper
from services.gateway.registry import Registry, read_registry
from services.gateway.reloading import follow
from services.gateway.trace import FederatedTracer
from suyuan.domain.caller import CONSUMER
from suyuan.domain.coding.ranges import Verdict
from suyuan.web import (
    admissions,
    catalogue,
    chains,
    complaints,
    coverage,
    exports,
    resolver,
    schemas,
)
from suyuan.web.app import create_app as create
from suyuan.web.background import beside
from suyuan.web.claims import changes_key
from suyuan.web.deadlines import Deadlines
from suyuan.web.files import templates
from suyuan.web.page_accounts import counting
from suyuan.web.pages.names import Names
from suyuan.web.pages.words import Label
from suyuan.web.recalls import export as recall_export
from suyuan.web.recalls import in_force
from suyuan.web.recalls import routes as recalls
from suyuan.web.recalls.runner import RecallRunner
from suyuan.web.recalls.service import Recalls
from suyuan.web.recalls.webhooks import WebhookSender
from suyuan.web.settings import ServiceSettings

DESCRIPTION = "The city's public window: chains across departments, each subsystem under its id."


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Read the registry, follow its changes, open the connections to its members, count scans."""
    settings: ServiceSettings = app.state.settings
    assert settings.registry is not None, "the settings of a gateway name one"
    registry = read_registry(settings.registry)
    members = Members(
        registry,
        app.state.signing_key,
        connections=settings.member_connections,
        exchanges=app.state.exchanges,
    )
    deadlines = Deadlines.of(settings)
    app.state.members = members
    app.state.holders = HolderIndex(app.state.database, members, changes_key(app.state.signing_key))
    app.state.deliverer = Deliverer(app.state.database, members)
    app.state.tracer = FederatedTracer(members, app.state.holders, deadlines)
    app.state.name_book = FederatedNameBook(app.state.database, members, deadlines)
    app.state.coverage = FederatedFigures(app.state.database, members)

    async def code_verdict(key: str) -> Verdict:
        told = await coding.status_of(members, key, CONSUMER, seconds=deadlines.consumer)
        return Verdict(told["verdict"])

    async def code_told(key: str) -> tuple[Verdict, tuple[str, ...]]:
        told = await coding.status_of(members, key, CONSUMER, seconds=deadlines.official)
        return Verdict(told["verdict"]), tuple(told["silent"])

    app.state.code_verdict, app.state.code_told = code_verdict, code_told

    def adopt(registry: Registry) -> None:
        app.state.names = Names(subsystems={s.id: Label(s.name.zh, s.name.en) for s in registry})
        app.state.holders.follow_all()
        app.state.deliverer.serve_all()

    adopt(registry)
    try:
        async with (
            beside(partial(follow, settings.registry, members, adopt)),
            app.state.exchanges.written(app.state.database),
            app.state.holders.following(),
            app.state.deliverer.at_work(),
            counting(app),
            _recalling(app, members),
        ):
            yield
    finally:
        await members.close()


@asynccontextmanager
async def _recalling(app: FastAPI, members: Members) -> AsyncIterator[None]:
    """The city's own recalls, over all departments."""
    database = app.state.database
    publishers = {m.id: m.department.zh for m in members.registry}
    app.state.notice_board = FederatedBoard(database, publishers, members)
    scopes = RecallRunner(database, FederatedScoper(members))
    sender = WebhookSender(database, private=app.state.settings.webhook_private)
    app.state.recalls = Recalls(
        database, "", scopes.wake, FederatedLots(members), app.state.name_book.ask
    )
    async with scopes.at_work(), sender.at_work():
        yield


def create_app(settings: ServiceSettings) -> FastAPI:
    """The gateway over the registry that ``settings.registry`` names."""
    app = create(
        settings,
        title="溯源 · Suyuan gateway",
        # The proxy's first segment is any subsystem's id, so it must be asked last.
        routers=[
            home.router,
            routes.router,
            schemas.router,
            deliveries.router,
            federation.router,
            accesses.router,
            templates,
            files.router,
            register.router,
            directory.router,
            catalogue.router,
            filings.router,
            coding.router,
            in_force.router,
            notices.router,
            admissions.router,
            recalls.router,
            recall_export.router,
            certificates.router,
            chains.router,
            complaints.router,
            coverage.router,
            exports.router,
            resolver.router,
            proxy.router,
        ],
        lifespan=lifespan,
        description=DESCRIPTION,
    )
    app.state.exchanges = Exchanges(app.state.metrics.registry)
    app.state.metrics.readers.append(FederationGauges(app.state.metrics.registry).read)
    return app
