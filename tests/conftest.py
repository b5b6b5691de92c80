"""What many tests stand on: one real PostgreSQL a session, one database with the tables in it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import structlog

from suyuan.storage.engine import Database, ReadConnection, WriteConnection
from suyuan.storage.provision import provision, service_url
from suyuan.storage.server import EmbeddedServer
from suyuan.web import page_cache
from tests.city import City, running_city

_SERVICE = "tests"

# The city goes on in a thread of its own while other tests run: what it logs goes where standard
# error is now, and never into the output that such a test looks at.
structlog.configure(logger_factory=structlog.WriteLoggerFactory(sys.stderr))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a server of the tests' own, as its superuser."""
    with TemporaryDirectory() as home, EmbeddedServer(Path(home), durable=False) as server:
        yield server.url


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> str:
    """The address of a database as the migrations make it."""
    asyncio.run(provision(postgres_url, [_SERVICE]))
    return service_url(postgres_url, _SERVICE)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database with the platform's tables; what a test commits stays."""
    opened = Database(database_url, roles=False)
    yield opened
    await opened.close()


@pytest.fixture
async def writing(database: Database) -> AsyncIterator[WriteConnection]:
    """A transaction that is rolled back after the test."""
    async with database.writing() as connection:
        yield connection
        await connection.rollback()


@pytest.fixture
def reading(writing: WriteConnection) -> ReadConnection:
    """The same transaction, as reading sees it."""
    return ReadConnection(writing)


@pytest.fixture(scope="session")
def _city(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with running_city(postgres_url, tmp_path_factory.mktemp("city")) as city:
        yield city


@pytest.fixture
def city(
    _city: City, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[City]:
    """One city for all tests that need one, without any event at the beginning of each.

    No page that an earlier test asked for is the next one's, but in a module with PAGES_ARE_KEPT.
    """
    if not getattr(request.module, "PAGES_ARE_KEPT", False):
        monkeypatch.setattr(page_cache, "KEEP_SECONDS", 0.0)
    _city.empty()
    yield _city
    _city.hang_up()
