"""The edge table against the events it is made of: reading both in step, and making it anew.

``edges`` is an index that the product keeps itself: every row of it follows from an event. Nothing
else in the database says so; ``suyuan.sources.edge_proof`` proves it, or builds the table again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Connection, LockNotAvailableError
from sqlalchemy import text

from suyuan.domain.errors import Unavailable
from suyuan.domain.lookup import Edge
from suyuan.storage.engine import Database, driver_of
from suyuan.storage.faults import translated
from suyuan.storage.reads import StoredRow, as_edge, as_stored
from suyuan.storage.rows import EDGE_COLUMNS

_BATCH = 2_000

# Declarations have no edges. The key's order is that of the primary key.
_EVENTS = """
    SELECT key, party, declaration, authority, content, record_time, form, reporter, document, id
    FROM events WHERE NOT declaration ORDER BY key, party
"""
_EDGES = """
    SELECT code, role, rank, time, id, event, party, other, ends, is_lot, place, moves,
           far_place, far_party, quantity, unit, record_time
    FROM edges ORDER BY event, party
"""
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = 'edges' AND schemaname = current_schema()
"""
_RIGHTS = """
    SELECT a.grantee::regrole::text, string_agg(a.privilege_type, ', ')
    FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.oid = 'edges'::regclass AND a.grantee <> 0 AND a.grantee <> c.relowner GROUP BY 1
"""
_COUNT = "SELECT count(*) FROM events WHERE NOT declaration"
_NEW = "edges_anew"

# A proof holds this lock against a rebuild: its moment is older than every row of a table that is
# put in the old one's place meanwhile, so it would find that empty.
_PROVING = "LOCK TABLE edges IN ROW SHARE MODE"
# Nobody writes and nobody proves; everybody reads.
_REBUILDING = (
    "LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE",
    "LOCK TABLE edges IN EXCLUSIVE MODE NOWAIT",
)
_SWAPPING = ("LOCK TABLE edges IN ACCESS EXCLUSIVE MODE",)
# Who waits for a table holds up all that come later, so waits are short and come again.
_BEGIN_WAIT, _SWAP_WAIT = "5s", "500ms"
_PAUSE_SECONDS = 0.2
# Some statement or transaction reads the old table without end.
_SWAP_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class TableEdge:
    """An edge as it stands in the table, with the record time of its event."""

    edge: Edge
    record_time: datetime


class Snapshot:
    """One moment of a database: whatever is loaded meanwhile is not in it."""

    def __init__(self, driver: Connection) -> None:
        self._driver = driver

    async def count(self) -> int:
        """How many events there are that may have edges."""
        return int(await self._driver.fetchval(_COUNT))

    async def events(self) -> AsyncIterator[list[StoredRow]]:
        """Every event by key and party, some thousand at a time."""
        async for rows in self._batches(_EVENTS):
            yield [as_stored(row) for row in rows]

    async def edges(self) -> AsyncIterator[list[TableEdge]]:
        """Every edge by event and party, some thousand at a time."""
        async for rows in self._batches(_EDGES):
            yield [TableEdge(as_edge(row), row[16]) for row in rows]

    async def _batches(self, statement: str) -> AsyncIterator[list[Any]]:
        cursor = await self._driver.cursor(statement, timeout=None)
        while rows := await cursor.fetch(_BATCH):
            yield rows


class NewEdges:
    """The table that takes the place of ``edges`` when its transaction commits."""

    def __init__(self, driver: Connection) -> None:
        self._driver = driver

    async def add(self, edges: Iterable[TableEdge]) -> None:
        columns = (*EDGE_COLUMNS, "record_time")
        rows = [(*_columns(one.edge), one.record_time) for one in edges]
        await self._driver.copy_records_to_table(_NEW, records=rows, columns=columns)


def _columns(edge: Edge) -> tuple[Any, ...]:
    """The values of ``EDGE_COLUMNS``."""
    return (
        *(edge.code, edge.time, UUID(bytes=edge.event), edge.role, edge.rank, edge.ends),
        *(edge.is_lot, edge.id, edge.party, edge.other, edge.place, edge.moves),
        *(edge.far_place, edge.far_party, edge.quantity, edge.unit),
    )


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[Snapshot]:
    """A read-only transaction that sees one moment for as long as it lasts.

    ``database`` must be the owner's. No rebuild is under way meanwhile.
    """
    async with database.writing() as connection:
        await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        await connection.execute(text(_PROVING))  # LOCK takes no snapshot: the moment is after it
        yield Snapshot(await driver_of(connection))


@asynccontextmanager
async def replacing(database: Database) -> AsyncIterator[tuple[Snapshot, NewEdges]]:
    """Fill a new edge table and put it in the old one's place when the block ends.

    ``database`` must be the owner's. Writers wait, and are told to come again if that is long;
    readers see the old table until the new one is whole. Whatever goes wrong leaves the old one.
    Raises Unavailable where the old one is read without end.
    """
    with translated():
        async with database.writing() as connection:
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            driver = await driver_of(connection)
            await _lock(driver, _REBUILDING, _BEGIN_WAIT)
            await driver.execute(f"CREATE TABLE {_NEW} (LIKE edges INCLUDING DEFAULTS)")
            yield Snapshot(driver), NewEdges(driver)
            await _swap(driver)


async def _lock(driver: Connection, locks: Iterable[str], wait: str) -> None:
    """Take all of the locks, or none of them and try again."""
    await driver.execute(f"SET LOCAL lock_timeout = '{wait}'")
    while True:
        await driver.execute("SAVEPOINT locks")
        try:
            for lock in locks:
                await driver.execute(lock)
        except LockNotAvailableError:
            await driver.execute("ROLLBACK TO SAVEPOINT locks")
            await asyncio.sleep(_PAUSE_SECONDS)
            continue
        await driver.execute("RELEASE SAVEPOINT locks")
        return


async def _swap(driver: Connection) -> None:
    indexes = {row[0]: row[1] for row in await driver.fetch(_INDEXES)}
    for name, definition in indexes.items():
        anew = definition.replace(f"INDEX {name} ON public.edges", f"INDEX {name}_anew ON {_NEW}")
        await driver.execute(anew)
    for holder, rights in await driver.fetch(_RIGHTS):
        await driver.execute(f"GRANT {rights} ON {_NEW} TO {holder}")
    await driver.execute(f"ANALYZE {_NEW}")
    try:
        async with asyncio.timeout(_SWAP_SECONDS):
            await _lock(driver, _SWAPPING, _SWAP_WAIT)
    except TimeoutError as error:
        raise Unavailable("edges_in_use", seconds=int(_SWAP_SECONDS)) from error
    await driver.execute("DROP TABLE edges")
    await driver.execute(f"ALTER TABLE {_NEW} RENAME TO edges")
    for name in indexes:
        await driver.execute(f"ALTER INDEX {name}_anew RENAME TO {name}")
