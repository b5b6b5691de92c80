"""What every source must do, whatever it stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import uuid4

import pytest

from services.gateway.members import Members
from services.gateway.registry import read_registry
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.events import Event, StoredEvent
from suyuan.domain.lookup import Answer, Ask, Edge, Key, Lookup, Role
from suyuan.sources.base import Source
from suyuan.sources.federation import FederatedSource
from suyuan.sources.memory import MemorySource
from suyuan.sources.postgres import PostgresSource
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.web.claims import read_key
from tests.build import at, made, moved, packed, stored, thing, unpacked, void
from tests.city import SUBSYSTEMS, City
from tests.sources.loading import load_events

Holding = Callable[[Sequence[StoredEvent]], Awaitable[Source]]


async def memory(events: Sequence[StoredEvent], _city: City, _stack: AsyncExitStack) -> Source:
    return MemorySource(events)


async def postgres(events: Sequence[StoredEvent], city: City, stack: AsyncExitStack) -> Source:
    database = Database(service_url(city.server_url, "meat"))
    stack.push_async_callback(database.close)
    await load_events(database, events)
    return PostgresSource(database, subsystem="meat")


async def remote(events: Sequence[StoredEvent], city: City, stack: AsyncExitStack) -> Source:
    await postgres(events, city, stack)
    return (await _remotes(city, stack))["meat"]


async def federation(events: Sequence[StoredEvent], city: City, stack: AsyncExitStack) -> Source:
    """Every third event with each subsystem, so that nothing is together but by the federation."""
    for n, name in enumerate(SUBSYSTEMS):
        database = Database(service_url(city.server_url, name))
        await load_events(database, events[n::3])
        await database.close()
    return FederatedSource(await _remotes(city, stack), deadline=10)


async def _remotes(city: City, stack: AsyncExitStack) -> dict[str, Source]:
    key = read_key(city.folder / "private.jwk", private=True)
    members = Members(read_registry(city.folder / "registry.toml"), key)
    stack.push_async_callback(members.close)
    return dict(members.sources(Caller(CallerRole.CITY), trace_id=uuid4().hex))


@dataclass
class Holder:
    make: Callable[[Sequence[StoredEvent], City, AsyncExitStack], Awaitable[Source]]
    city: City
    stack: AsyncExitStack

    async def __call__(self, *events: Event | StoredEvent) -> Source:
        whole = [e if isinstance(e, StoredEvent) else stored(e) for e in events]
        return await self.make(whole, self.city, self.stack)


@pytest.fixture(params=[memory, postgres, remote, federation], ids=lambda f: f.__name__)
async def holding(request: pytest.FixtureRequest, city: City) -> AsyncIterator[Holder]:
    async with AsyncExitStack() as stack:
        yield Holder(request.param, city, stack)


async def asked(source: Source, *keys: Key, bodies: bool = False) -> Answer:
    return await source.ask(Lookup(keys, bodies=bodies))


def shape(edges: Sequence[Edge]) -> set[tuple[str, str, Role]]:
    return {(e.id.rsplit(":", 1)[-1], e.code.rsplit(":", 1)[-1], e.role) for e in edges}


async def test_a_code_gives_its_edges_up_to_a_bound_that_is_inclusive(holding: Holder) -> None:
    source = await holding(moved("a", 1, "X"), moved("b", 2, "X"), moved("c", 3, "X", "Y"))
    found = await asked(source, Key(Ask.CODE, thing("X").key, until=at(2)))
    assert shape(found.edges) == {("a", "X", Role.ITEM), ("b", "X", Role.ITEM)}


async def test_a_container_gives_what_opens_or_closes_from_the_start_and_moves_from_a_bound(
    holding: Holder,
) -> None:
    source = await holding(
        moved("early", 1, "A"),
        packed("on", 1, "P", "A"),
        unpacked("all", 2, "A"),
        moved("sold", 2, "A", step="retail_selling"),
        moved("late", 4, "A"),
    )
    found = await asked(source, Key(Ask.CONTAINER, thing("A").key, since=at(3)))
    assert shape(found.edges) == {
        ("on", "A", Role.CHILD),
        ("all", "A", Role.EMPTIED),
        ("sold", "A", Role.ITEM),
        ("late", "A", Role.ITEM),
    }


async def test_contents_are_the_children_and_not_the_container(holding: Holder) -> None:
    source = await holding(packed("in", 1, "A", "X", "Y"), packed("on", 2, "P", "A"))
    found = await asked(source, Key(Ask.CONTENTS, thing("A").key))
    assert shape(found.edges) == {("in", "X", Role.CHILD), ("in", "Y", Role.CHILD)}


async def test_a_transformation_gives_both_its_halves(holding: Holder) -> None:
    source = await holding(
        made("in", 1, ["L"], transformation="urn:t:1"),
        made("out", 2, (), ["M"], transformation="urn:t:1"),
        made("other", 3, ["M"], ["N"], transformation="urn:t:2"),
    )
    found = await asked(source, Key(Ask.TRANSFORMATION, "urn:t:1"))
    assert shape(found.edges) == {("in", "L", Role.INPUT), ("out", "M", Role.OUTPUT)}


async def test_an_event_gives_its_body_when_asked_and_its_voids_always(holding: Holder) -> None:
    event = moved("a", 1, "X")
    source = await holding(event, void(event))
    key = Key(Ask.EVENT, event.key.hex())
    await asked(source, Key(Ask.CODE, thing("X").key))
    without = await asked(source, key)
    assert without.events == ()
    assert [v.event for v in without.voids] == [event.key]
    body = (await asked(source, key, bodies=True)).events
    assert [s.event.key for s in body] == [event.key]
    assert body[0].event.items == event.items
    assert body[0].event.time == event.time


async def test_a_correction_has_no_edges_of_its_own(holding: Holder) -> None:
    source = await holding(void(moved("a", 1, "X")))
    assert (await asked(source, Key(Ask.CODE, thing("X").key))).edges == ()


async def test_many_questions_are_answered_at_once(holding: Holder) -> None:
    source = await holding(*(moved(f"e{n}", 1, f"X{n}") for n in range(200)))
    keys = [Key(Ask.CODE, thing(f"X{n}").key) for n in range(200)]
    assert len((await asked(source, *keys)).edges) == 200


async def test_what_is_not_known_gives_nothing(holding: Holder) -> None:
    source = await holding()
    found = await asked(source, *(Key(ask, "00" * 16) for ask in Ask), bodies=True)
    assert found == Answer()
