"""Figures that disagree with their events are found, and counted anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from suyuan.domain.events import Action, Event
from suyuan.sources import coverage
from suyuan.sources.coverage import Counting
from suyuan.sources.coverage_proof import Proof, prove, rebuild
from suyuan.storage.engine import Database
from suyuan.storage.load import Row, load
from suyuan.storage.provision import provision, service_url
from suyuan.wire import epcis_json
from suyuan.wire.reports import EPCIS, encode
from tests.build import lot, moved, stored, void

SERVICE = "coverproof"
EVENTS = [
    moved("a", 1, lot("L"), step="commissioning", action=Action.ADD),
    moved("b", 2, lot("L")),
    moved("c", 3, lot("L"), step="receiving"),
]


@pytest.fixture
async def own(postgres_url: str) -> AsyncIterator[Database]:
    """A database with a few events of an enterprise on file, all of them counted."""
    await provision(postgres_url, [SERVICE])
    database = Database(service_url(postgres_url, SERVICE), roles=False)
    party = EVENTS[0].party.key
    async with database.writing() as connection:
        await connection.execute(
            text(
                "TRUNCATE coverage_feed, coverage_cells, coverage_dirty, coverage_days,"
                " coverage_filings, events, edges, register"
            )
        )
        filed = text("INSERT INTO coverage_filings VALUES (:party, '2000-01-01', NULL, '350203')")
        await connection.execute(filed, {"party": party})
        await load(
            connection,
            [
                Row(s.event, s.content, EPCIS, encode(epcis_json.write_event(s.event)), "t", False)
                for s in [*map(stored, EVENTS), void(EVENTS[2])]
            ],
        )
    await counting(database).drain()
    yield database
    await database.close()


def counting(database: Database) -> Counting:
    return Counting(database, "food", dict)


async def proof(database: Database) -> Proof:
    return await prove(database, counting(database), lambda _done: None)


async def test_what_was_kept_up_agrees(own: Database) -> None:
    found = await proof(own)
    assert found.holds
    assert found.cells == 3  # the day of the event that was declared in error has none in force


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM coverage_cells WHERE reports = 1",
        "UPDATE coverage_cells SET in_time = in_time + 1",
        "UPDATE coverage_cells SET district = '350212'",
        "INSERT INTO coverage_cells SELECT 'urn:x', d.* FROM coverage_days d LIMIT 1",
        "UPDATE coverage_days SET reports = reports + 1",
        "DELETE FROM coverage_days",
    ],
)
async def test_damage_is_found_and_healed(own: Database, damage: str) -> None:
    async with own.writing() as connection:
        await connection.execute(text(damage))
    assert not (await proof(own)).holds
    await rebuild(own, counting(own))
    async with own.reading() as connection:
        filings = await connection.execute(text("SELECT count(*) FROM coverage_filings"))
    # Whoever is not in the register is on file no more, and of such only that they reported counts.
    assert filings.scalar_one() == 0
    assert (await proof(own)).holds


async def test_two_processes_count_what_one_does(own: Database) -> None:
    more = [moved(f"m{n}", n / 10, lot(f"M{n % 7}"), step="receiving") for n in range(200)]
    first, second = counting(own), counting(own)

    async def report(some: list[Event]) -> None:
        for one in map(stored, some):
            document = encode(epcis_json.write_event(one.event))
            async with own.writing() as connection:
                await load(connection, [Row(one.event, one.content, EPCIS, document, "t", False)])

    async def count(one: Counting) -> None:
        for _ in range(30):
            await one.take()

    await asyncio.gather(report(more[::2]), report(more[1::2]), count(first), count(second))
    found = await prove(own, first, lambda _done: None)
    assert found.holds
    async with own.reading() as connection:
        sums = await connection.execute(text("SELECT sum(reports) FROM coverage_days"))
    assert sums.scalar_one() == 202


async def test_it_gives_way_while_reports_come_in(
    own: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage, "_REPORTS", 1)
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        if seconds:
            rests.append(seconds)

    # The name in that module alone: a city of other tests sleeps in this process too.
    monkeypatch.setattr(coverage, "asyncio", SimpleNamespace(sleep=rest))
    one = counting(own)
    await rebuild(own, one)
    async with own.writing() as connection:
        await connection.execute(text("UPDATE coverage_feed SET xact = -1"))
    assert await one.take_giving_way()  # the first look: what is there is news
    assert len(rests) == 1
    assert await one.take_giving_way()  # nothing has come since
    assert len(rests) == 1
    more = moved("more", 1, lot("M"), step="receiving")
    document = encode(epcis_json.write_event(more))
    async with own.writing() as connection:
        row = Row(more, stored(more).content, EPCIS, document, "t", False)
        await load(connection, [row])
    assert await one.take_giving_way()
    assert len(rests) == 2
    await one.drain()
    assert (await prove(own, one, lambda _done: None)).holds
