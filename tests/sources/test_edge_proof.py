"""Edges that disagree with their events are found, and made anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from suyuan.domain.events import Action
from suyuan.sources.edge_proof import Flaw, Proof, prove, rebuild
from suyuan.storage import edges
from suyuan.storage.engine import Database, WriteConnection
from suyuan.storage.load import Row, load
from suyuan.storage.provision import provision, service_url
from suyuan.wire import epcis_json
from suyuan.wire.reports import EPCIS, encode
from tests.build import lot, made, moved, packed, stored, void

EVENTS = [
    moved("a", 1, "X", action=Action.ADD),
    packed("b", 2, "BOX", "X", lot("L", "12.50")),
    made("c", 3, [lot("L", "12.5")], ["Y", "Z"]),
]


@pytest.fixture
async def own(postgres_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database with a few events in it, for one test alone."""
    name = f"edges{abs(hash(request.node.name)) % 10**8}"
    await provision(postgres_url, [name])
    database = Database(service_url(postgres_url, name), roles=False)
    async with database.writing() as connection:
        await _load(connection, *map(stored, EVENTS), void(EVENTS[0]))
    yield database
    await database.close()


async def _load(connection: WriteConnection, *events: object) -> None:
    rows = [
        Row(s.event, s.content, EPCIS, encode(epcis_json.write_event(s.event)), "t", False)  # type: ignore[attr-defined]
        for s in events
    ]
    await load(connection, rows)


async def _proof(database: Database) -> Proof:
    return await prove(database, lambda _done, _total: None)


async def _do(database: Database, statement: str) -> None:
    async with database.writing() as connection:
        await connection.execute(text(statement))


async def test_edges_as_they_were_loaded_agree(own: Database) -> None:
    proof = await _proof(own)
    assert proof.holds
    assert (proof.events, proof.edges) == (3, 7)


@pytest.mark.parametrize(
    ("damage", "flaws"),
    [
        ("DELETE FROM edges WHERE code LIKE '%Z'", [Flaw.MISSING]),
        ("UPDATE edges SET quantity = 13 WHERE role = 4", [Flaw.MISSING, Flaw.SURPLUS]),
        ("INSERT INTO edges SELECT * FROM edges WHERE code LIKE '%Y'", [Flaw.SURPLUS]),
        ("UPDATE edges SET event = gen_random_uuid() WHERE code LIKE '%Y'", list(Flaw)),
        ("UPDATE edges SET record_time = now() + '1 s' WHERE role = 3 AND is_lot", list(Flaw)),
    ],
)
async def test_damage_is_found_and_healed(own: Database, damage: str, flaws: list[Flaw]) -> None:
    await _do(own, damage)
    proof = await _proof(own)
    assert sorted(d.flaw for d in proof.told) == sorted(flaws)
    assert await rebuild(own, lambda _done, _total: None) == 7
    assert (await _proof(own)).holds


async def test_a_rebuild_that_fails_leaves_the_old_table(
    own: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_driver: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(edges, "_swap", fail)
    with pytest.raises(RuntimeError):
        await rebuild(own, lambda _done, _total: None)
    assert (await _proof(own)).holds


async def test_who_reports_during_a_rebuild_waits_and_loses_nothing(own: Database) -> None:
    started = asyncio.Event()

    async def report() -> None:
        await started.wait()
        async with own.writing() as connection:
            await _load(connection, stored(moved("late", 4, "X")))

    reporting = asyncio.create_task(report())
    async with edges.replacing(own) as (seen, anew):
        started.set()
        await asyncio.sleep(0.2)
        assert not reporting.done()
        async for rows in seen.events():
            del rows
        await anew.add([])
    await reporting
    assert {d.flaw for d in (await _proof(own)).told} == {Flaw.MISSING}
    assert await rebuild(own, lambda _done, _total: None) == 8
    assert (await _proof(own)).holds
