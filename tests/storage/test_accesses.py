"""The table of accesses: rows are added, and no role of ours may touch one afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suyuan.domain.accesses import Access, AccessFilter
from suyuan.domain.caller import CallerRole
from suyuan.domain.listing import Place
from suyuan.storage.accesses import add, find
from suyuan.storage.engine import Database, ReadConnection, WriteConnection

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def access(n: int, *, owner: str = "inspector:food", asked: tuple[str, ...] = ()) -> Access:
    at = NOW + timedelta(seconds=n)
    role = CallerRole.INSPECTOR
    return Access(uuid4(), at, uuid4(), None, role, owner, None, None, "/v1/events", asked)


async def test_pages_come_newest_first_and_each_access_once(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    rows = [access(n // 3) for n in range(20)]
    await add(writing, rows)
    expected = sorted(rows, key=lambda a: (a.at, a.id.bytes), reverse=True)
    found: list[Access] = []
    after: Place | None = None
    while page := await find(reading, AccessFilter(until=NOW + timedelta(9)), after=after, most=7):
        found += page
        after = Place(page[-1].at, page[-1].at, page[-1].id.bytes, "")
    assert found == expected


async def test_a_code_is_found_among_many(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    wanted = access(1, asked=("STORED-A", "STORED-B"))
    await add(writing, [wanted, access(2, asked=("STORED-B",)), access(3)])
    assert await find(reading, AccessFilter(code="STORED-A"), after=None, most=9) == [wanted]
    assert await find(
        reading, AccessFilter(code="STORED-A", party="STORED-B"), after=None, most=9
    ) == [wanted]
    assert (
        await find(reading, AccessFilter(code="STORED-A", owner="city"), after=None, most=9) == []
    )


async def test_the_same_access_twice_is_one(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    one = access(1, asked=("TWICE",))
    await add(writing, [one])
    await add(writing, [one])
    assert await find(reading, AccessFilter(code="TWICE"), after=None, most=9) == [one]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accesses SET owner = 'city'",
        "DELETE FROM accesses",
        "TRUNCATE accesses",
        "SELECT * FROM accesses",
    ],
)
async def test_the_role_that_writes_may_neither_change_nor_drop_nor_read(
    database_url: str, statement: str
) -> None:
    database = Database(database_url)
    try:
        async with database.writing() as connection:
            await add(connection, [access(1)])
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.writing() as connection:
                await connection.execute(text(statement))
    finally:
        await database.close()


async def test_the_role_that_reads_may_not_write(database_url: str) -> None:
    database = Database(database_url)
    try:
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.reading() as connection:
                await connection.execute(text("DELETE FROM accesses"))
    finally:
        await database.close()
