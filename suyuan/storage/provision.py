"""A server made ready: the roles, a database for each subsystem and the gateway, all tables.

Everything here may be done again at any time, by several processes at once, on a new server or an
old one. Within one process one after the other: what Alembic runs on is the process's.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.resources import files
from typing import TypeVar

from alembic import command
from alembic.config import Config
from asyncpg import PostgresError
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from suyuan.domain.errors import Refused, Unavailable
from suyuan.storage.changes import renumber
from suyuan.storage.engine import INGEST_ROLE, QUERY_ROLE, async_url, database_url

_T = TypeVar("_T")

# `GRANT ... WITH SET` and its kind came with 16.
OLDEST_POSTGRES = 160000

# Roles belong to the whole server: two who make them at once would meet in its catalogue.
_LOCK = int.from_bytes(b"roles")
_CONNECT_SECONDS = 10

# An id is part of a database's name and of a path, and no quoting must ever be needed.
_SERVICE = re.compile(r"[a-z][a-z0-9_]{0,30}", re.ASCII)


def database_name(service: str) -> str:
    """The database of a subsystem, by its id, or of the ``gateway``. Raises ``Refused``."""
    if _SERVICE.fullmatch(service) is None:
        raise Refused("subsystem_malformed", text=service)
    return f"suyuan_{service}"


def service_url(server_url: str, service: str) -> str:
    """The URL of a subsystem's, or the gateway's, database on a server."""
    return database_url(server_url, database_name(service))


async def provision(server_url: str, services: Iterable[str]) -> None:
    """Make the roles, and for each of ``services`` its database with all its tables.

    Raises ``Unavailable`` where the server does not answer, is older than PostgreSQL 16, or does
    not let us.
    """
    named = list(services)
    with in_postgres_words(server_url):
        await _prepare_server(server_url, named)
        for service in named:
            await migrate(service_url(server_url, service))


@contextmanager
def in_postgres_words(server_url: str) -> Iterator[None]:
    """Raise what the server or the way to it refuses as ``Unavailable``, in its own words."""
    try:
        yield
    except (OSError, DBAPIError, PostgresError) as error:
        raise _unavailable(server_url, error) from error


async def migrate(url: str, revision: str = "head") -> None:
    """Bring one database's tables to a revision; at the newest, nothing is done.

    Reports out of another server's backup are given their place in the change feed here.
    """
    await on_database(url, lambda it: command.upgrade(migrations_config(it), revision))
    if revision == "head":
        async with _connected(url) as connection, connection.begin():
            await renumber(connection)


async def migrate_back(url: str, revision: str) -> None:
    """Take one database's tables back to an older revision; ``base`` is before the first."""
    await on_database(url, lambda it: command.downgrade(migrations_config(it), revision))


async def make_empty(server_url: str, service: str) -> None:
    """Make the roles, and a service's database without any tables.

    One that is there is put aside if it holds no event and no copy on its way. Raises ``Refused``
    otherwise, ``Unavailable`` as ``provision`` does.
    """
    database = database_name(service)
    with in_postgres_words(server_url):
        await _prepare_server(server_url, [service])
        if not await on_database(service_url(server_url, service), _holds_nothing):
            raise Refused("database_holds_data", database=database)
        async with _connected(_maintenance_url(server_url), autocommit=True) as connection:
            await connection.execute(text(f"DROP DATABASE {database}"))
        await _prepare_server(server_url, [service])


def _holds_nothing(connection: Connection) -> bool:
    tables = ("events", "deliveries", "register")
    there = [t for t in tables if connection.scalar(text(f"SELECT to_regclass('public.{t}')"))]
    return not any(connection.scalar(text(f"SELECT EXISTS (SELECT FROM {t})")) for t in there)


async def is_empty(url: str) -> bool:
    """Whether no event was ever stored in a database."""
    async with _connected(url) as connection:
        return await connection.scalar(text("SELECT 1 FROM events LIMIT 1")) is None


async def on_database(url: str, do: Callable[[Connection], _T]) -> _T:
    """What ``do`` gives, called with a connection as the owner of the database."""
    async with _connected(url) as connection:
        return await connection.run_sync(do)


async def _prepare_server(server_url: str, services: list[str]) -> None:
    async with _connected(_maintenance_url(server_url), autocommit=True) as connection:
        await _check_version(connection)
        await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        for role in (INGEST_ROLE, QUERY_ROLE):
            await _ensure_role(connection, role)
        for service in services:
            await _ensure_database(connection, database_name(service))


async def _check_version(connection: AsyncConnection) -> None:
    version = int(await connection.scalar(text("SHOW server_version_num")) or 0)
    if version < OLDEST_POSTGRES:
        raise Unavailable("server_too_old", version=version // 10000)


async def _ensure_role(connection: AsyncConnection, role: str) -> None:
    """A role that nobody logs in as, and that our login may become (``SET ROLE``)."""
    known = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    if await connection.scalar(known, {"role": role}) is None:
        await connection.execute(text(f"CREATE ROLE {role} NOLOGIN"))
    may_become = text("SELECT pg_has_role(current_user, :role, 'SET')")
    if not await connection.scalar(may_become, {"role": role}):
        grant = f"GRANT {role} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE"
        await connection.execute(text(grant))


async def _ensure_database(connection: AsyncConnection, database: str) -> None:
    known = text("SELECT 1 FROM pg_database WHERE datname = :database")
    if await connection.scalar(known, {"database": database}) is not None:
        return
    # The server's default may be another encoding, and a collation that changes with its system.
    locale = "LOCALE_PROVIDER libc LOCALE 'C.UTF-8'" if await _knows_c_utf8(connection) else ""
    await connection.execute(
        text(f"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8' {locale}")
    )


async def _knows_c_utf8(connection: AsyncConnection) -> bool:
    known = text(
        "SELECT 1 FROM pg_collation WHERE collprovider = 'c' AND collname IN ('C.UTF-8', 'C.utf8')"
    )
    return await connection.scalar(known) is not None


def migrations_config(connection: Connection) -> Config:
    """Alembic's settings for running the tree of revisions on a connection."""
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@asynccontextmanager
async def _connected(url: str, *, autocommit: bool = False) -> AsyncIterator[AsyncConnection]:
    """A connection as the owner, with no limit on how long a statement may take."""
    engine = create_async_engine(
        async_url(url), poolclass=NullPool, connect_args={"timeout": _CONNECT_SECONDS}
    )
    try:
        async with engine.connect() as connection:
            if autocommit:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection
    finally:
        await engine.dispose()


def _maintenance_url(server_url: str) -> str:
    return server_url if async_url(server_url).database else database_url(server_url, "postgres")


def _unavailable(server_url: str, error: Exception) -> Unavailable:
    """What the operator must know, in PostgreSQL's own words, without the password."""
    driver = error.orig if isinstance(error, DBAPIError) else error
    cause = (driver.__cause__ or driver) if driver is not None else error
    if isinstance(cause, OSError) and (cause.errno or 0) > 0:
        reason = os.strerror(cause.errno or 0)  # asyncpg's own text is a tuple of numbers
    else:
        reason = str(cause).partition("\n")[0] or type(cause).__name__
    address = async_url(server_url)
    where = f"{address.host or 'localhost'}:{address.port or 5432}"
    return Unavailable("server_not_ready", server=where, reason=reason)
