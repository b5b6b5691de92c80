"""Events are fetched some bytes at a time, and the chain is the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from suyuan.domain.lookup import Ask, Key, Lookup
from suyuan.domain.trail import Direction, Question
from suyuan.sources import postgres
from suyuan.sources.base import Source, trace
from suyuan.sources.federation import FederatedSource
from suyuan.sources.postgres import PostgresSource
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from tests.build import moved, stored, thing, void
from tests.city import City
from tests.sources.loading import load_events

EVENTS = [moved(f"e{n}", n, "X") for n in range(5)]


@pytest.fixture
async def database(city: City) -> AsyncIterator[Database]:
    opened = Database(service_url(city.server_url, "meat"))
    await load_events(opened, [*map(stored, EVENTS), void(EVENTS[3])])
    yield opened
    await opened.close()


async def test_the_first_documents_that_fit_are_given_and_one_at_least(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tuple(Key(Ask.EVENT, e.key.hex()) for e in EVENTS)
    nothing_held = Key(Ask.EVENT, bytes(16).hex())
    monkeypatch.setattr(postgres, "MAX_BYTES", 1)
    source = PostgresSource(database)
    answer = await source.ask(Lookup((*keys, nothing_held), bodies=True))
    assert ([s.event.id for s in answer.events], answer.later) == (
        ["e0"],
        (*keys[1:], nothing_held),
    )
    answer = await source.ask(Lookup((nothing_held, *keys), bodies=True))
    assert (answer.events, answer.later) == ((), keys)
    code = Key(Ask.CODE, thing("X").key)
    answer = await source.ask(Lookup((keys[0], code, keys[1], code), bodies=True))
    assert (len(answer.events), answer.later) == (1, (keys[1], code))
    monkeypatch.undo()
    answer = await source.ask(Lookup((*keys, nothing_held), bodies=True))
    assert ({s.event.id for s in answer.events}, answer.later) == ({e.id for e in EVENTS}, ())


@pytest.mark.parametrize(
    "around", [lambda own: own, lambda own: FederatedSource({"meat": own}, deadline=10)]
)
async def test_a_chain_is_whole_however_little_comes_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch, around: Callable[[Source], Source]
) -> None:
    monkeypatch.setattr(postgres, "MAX_BYTES", 1)
    asked = Question(thing("X"), Direction.OWN)
    trail = await trace(around(PostgresSource(database)), asked)
    assert {s.event.id for s in trail.events} == {e.id for e in EVENTS} - {"e3"}
    assert (trail.limits_hit, trail.holes) == ((), ())
