"""The change feed gives every committed report once, whatever the order in which writers commit."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from suyuan.domain.changes import BEGINNING, Position
from suyuan.storage import changes
from suyuan.storage.changes import find_changes, find_server
from suyuan.storage.engine import Database
from suyuan.storage.provision import provision, service_url

_FEED = "feed"

_INSERT = """
    INSERT INTO events (key, party, declaration, authority, content, time, form, id, reporter,
                        document)
    SELECT key, 'urn:suyuan:cn:P', false, false, key, now(), 0, key::text, 'P', '{}'
    FROM unnest($1::uuid[]) AS told (key)
"""


@pytest.fixture
async def feed_url(postgres_url: str) -> AsyncIterator[str]:
    await provision(postgres_url, [_FEED])
    url = service_url(postgres_url, _FEED)
    yield url
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("TRUNCATE events")
    await connection.close()


@pytest.fixture
async def feed(feed_url: str) -> AsyncIterator[Database]:
    opened = Database(feed_url)
    yield opened
    await opened.close()


async def connected(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(url.replace("+asyncpg", ""))


async def read(feed: Database, after: Position, most: int = 7) -> tuple[list[UUID], Position]:
    """What is behind a place, up to the feed's end."""
    found: list[UUID] = []
    while True:
        async with feed.reading() as connection:
            page = await find_changes(connection, after, most)
        found += [UUID(bytes=change.row.key) for change in page]
        if not page:
            return found, after
        after = page[-1].position


async def _write(url: str, seed: int, until: float) -> list[UUID]:
    """Transactions of some rows each, kept open for a while, some given up; what was committed."""
    chance = random.Random(seed)
    connection = await connected(url)
    committed: list[UUID] = []
    loop = asyncio.get_running_loop()
    while loop.time() < until:
        transaction = connection.transaction()
        await transaction.start()
        keys = [UUID(bytes=os.urandom(16)) for _ in range(chance.randint(1, 5))]
        for key in keys:  # a statement each, with pauses: numbers are taken early, commits are late
            await connection.execute(_INSERT, [key])
            await asyncio.sleep(chance.random() * 0.01)
        await asyncio.sleep(chance.choice((0, 0, 0.02, 0.2)))
        if chance.random() < 0.2:
            await transaction.rollback()
        else:
            await transaction.commit()
            committed += keys
    await connection.close()
    return committed


async def _poll(feed: Database, done: asyncio.Event) -> list[UUID]:
    found: list[UUID] = []
    after = BEGINNING
    while not done.is_set():
        more, after = await read(feed, after)
        found += more
        await asyncio.sleep(0.005)
    more, _ = await read(feed, after)
    return found + more


async def _race(feed: Database, url: str) -> tuple[list[UUID], list[UUID]]:
    done = asyncio.Event()
    polling = asyncio.create_task(_poll(feed, done))
    until = asyncio.get_running_loop().time() + 3
    written = await asyncio.gather(*(_write(url, seed, until) for seed in range(16)))
    done.set()
    return [key for keys in written for key in keys], await polling


async def test_nothing_is_lost_and_nothing_comes_twice_while_many_writers_commit_late(
    feed: Database, feed_url: str
) -> None:
    committed, found = await _race(feed, feed_url)
    assert len(committed) > 500
    assert sorted(found) == sorted(committed)


async def test_without_its_end_the_feed_would_lose_reports(
    feed: Database, feed_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race above is one: whoever reads on behind the highest number loses by it."""
    horizon = "AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    assert horizon in changes._CHANGES
    monkeypatch.setattr(changes, "_CHANGES", changes._CHANGES.replace(horizon, ""))
    committed, found = await _race(feed, feed_url)
    assert set(committed) - set(found)


async def test_a_transaction_that_stays_open_holds_the_feed_back_and_loses_nothing(
    feed: Database, feed_url: str
) -> None:
    slow, quick = await connected(feed_url), await connected(feed_url)
    first, second = UUID(int=1), UUID(int=2)
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(_INSERT, [first])
    await quick.execute(_INSERT, [second])
    found, after = await read(feed, BEGINNING)
    assert found == []
    await transaction.commit()
    found, _ = await read(feed, after)
    assert found == [first, second]
    await slow.close()
    await quick.close()


async def test_one_transaction_is_read_in_pages(feed: Database, feed_url: str) -> None:
    connection = await connected(feed_url)
    keys = sorted(UUID(bytes=os.urandom(16)) for _ in range(100))
    await connection.execute(_INSERT, keys)
    await connection.close()
    found, _ = await read(feed, BEGINNING, most=9)
    assert found == keys


async def test_a_page_is_a_range_of_the_index(feed: Database, feed_url: str) -> None:
    connection = await connected(feed_url)
    for _ in range(20):
        await connection.execute(_INSERT, [UUID(bytes=os.urandom(16)) for _ in range(500)])
    await connection.execute("ANALYZE events")
    middle = await connection.fetchval("SELECT avg(xact)::bigint FROM events")
    asked = (middle, bytes(16), "", False, 1000)
    rows = await connection.fetch(f"EXPLAIN {changes._CHANGES}", *asked)
    plan = "\n".join(row[0] for row in rows)
    await connection.close()
    assert "Index Scan using events_changes" in plan
    assert "Seq Scan" not in plan


async def test_reports_of_another_servers_backup_are_numbered_anew(
    feed: Database, feed_url: str
) -> None:
    connection = await connected(feed_url)
    await connection.execute(_INSERT, [UUID(int=1)])
    await connection.execute("UPDATE events SET xact = 1::bigint << 40")
    await connection.close()
    found, after = await read(feed, BEGINNING)
    assert found == []
    await provision(feed_url.rpartition("/")[0] + "/postgres", [_FEED])
    found, _ = await read(feed, after)
    assert found == [UUID(int=1)]


async def test_the_reading_role_may_ask_which_server_this_is(feed: Database) -> None:
    async with feed.reading() as connection:
        server = await find_server(connection)
    assert server.partition("-")[0].isdigit()
