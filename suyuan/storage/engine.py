"""Connections to one PostgreSQL database: reading and writing ones, each with its own role.

A service asks for ``Database.reading()`` or ``Database.writing()``. A writing block is one
transaction, committed at its end and rolled back by any exception; services never commit by hand.
In a reading block each statement sees what is committed when it begins.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, NewType

from sqlalchemy import URL, Engine, event, make_url, text
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from suyuan.storage.faults import translated

ReadConnection = NewType("ReadConnection", AsyncConnection)
WriteConnection = NewType("WriteConnection", AsyncConnection)

# One database role for each service: ingest may insert, query may only select.
INGEST_ROLE = "suyuan_ingest"
QUERY_ROLE = "suyuan_query"

# A statement of a request that runs longer than this has lost its caller long ago.
STATEMENT_TIMEOUT_MS = 30_000
# A reach over millions of things is a few statements of seconds each, and few people ask for one.
_SCRATCH_TIMEOUT_MS = 300_000
_SCRATCH_POOL = 2


_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

# A connection that worked so lately is taken at its word; one that has been idle is asked first.
_TRUSTED_SECONDS = 1.0


def async_url(url: str) -> URL:
    """The URL with the asyncpg driver, whichever ``postgresql…://`` spelling was given."""
    return make_url(url).set(drivername="postgresql+asyncpg")


def database_url(server_url: str, database: str) -> str:
    """The URL of ``database`` on the server that ``server_url`` names."""
    return async_url(server_url).set(database=database).render_as_string(hide_password=False)


def create_engine(
    url: str,
    *,
    role: str | None,
    pool_size: int = 8,
    reads_only: bool = False,
    settings: Mapping[str, str] | None = None,
) -> AsyncEngine:
    """An engine with every knob in one place.

    ``reads_only``: each statement is its own transaction, which spares two round trips a question.
    """
    options = {
        "application_name": "suyuan",
        "statement_timeout": str(STATEMENT_TIMEOUT_MS),
        # Statements here are many index probes in a millisecond; compiling one takes a hundred.
        "jit": "off",
        **(settings or {}),
    }
    if role is not None:
        options["role"] = role
    engine = create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,  # the one that worked last has what it needs at hand
        pool_timeout=5,
        pool_recycle=1800,
        isolation_level="AUTOCOMMIT" if reads_only else "READ COMMITTED",
        hide_parameters=True,  # a stray traceback must not show what was reported
        connect_args={"timeout": 5, "server_settings": options},
    )
    _ask_idle_connections(engine.sync_engine)
    return engine


def _ask_idle_connections(engine: Engine) -> None:
    """Ask a connection whether it still works before it is used, where it has been idle.

    ``pool_pre_ping`` asks every time, which for a single event is one round trip in six.
    """

    @event.listens_for(engine, "checkin")
    def checked_in(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def checked_out(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        idle_since = record.info.get("idle_since")
        if idle_since is None or monotonic() - idle_since < _TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the pool connects anew, once


async def driver_of(connection: AsyncConnection) -> Any:
    """The driver's own connection, for what only it can do, or does at a third of the cost.

    A statement must have been executed before: SQLAlchemy begins its transaction only then.
    """
    return (await connection.get_raw_connection()).driver_connection


@dataclass(frozen=True, slots=True)
class PoolState:
    """Connections in use, and the most there may be."""

    in_use: int
    limit: int


def _state(engine: AsyncEngine) -> PoolState:
    pool = engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    return PoolState(pool.checkedout(), pool.size())


class Database:
    """One database: ``url`` for writing, ``read_url`` for reading (a replica, else the same)."""

    def __init__(self, url: str, *, read_url: str | None = None, roles: bool = True) -> None:
        self._write = create_engine(url, role=INGEST_ROLE if roles else None)
        self._read = create_engine(
            read_url or url, role=QUERY_ROLE if roles else None, reads_only=True
        )
        # On the primary: a replica has no temporary tables. What they and sorts take is bounded.
        self._scratch = create_engine(
            url,
            role=QUERY_ROLE if roles else None,
            pool_size=_SCRATCH_POOL,
            settings={
                "statement_timeout": str(_SCRATCH_TIMEOUT_MS),
                "temp_buffers": "64MB",
                "work_mem": "64MB",
                # In the order of codes edges are read as they lie, and written where the last was;
                # a hash table of a million texts costs more than sorting them.
                "enable_hashagg": "off",
                # Temporary tables are analysed every round, to see how large they are.
                "default_statistics_target": "10",
            },
        )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadConnection]:
        with translated():
            async with self._read.connect() as connection:
                yield ReadConnection(connection)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[WriteConnection]:
        with translated():
            async with self._write.begin() as connection:
                yield WriteConnection(connection)

    @asynccontextmanager
    async def scratch(self) -> AsyncIterator[ReadConnection]:
        """A transaction of the reading role that sees one moment and may keep temporary tables."""
        with translated():
            async with self._scratch.connect() as connection:
                await connection.execute(_MOMENT)
                try:
                    yield ReadConnection(connection)
                except BaseException:
                    # Broken off, maybe in the middle of a statement: nothing goes on with it.
                    await connection.invalidate()
                    raise

    def pools(self) -> Mapping[str, PoolState]:
        """How many connections are in use, by what for."""
        return {
            "write": _state(self._write),
            "read": _state(self._read),
            "scratch": _state(self._scratch),
        }

    async def close(self) -> None:
        await self._scratch.dispose()
        await self._write.dispose()
        await self._read.dispose()
