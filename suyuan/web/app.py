"""The app factory: what every service's edge does alike, around the routes that make it one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from joserfc.jwk import OKPKey
from starlette.types import ASGIApp, Receive, Scope, Send

from suyuan import __version__
from suyuan.domain.codes.link_paths import PRIMARY_KEYS
from suyuan.storage.engine import Database
from suyuan.web import docs, health, problems
from suyuan.web.access_writer import AccessWriter
from suyuan.web.accesses import AccessRecord
from suyuan.web.admission import Admission, Slots
from suyuan.web.auth import KeyCache, caller
from suyuan.web.claims import read_key
from suyuan.web.coding_keys import read_keys
from suyuan.web.front import FrontRoute
from suyuan.web.health import Metrics
from suyuan.web.limits import BodyLimit, UrlLimit
from suyuan.web.logs import AccessLines, AccessLog
from suyuan.web.openapi import with_problems
from suyuan.web.page_accounts import PageAccounts
from suyuan.web.page_cache import PageCache
from suyuan.web.parameters import known_parameters
from suyuan.web.problems import LastResort
from suyuan.web.profiles import ProfilesInForce, ProfilesRefused
from suyuan.web.quotas import Quotas, TokenBuckets, networks
from suyuan.web.settings import ENV_PREFIX, Service, ServiceSettings, SettingsRefused
from suyuan.web.vouching import Verifier

# Each is a thread that writes a file, beside the requests.
EXPORT_SLOTS = 2

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class ServiceApp(FastAPI):
    """A FastAPI app whose description says how it really answers errors.

    ``front``, if there is one, stands before all layers of the app.
    """

    front: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.front is None or scope["type"] != "http":
            await self.layered(scope, receive, send)
        else:
            await self.front(scope, receive, send)

    async def layered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer without the front: through every layer, by a route."""
        await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = with_problems(super().openapi())
        return self.openapi_schema


def create_app(
    settings: ServiceSettings,
    *,
    title: str,
    routers: Iterable[APIRouter],
    front: Iterable[FrontRoute] = (),
    lifespan: Lifespan | None = None,
    description: str = "",
) -> FastAPI:
    """An app with problems, limits, logs, health and its own pages of documentation.

    ``lifespan`` opens what the service needs beside its database and puts it on ``app.state``;
    the database is open by then, and closed after it. ``front`` is tried first, then the health
    routes, then routers in their order. Raises ``SettingsRefused`` for a key file or a profile that
    cannot be read.
    """
    app = ServiceApp(
        title=title,
        description=description,
        version=__version__,
        lifespan=_resources(settings, lifespan),
        # Ours are in ``suyuan.web.docs``: FastAPI's page loads its script from a third party.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # A redirect would answer a code that ends in a slash with another code's address.
        redirect_slashes=False,
    )
    _put_state(app, settings)
    problems.install(app)
    app.router.routes.extend(front)
    app.include_router(health.router)
    if settings.docs:
        app.include_router(docs.router)
        if settings.service is not Service.GATEWAY:
            app.include_router(docs.start)
    for router in routers:
        # A key that does not hold is 401 on every route, also where any caller may ask.
        app.include_router(router, dependencies=[Depends(caller), Depends(known_parameters)])
    _add_layers(app, settings)
    return app


def _put_state(app: FastAPI, settings: ServiceSettings) -> None:
    """What every request finds on ``app.state``, but for what is open only while the app runs."""
    app.state.settings = settings
    app.state.key_cache = KeyCache()
    app.state.quotas = _quotas(settings)
    app.state.captures = Slots(settings.max_captures)
    app.state.exports = Slots(EXPORT_SLOTS)
    app.state.metrics = Metrics()
    app.state.accesses = None
    app.state.coding_keys = _coding_keys(settings.coding_keys)
    public_key = _key(settings.claims_public_key, "CLAIMS_PUBLIC_KEY", private=False)
    app.state.verifier = Verifier(public_key, settings.name) if public_key is not None else None
    app.state.profiles = _profiles(settings)
    app.state.signing_key = _key(settings.claims_private_key, "CLAIMS_PRIVATE_KEY", private=True)


def _add_layers(app: ServiceApp, settings: ServiceSettings) -> None:
    # The last one added is the outermost.
    app.add_middleware(Admission, limit=settings.max_bodies_bytes)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, files=settings.max_file_bytes)
    app.add_middleware(AccessRecord)
    app.add_middleware(UrlLimit)
    app.add_middleware(LastResort)
    lines = AccessLines(app.state.metrics.observe)
    app.add_middleware(AccessLog, lines=lines)
    if settings.service is not Service.INGEST:
        accounts = app.state.page_accounts = PageAccounts(app.state, lines)
        paths = (*PRIMARY_KEYS, "t")
        app.front = PageCache(app.layered, app.state.quotas, accounts, paths)


def _resources(settings: ServiceSettings, lifespan: Lifespan | None) -> Lifespan:
    """The app's lifespan: its database, and inside it what the service opens."""

    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        app.state.database = Database(
            settings.own_database_url,
            read_url=settings.own_read_database_url,
            roles=settings.database_roles,
        )
        try:
            following = app.state.profiles.followed()
            async with following, _recording(app, settings), (lifespan or _nothing)(app):
                yield
        finally:
            await app.state.database.close()

    return opened


@asynccontextmanager
async def _recording(app: FastAPI, settings: ServiceSettings) -> AsyncIterator[None]:
    """Write down what officials are told; a gateway holds nothing that it could tell."""
    if settings.service is Service.GATEWAY:
        yield
        return
    app.state.accesses = AccessWriter(app.state.database)
    async with app.state.accesses.running():
        yield


@asynccontextmanager
async def _nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield


def _quotas(settings: ServiceSettings) -> Quotas:
    return Quotas(
        TokenBuckets(settings.key_rate, settings.key_burst),
        TokenBuckets(settings.anonymous_rate, settings.anonymous_burst),
        networks(settings.trusted_proxies),
    )


def _profiles(settings: ServiceSettings) -> ProfilesInForce:
    try:
        return ProfilesInForce(settings.profiles, settings.sector)
    except ProfilesRefused as error:
        raise SettingsRefused(
            [f"{ENV_PREFIX}PROFILES: {told}" for told in error.sentences]
        ) from None


def _coding_keys(path: Path | None) -> tuple[bytes, ...]:
    try:
        return read_keys(path)
    except ValueError as error:
        raise SettingsRefused([f"{ENV_PREFIX}CODING_KEYS: {error}."]) from None


def _key(path: Path | None, name: str, *, private: bool) -> OKPKey | None:
    if path is None:
        return None
    try:
        return read_key(path, private=private)
    except ValueError as error:
        raise SettingsRefused([f"{ENV_PREFIX}{name}: {error}."]) from None
