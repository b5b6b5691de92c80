"""Connections: what happens to those that the server has ended."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from suyuan.domain.errors import Unavailable
from suyuan.storage import engine
from suyuan.storage.engine import Database, driver_of


async def _backend(database: Database) -> int:
    async with database.writing() as connection:
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
        assert isinstance(pid, int)
        return pid


async def _ended_by_the_server(database: Database) -> int:
    """The process of the database's only connection, which it does not know to be gone."""
    pid = await _backend(database)
    async with database.reading() as connection:
        assert await connection.scalar(
            text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid}
        )
    return pid


async def test_a_connection_that_is_used_again_at_once_is_the_same(database: Database) -> None:
    assert await _backend(database) == await _backend(database)


async def test_an_idle_connection_that_has_ended_is_replaced_unseen(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = await _ended_by_the_server(database)
    monkeypatch.setattr(engine, "_TRUSTED_SECONDS", -1.0)
    assert await _backend(database) != ended


async def test_one_that_ended_within_a_second_is_told_once_and_then_replaced(
    database: Database,
) -> None:
    ended = await _ended_by_the_server(database)
    with pytest.raises(Unavailable):
        await _backend(database)
    assert await _backend(database) != ended


async def test_the_drivers_connection_stands_in_the_same_transaction(database: Database) -> None:
    async with database.writing() as connection:
        mine = text("SELECT pg_current_xact_id()::text")
        assert await connection.scalar(mine) == await (await driver_of(connection)).fetchval(
            "SELECT pg_current_xact_id()::text"
        )
