"""A query service that says it is ready has asked its database what a chain asks."""

from __future__ import annotations

from sqlalchemy import text

from services.query.trace import OwnTracer
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.web.deadlines import Deadlines
from tests.city import City

_PLANNED = text("SELECT statement FROM pg_prepared_statements")


async def test_the_statements_of_a_chain_are_planned_before_anybody_asks(city: City) -> None:
    database = Database(service_url(city.server_url, "meat"))
    try:
        await OwnTracer(database, "meat", Deadlines(2, 2)).warm_up()
        async with database.reading() as connection:
            planned = " ".join((await connection.execute(_PLANNED)).scalars())
    finally:
        await database.close()
    assert "WITH RECURSIVE ahead" in planned
    assert "octet_length(e.document)" in planned


async def test_a_database_that_is_down_keeps_no_service_from_starting() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    try:
        await OwnTracer(database, "meat", Deadlines(2, 2)).warm_up()
    finally:
        await database.close()
