"""The table of scans: counts add up by code, day and side of the counter."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suyuan.domain.scans import ScanCount, Tally
from suyuan.storage.engine import Database, ReadConnection, WriteConnection
from suyuan.storage.scans import add, of_code

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


async def test_counts_add_up_and_the_first_day_of_a_consumer_is_kept(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    await add(writing, {Tally("A", TUESDAY, False): 2, Tally("A", MONDAY, True): 5})
    await add(writing, {Tally("A", TUESDAY, False): 3, Tally("B", MONDAY, False): 9})
    assert await of_code(reading, "A") == ScanCount(TUESDAY, 5, 5)


async def test_a_code_that_nobody_scanned_has_no_first_day(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    await add(writing, {Tally("A", MONDAY, True): 1})
    assert await of_code(reading, "A") == ScanCount(None, 0, 1)
    assert await of_code(reading, "NOBODY") == ScanCount()


async def test_two_writers_of_many_codes_wait_for_each_other_and_lose_nothing(
    database: Database,
) -> None:
    codes = [f"W{n}" for n in range(200)]

    async def write(order: list[str]) -> None:
        for _ in range(5):
            async with database.writing() as connection:
                await add(connection, {Tally(code, MONDAY, False): 1 for code in order})

    await asyncio.gather(write(codes), write(codes[::-1]))
    async with database.reading() as connection:
        assert (await of_code(connection, "W7")).consumers == 10


async def test_the_role_that_counts_may_move_no_row_and_drop_none(database_url: str) -> None:
    database = Database(database_url)
    try:
        for statement in ("UPDATE scans SET code = 'B'", "DELETE FROM scans"):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with database.writing() as connection:
                    await connection.execute(text(statement))
    finally:
        await database.close()
