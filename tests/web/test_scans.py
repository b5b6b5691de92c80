"""Who counts as a scan, and counting that survives a database that is away."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.errors import Unavailable
from suyuan.domain.scans import ScanCount
from suyuan.storage.engine import Database
from suyuan.web import scans as module
from suyuan.web.scans import ScanCounter, is_scan, is_trade
from tests.web.service import NO_DATABASE

PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126 Mobile MicroMessenger/8.0"


def asked(query: str = "", method: str = "GET", **headers: str) -> dict[str, Any]:
    given = {"User-Agent": PHONE} | {name.replace("_", "-"): v for name, v in headers.items()}
    pairs = [(name.lower().encode(), value.encode()) for name, value in given.items()]
    return {"type": "http", "method": method, "headers": pairs, "query_string": query.encode()}


def test_a_phone_that_opens_a_page_is_a_scan() -> None:
    assert is_scan(asked())
    assert is_scan(asked("17=261231"))


@pytest.mark.parametrize(
    "scope",
    [
        asked(method="HEAD"),
        asked("lang=en"),
        asked("lang=zh&size=large"),
        asked(Sec_Purpose="prefetch;prerender"),
        asked(Purpose="prefetch"),
        asked(X_Moz="prefetch"),
        asked(User_Agent=""),
        asked(User_Agent="Mozilla/5.0 (compatible; Baiduspider/2.0)"),
        asked(User_Agent="Mozilla/5.0 (compatible; Googlebot/2.1)"),
        asked(User_Agent="curl/8.5.0"),
        asked(User_Agent="python-httpx/0.28"),
        asked(User_Agent="Mozilla/5.0 HeadlessChrome/126"),
    ],
)
def test_robots_previews_and_the_pages_own_links_are_none(scope: dict[str, Any]) -> None:
    assert not is_scan(scope)


def test_a_key_or_the_trade_address_makes_it_trade() -> None:
    assert not is_trade(asked(), CONSUMER)
    assert is_trade(asked(), Caller(CallerRole.ENTERPRISE))
    assert is_trade(asked("scan=trade"), CONSUMER)
    assert not is_trade(asked("xscan=trade"), CONSUMER)
    assert not is_trade(asked("scan=trade1"), CONSUMER)


def counter(database: Database, **more: Any) -> ScanCounter:
    return ScanCounter(database, **{"uncounted": lambda _: None, **more})


async def test_what_waits_is_counted_at_once_and_stays_when_it_is_flushed(
    database: Database,
) -> None:
    now = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # in the city it is the third already
    counted = counter(database, now=lambda: now)
    counted.count("SCAN-1", trade=False)
    counted.count("SCAN-1", trade=False)
    counted.count("SCAN-1", trade=True)
    before = await counted.of_code("SCAN-1")
    await counted.flush()
    assert await counted.of_code("SCAN-1") == before
    assert (before.consumers, before.trade) == (2, 1)
    assert str(before.first) == "2026-03-03"


async def test_a_database_that_is_away_loses_no_count(database: Database) -> None:
    away = Database(NO_DATABASE, roles=False)
    counted = counter(away)
    counted.count("SCAN-2", trade=False)
    with pytest.raises(Unavailable):
        await counted.flush()
    counted.count("SCAN-2", trade=False)
    counted._database = database  # it is back
    await counted.flush()
    assert (await counted.of_code("SCAN-2")).consumers == 2
    await away.close()


async def test_memory_is_bounded_and_what_found_no_room_is_told(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    lost: list[int] = []
    counted = counter(database, uncounted=lost.append)
    for code in ("SCAN-3", "SCAN-4", "SCAN-5", "SCAN-3"):
        counted.count(code, trade=False)
    assert lost == [1]
    assert (await counted.of_code("SCAN-3")).consumers == 2
    assert await counted.of_code("SCAN-5") == ScanCount()


async def test_a_service_that_stops_writes_what_waits(database: Database) -> None:
    counted = counter(database)
    async with counted.running():
        counted.count("SCAN-6", trade=False)
        await asyncio.sleep(0)
    assert (await counter(database).of_code("SCAN-6")).consumers == 1


async def test_a_service_stops_in_time_though_the_database_is_away() -> None:
    away = Database(NO_DATABASE, roles=False)
    counted = counter(away)
    async with asyncio.timeout(5):
        async with counted.running():
            counted.count("SCAN-7", trade=False)
    await away.close()
