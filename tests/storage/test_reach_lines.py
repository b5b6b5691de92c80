"""Lines that PostgreSQL makes, streamed in blocks."""

from __future__ import annotations

from contextlib import aclosing

import pytest
from sqlalchemy import text

from suyuan.storage.engine import Database, driver_of
from suyuan.storage.reach_lines import stream

_MANY = "SELECT to_json(n) FROM generate_series(1, 1000000) n"


async def test_blocks_hold_whole_lines_in_order(database_url: str) -> None:
    database = Database(database_url, roles=False)
    try:
        async with database.scratch() as connection:
            driver = await driver_of(connection)
            blocks = [block async for block in stream(driver, f"{_MANY} LIMIT 20000")]
    finally:
        await database.close()
    assert all(block.endswith(b"\n") for block in blocks)
    assert b"".join(blocks).split() == [b"%d" % n for n in range(1, 20_001)]


class Gone(Exception):
    """The reader has gone."""


async def _read_one_block(database: Database) -> None:
    async with (
        database.scratch() as connection,
        aclosing(stream(await driver_of(connection), _MANY)) as blocks,
    ):
        assert (await anext(blocks)).startswith(b"1\n")
        raise Gone


async def test_who_stops_reading_leaves_nothing_broken(database_url: str) -> None:
    """A COPY that is broken off cannot be gone on with: the next one has a new connection."""
    database = Database(database_url, roles=False)
    try:
        for _ in range(4):
            with pytest.raises(Gone):
                await _read_one_block(database)
        async with database.scratch() as connection:
            assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1
        assert database.pools()["scratch"].in_use == 0
    finally:
        await database.close()
