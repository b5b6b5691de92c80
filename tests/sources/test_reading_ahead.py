"""What a source says it has answered beyond what it was asked, it has answered whole."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from suyuan.domain.lookup import Ask, Direction, Key, Lookup
from suyuan.sources.memory import MemorySource
from suyuan.sources.postgres import PostgresSource
from suyuan.storage import ahead
from suyuan.storage.engine import Database
from suyuan.storage.load import Row, load
from suyuan.storage.provision import service_url
from suyuan.wire import epcis_json
from suyuan.wire.reports import EPCIS, encode
from tests.build import made, moved, stored
from tests.city import City
from tests.rules import NAMES_BOTH, RULES, Rule


@pytest.fixture
async def database(city: City) -> AsyncIterator[Database]:
    opened = Database(service_url(city.server_url, "meat"))
    yield opened
    await opened.close()


async def load_events(database: Database, events: list[object]) -> MemorySource:
    told = [stored(e) for e in events]  # type: ignore[arg-type]
    rows = [
        Row(s.event, s.content, EPCIS, encode(epcis_json.write_event(s.event)), "test", False)
        for s in told
    ]
    async with database.writing() as connection:
        await load(connection, rows)
    return MemorySource(told)


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("rule", [r for r in RULES if r.name != NAMES_BOTH], ids=lambda r: r.name)
async def test_what_is_said_to_be_answered_is_whole(
    database: Database, rule: Rule, direction: Direction
) -> None:
    memory = await load_events(database, list(rule.events))
    asked = Lookup((Key(Ask.CODE, rule.code.key),), direction=direction)
    answer = await PostgresSource(database).ask(asked)
    assert asked.keys[0] in answer.answered
    right = await memory.ask(Lookup(answer.answered))
    assert {(e.code, e.event, e.role) for e in right.edges} <= {
        (e.code, e.event, e.role) for e in answer.edges
    }


async def test_more_than_is_read_ahead_is_asked_in_the_usual_way(database: Database) -> None:
    many = [moved(f"e{n}", n / 10, "X") for n in range(ahead.MOST_EDGES + 1)]
    await load_events(database, [*many, made("m", 20, ["X"], ["Y"])])
    key = Key(Ask.CODE, stored(many[0]).event.items[0].code.key)
    answer = await PostgresSource(database).ask(Lookup((key,), direction=Direction.DOWN))
    assert key not in answer.answered
    assert len({e.event for e in answer.edges}) == ahead.MOST_EDGES + 2
