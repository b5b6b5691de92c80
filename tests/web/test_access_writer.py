"""Accesses are committed before anybody is answered, many at once; walks are counted together."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from suyuan.domain.accesses import MOST_ASKED, Access, AccessFilter, Purpose, Reason
from suyuan.domain.caller import CallerRole
from suyuan.domain.errors import Unavailable
from suyuan.storage import accesses
from suyuan.storage.engine import Database
from suyuan.web import access_writer as module
from suyuan.web.access_writer import AccessWriter
from tests.web.service import NO_DATABASE


def access(request: UUID, **more: Any) -> Access:
    given = {"trace": None, "key": "0123456789ab", "through": None, "route": "/v1/events"} | more
    return Access(
        uuid4(),
        datetime.now(UTC),
        request,
        role=CallerRole.INSPECTOR,
        owner="inspector:food",
        **given,
    )


async def written(database: Database, request: UUID) -> list[Access]:
    async with database.reading() as connection:
        wanted = AccessFilter(request=request)
        return await accesses.find(connection, wanted, after=None, most=10_000)


async def test_an_access_is_there_when_recording_returns(database: Database) -> None:
    one = access(uuid4(), asked=("A",), asked_count=1, events=3, purpose=Purpose(Reason.CASE, "7"))
    await AccessWriter(database).record(one)
    assert await written(database, one.request) == [one]


async def test_many_at_once_share_commits_and_none_is_lost(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[int] = []
    add = accesses.add

    async def counted(connection: Any, rows: list[Access]) -> None:
        commits.append(len(rows))
        await add(connection, rows)

    monkeypatch.setattr(accesses, "add", counted)
    writer, request = AccessWriter(database), uuid4()
    await asyncio.gather(*(writer.record(access(request)) for _ in range(200)))
    assert len(await written(database, request)) == sum(commits) == 200
    assert len(commits) < 10


async def test_the_calls_of_a_walk_are_two_rows_whatever_their_number(database: Database) -> None:
    writer, request = AccessWriter(database), uuid4()
    for n in range(50):
        asked = tuple(f"{n}-{m}" for m in range(5))
        more = {"trace": "t1", "asked": asked, "asked_count": 5, "events": 1, "edges": 2}
        await writer.record(access(request, **more))
    assert len(await written(database, request)) == 1
    await writer.flush()
    rows = await written(database, request)
    assert sorted(row.calls for row in rows) == [1, 49]
    assert sum(row.asked_count for row in rows) == 250
    assert sum(row.events or 0 for row in rows) == 50
    assert sum(row.edges for row in rows) == 100
    assert max(len(row.asked) for row in rows) == MOST_ASKED


async def test_two_keys_in_one_walk_are_two(database: Database) -> None:
    writer, request = AccessWriter(database), uuid4()
    for key in ("a" * 12, "b" * 12):
        await writer.record(access(request, trace="t1", key=key))
    assert len(await written(database, request)) == 2


async def test_a_database_that_is_away_refuses_and_numbers_wait(database: Database) -> None:
    away = Database(NO_DATABASE, roles=False)
    writer, request = AccessWriter(database), uuid4()
    await writer.record(access(request, trace="t1", events=1))
    writer._database = away
    for recorded in await asyncio.gather(
        *(writer.record(access(request)) for _ in range(3)), return_exceptions=True
    ):
        assert isinstance(recorded, Unavailable)
    await writer.record(access(request, trace="t1", events=2))
    with pytest.raises(Unavailable):
        await writer.flush()
    await writer.record(access(request, trace="t1", events=4))
    writer._database = database
    await writer.flush()
    assert sorted(row.events or 0 for row in await written(database, request)) == [1, 6]
    await away.close()


async def test_memory_is_bounded_and_nothing_is_lost_for_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 1)
    monkeypatch.setattr(module, "MOST_WALKS", 3)
    writer, request = AccessWriter(database), uuid4()
    for _ in range(2):
        for walk in range(5):
            await writer.record(access(request, trace=f"t{walk}"))
    assert len(writer._waiting) <= 1
    assert len(writer._walks) <= 3
    await writer.flush()
    assert sum(row.calls for row in await written(database, request)) == 10


async def test_who_goes_away_while_it_is_written_takes_nobody_else_along(
    database: Database,
) -> None:
    writer, request = AccessWriter(database), uuid4()
    recording = [asyncio.create_task(writer.record(access(request))) for _ in range(20)]
    await asyncio.sleep(0)
    recording[0].cancel()
    done = await asyncio.gather(*recording, return_exceptions=True)
    assert all(one is None for one in done[1:])
    assert len(await written(database, request)) >= 19


async def test_a_service_that_stops_writes_the_numbers_that_wait(database: Database) -> None:
    writer, request = AccessWriter(database), uuid4()
    async with writer.running():
        for _ in range(2):
            await writer.record(access(request, trace="t1"))
    assert sum(row.calls for row in await written(database, request)) == 2
