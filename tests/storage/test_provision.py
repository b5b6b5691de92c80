"""Servers made ready, and the roles' rights in what the migrations made."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from suyuan.domain.errors import Refused, Unavailable
from suyuan.storage import provision as module
from suyuan.storage.engine import Database, async_url
from suyuan.storage.provision import (
    database_name,
    is_empty,
    migrate,
    migrate_back,
    on_database,
    provision,
    service_url,
)

EVENT = """
    INSERT INTO events (key, party, declaration, authority, content, time, form, id, reporter,
                        document)
    VALUES (gen_random_uuid(), 'p', false, false, gen_random_uuid(), now(), 0, 'i', 'r', '{}')
"""


async def execute(url: str, *statements: str) -> None:
    address = async_url(url)
    address = address if address.database else address.set(database="postgres")
    engine = create_async_engine(address, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def value(url: str, query: str) -> Any:
    def read(connection: Any) -> Any:
        return connection.scalar(text(query))

    return await on_database(url, read)


@pytest.fixture
async def city(postgres_url: str) -> str:
    """The address of a database that was just provisioned."""
    await provision(postgres_url, ["provisioned"])
    url = service_url(postgres_url, "provisioned")
    await execute(url, "TRUNCATE events, edges")
    return url


async def test_ingest_appends_and_reads_and_changes_nothing(city: str) -> None:
    database = Database(city)
    async with database.writing() as connection:
        await connection.execute(text(EVENT))
        assert await connection.scalar(text("SELECT count(*) FROM events")) == 1
    for forbidden in (
        "UPDATE events SET document = ''",
        "DELETE FROM events",
        "DELETE FROM edges",
        "TRUNCATE events",
        "INSERT INTO keys (key_hash, role) VALUES ('', 'city')",
        "CREATE TABLE mine (n int)",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.writing() as connection:
                await connection.execute(text(forbidden))
    await database.close()


async def test_query_reads_and_writes_nothing(city: str) -> None:
    database = Database(city)
    async with database.reading() as connection:
        for table in ("events", "edges", "keys", "alembic_version"):
            assert await connection.scalar(text(f"SELECT count(*) FROM {table}")) is not None
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(text(EVENT))
    await database.close()


async def test_only_the_owner_writes_keys(city: str) -> None:
    owner = Database(city, roles=False)
    async with owner.writing() as connection:
        await connection.execute(text("INSERT INTO keys (key_hash, role) VALUES ('x', 'city')"))
        await connection.rollback()
    await owner.close()


async def test_a_database_is_utf_8_and_sorts_by_code_point(city: str) -> None:
    query = "SELECT pg_encoding_to_char(encoding) || ' ' || datcollate FROM pg_database"
    of_it = f"{query} WHERE datname = current_database()"
    assert await value(city, of_it) == "UTF8 C.UTF-8"


async def test_provisioning_again_keeps_what_is_there(postgres_url: str, city: str) -> None:
    assert await is_empty(city)
    await execute(city, EVENT)
    await provision(postgres_url, ["provisioned"])
    assert not await is_empty(city)


async def test_several_may_provision_at_once(postgres_url: str) -> None:
    await execute(postgres_url, "DROP DATABASE IF EXISTS suyuan_crowded")
    program = f"""
import asyncio
from suyuan.storage.provision import provision
asyncio.run(provision({postgres_url!r}, ["crowded"]))
"""
    crowd = [await asyncio.create_subprocess_exec(sys.executable, "-c", program) for _ in range(3)]
    assert [await process.wait() for process in crowd] == [0, 0, 0]
    assert await is_empty(service_url(postgres_url, "crowded"))


async def test_a_login_that_may_make_databases_and_roles_is_enough(postgres_url: str) -> None:
    await execute(
        postgres_url,
        "DROP DATABASE IF EXISTS suyuan_plain",
        "DROP ROLE IF EXISTS plain",
        "CREATE ROLE plain LOGIN PASSWORD 'plain' CREATEDB CREATEROLE",
        # On a server where another login made the roles, somebody must let this one use them.
        "GRANT suyuan_ingest, suyuan_query TO plain WITH INHERIT FALSE, SET TRUE",
    )
    plain = make_url(postgres_url).set(username="plain", password="plain")
    server = plain.render_as_string(hide_password=False)
    await provision(server, ["plain"])
    url = service_url(server, "plain")
    assert (
        await value(url, "SELECT tableowner FROM pg_tables WHERE tablename = 'events'") == "plain"
    )
    database = Database(url)
    async with database.writing() as connection:
        assert await connection.scalar(text("SELECT current_user")) == "suyuan_ingest"
    await database.close()


async def test_a_login_that_may_not_is_told_why(postgres_url: str) -> None:
    await execute(
        postgres_url, "DROP ROLE IF EXISTS weak", "CREATE ROLE weak LOGIN PASSWORD 'weak'"
    )
    weak = make_url(postgres_url).set(username="weak", password="weak")
    with pytest.raises(Unavailable) as refused:
        await provision(weak.render_as_string(hide_password=False), ["weak"])
    assert refused.value.code == "server_not_ready"
    assert "permission denied" in refused.value.params["reason"]


async def test_a_wrong_password_is_told_and_not_repeated(postgres_url: str) -> None:
    wrong = make_url(postgres_url).set(password="hunter2").render_as_string(hide_password=False)
    with pytest.raises(Unavailable) as refused:
        await provision(wrong, ["food"])
    assert "password authentication failed" in refused.value.params["reason"]
    assert "hunter2" not in str(refused.value.params)


async def test_a_server_that_does_not_answer_is_told() -> None:
    with pytest.raises(Unavailable) as refused:
        await provision("postgresql://u@127.0.0.1:1", ["food"])
    assert refused.value.params == {"server": "127.0.0.1:1", "reason": "Connection refused"}


async def test_an_old_server_is_refused(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLDEST_POSTGRES", 990000)
    with pytest.raises(Unavailable) as refused:
        await provision(postgres_url, ["food"])
    assert (refused.value.code, refused.value.params) == ("server_too_old", {"version": 18})


@pytest.mark.parametrize("name", ["", "Food", "fo-od", "food; DROP TABLE", "1food", "f" * 32])
def test_an_id_that_would_need_quoting_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="subsystem_malformed"):
        database_name(name)


async def test_the_tables_go_as_they_came(postgres_url: str) -> None:
    await provision(postgres_url, ["there_and_back"])
    url = service_url(postgres_url, "there_and_back")
    tables = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_stat_user_tables"
    there = await value(url, tables)
    assert "events" in there
    await migrate_back(url, "base")
    assert await value(url, tables) == "alembic_version"
    await migrate(url)
    assert await value(url, tables) == there
