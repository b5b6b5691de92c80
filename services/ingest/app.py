"""The ingest service of one subsystem."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from services.ingest import (
    code_ranges,
    confirmations,
    files,
    filings,
    jobs,
    purchasers,
    register,
    routes,
)
from services.ingest.checking import Checking
from services.ingest.coding import Coding
from services.ingest.file_job import FileJob
from services.ingest.filing_job import FilingJob
from services.ingest.filing_office import FilingOffice
from services.ingest.grouping import Grouping
from services.ingest.job_runner import JobRunner, Working
from services.ingest.label_job import KIND as LABELS
from services.ingest.label_job import LabelJob, Printing
from services.ingest.metrics import measure
from services.ingest.party_kinds import PartyKinds
from services.ingest.recall_scoping import OwnScoper
from services.ingest.register_job import RegisterJob
from suyuan.domain.caller import Caller
from suyuan.domain.naming import Known, Wanted
from suyuan.domain.register import Kind
from suyuan.sources.coverage import Counting
from suyuan.sources.lots import OwnLots
from suyuan.sources.names import OwnNames
from suyuan.web import certificates, schemas
from suyuan.web.app import create_app as create
from suyuan.web.background import Rounds, beside
from suyuan.web.downloads import Downloads
from suyuan.web.files import FileKind, templates
from suyuan.web.recalls import export as recall_export
from suyuan.web.recalls import notices
from suyuan.web.recalls import routes as recalls
from suyuan.web.recalls.runner import RecallRunner
from suyuan.web.recalls.service import Recalls
from suyuan.web.recalls.webhooks import WebhookSender
from suyuan.web.settings import ServiceSettings

DESCRIPTION = "Events in: what happens to products, reported by enterprises and departments."
ROUTERS = (
    routes.router,
    schemas.router,
    templates,
    files.router,
    jobs.router,
    register.router,
    certificates.writing,
    filings.router,
    code_ranges.router,
    notices.router,
    recalls.router,
    recall_export.router,
    confirmations.router,
    purchasers.router,
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Work at the files that come in, here or at another process; group lone reports."""
    settings: ServiceSettings = app.state.settings
    keys = app.state.coding_keys
    printing = Printing(keys, settings.public_url)
    kinds = PartyKinds(app.state.database)
    checking = Checking(lambda: app.state.profiles.checkers, kinds, settings.own_sector)
    app.state.checking = checking
    office = FilingOffice(app.state.database, settings.name, keys, checking.categories)
    app.state.filing_office = office
    working: dict[str, Working] = {
        FileKind.EVENTS: partial(FileJob, checking=checking),
        **{FileKind(kind.plural): partial(RegisterJob, checking=checking) for kind in Kind},
        FileKind.FILINGS: partial(FilingJob, office=office),
        LABELS: partial(LabelJob, printing=printing),
    }
    app.state.downloads = Downloads()
    app.state.coding = Coding(app.state.database, settings.name, keys)
    runner = JobRunner(app.state.database, working)
    app.state.job_runner = runner
    app.state.grouping = Grouping(app.state.database)
    scopes = RecallRunner(app.state.database, OwnScoper(app.state.database, settings.name))
    sender = WebhookSender(app.state.database, private=settings.webhook_private)
    names = OwnNames(app.state.database)

    async def named(wanted: Wanted, caller: Caller) -> Known:
        del caller  # what it gives is public
        return await names.ask(wanted)

    app.state.recalls = Recalls(
        app.state.database, settings.name, scopes.wake, OwnLots(app.state.database), named
    )
    counting = Counting(
        app.state.database, settings.own_sector, lambda: app.state.profiles.profiles
    )
    counted = Rounds(counting.take_giving_way, broke="coverage_broke")
    async with runner.at_work(), beside(counted.run), scopes.at_work(), sender.at_work():
        yield
    await app.state.grouping.close()


def create_app(settings: ServiceSettings) -> FastAPI:
    """The service that takes reports. ``settings.database_url`` is its subsystem's database."""
    return measure(
        create(
            settings,
            title="溯源 · Suyuan ingest",
            routers=ROUTERS,
            lifespan=lifespan,
            description=DESCRIPTION,
        )
    )
