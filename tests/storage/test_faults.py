import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suyuan.domain.errors import Refused, Unavailable
from suyuan.storage.engine import Database, ReadConnection, WriteConnection, create_engine
from suyuan.storage.faults import translated
from suyuan.storage.provision import service_url


async def test_a_statement_that_takes_too_long_is_unavailable(writing: WriteConnection) -> None:
    await writing.execute(text("SET LOCAL statement_timeout = 20"))
    with pytest.raises(Unavailable), translated():
        await writing.execute(text("SELECT pg_sleep(5)"))


async def test_a_lock_that_is_not_given_is_unavailable(database: Database) -> None:
    async with database.writing() as holder, database.writing() as waiter:
        await holder.execute(text("LOCK TABLE keys"))
        await waiter.execute(text("SET LOCAL lock_timeout = 20"))
        with pytest.raises(Unavailable), translated():
            await waiter.execute(text("LOCK TABLE keys"))


async def test_one_of_two_that_wait_for_each_other_is_unavailable(database: Database) -> None:
    async def lock_both(connection: WriteConnection, first: int, second: int) -> None:
        with translated():
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({first})"))
            await asyncio.sleep(0.1)
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({second})"))

    async with database.writing() as one, database.writing() as other:
        both = [lock_both(one, 1, 2), lock_both(other, 2, 1)]
        ends = await asyncio.gather(*both, return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [Unavailable]


@pytest.mark.parametrize("address", ["postgresql://u@127.0.0.1:1/x", "postgresql://u@/x?host=/no"])
async def test_a_server_that_is_not_there_is_unavailable(address: str) -> None:
    absent = Database(address, roles=False)
    with pytest.raises(Unavailable), translated():
        async with absent.reading():
            pass
    await absent.close()


async def test_a_database_that_is_not_there_is_unavailable(database_url: str) -> None:
    absent = Database(service_url(database_url, "absent"), roles=False)
    with pytest.raises(Unavailable), translated():
        async with absent.reading():
            pass
    await absent.close()


async def test_a_connection_that_is_ended_is_unavailable(database: Database) -> None:
    with pytest.raises(Unavailable), translated():
        async with database.reading() as connection:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


async def test_a_full_pool_is_unavailable(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(database_url, role=None, pool_size=1)
    monkeypatch.setattr(engine.pool, "_timeout", 0.05)
    async with engine.connect():
        with pytest.raises(Unavailable), translated():
            await engine.connect()
    await engine.dispose()


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
async def test_a_text_that_postgresql_cannot_hold_is_refused(
    reading: ReadConnection, value: str
) -> None:
    with pytest.raises(Refused) as refused, translated():
        await reading.execute(text("SELECT CAST(:value AS text)"), {"value": value})
    assert refused.value.code == "text_not_storable"


@pytest.mark.parametrize("mistake", ["SELEC", "SELECT 1 FROM nowhere", "SELECT 1/0"])
async def test_a_mistake_of_ours_stays_what_it_is(reading: ReadConnection, mistake: str) -> None:
    with pytest.raises(DBAPIError), translated():
        await reading.execute(text(mistake))


def test_an_error_of_the_caller_passes_through() -> None:
    with pytest.raises(KeyError), translated():
        raise KeyError("x")
