"""What a walk over departments costs: calls are rounds times members, and rounds are few."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import pytest

from services.gateway.members import Members
from services.gateway.registry import read_registry
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.events import StoredEvent
from suyuan.domain.lookup import Answer, Lookup
from suyuan.domain.trail import Direction, Question, Trail
from suyuan.sources.base import Source, trace
from suyuan.sources.federation import FederatedSource
from suyuan.sources.memory import MemorySource
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.web.claims import read_key
from tests.build import made, moved, stored, thing
from tests.city import SUBSYSTEMS, City
from tests.sources.loading import load_events

STEPS = 12


class Counted:
    """Another source, and the lookups that it was asked."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lookups: list[Lookup] = []
        self.whole = source.whole

    async def ask(self, lookup: Lookup) -> Answer:
        self.lookups.append(lookup)
        return await self.source.ask(lookup)


def chain_of_steps() -> list[StoredEvent]:
    """Each step makes the next thing from the last one, and moves it on."""
    steps = [made(f"make{n}", n, [f"T{n - 1}"], [f"T{n}"]) for n in range(1, STEPS + 1)]
    moves = [moved(f"move{n}", n + 0.5, f"T{n}") for n in range(STEPS + 1)]
    return [stored(e) for e in (*steps, *moves)]


@asynccontextmanager
async def members_of(city: City) -> AsyncIterator[dict[str, Counted]]:
    key = read_key(city.folder / "private.jwk", private=True)
    members = Members(read_registry(city.folder / "registry.toml"), key)
    sources = members.sources(Caller(CallerRole.CITY), trace_id=uuid4().hex)
    yield {name: Counted(source) for name, source in sources.items()}
    await members.close()


async def hold(city: City, split: dict[str, Sequence[StoredEvent]]) -> None:
    async with AsyncExitStack() as stack:
        for name, events in split.items():
            database = Database(service_url(city.server_url, name))
            stack.push_async_callback(database.close)
            await load_events(database, events)


async def ask(members: dict[str, Counted], name: str, direction: Direction) -> Trail:
    source = FederatedSource(dict(members), deadline=20)
    return await trace(source, Question(thing(name), direction))


def ids(trail: Trail) -> set[str]:
    return {e.event.id for e in trail.events}


@pytest.mark.parametrize(("direction", "end"), [("up", f"T{STEPS}"), ("down", "T0")])
async def test_a_chain_that_changes_hands_at_every_step_takes_a_round_a_step(
    city: City, direction: str, end: str
) -> None:
    events = chain_of_steps()
    split = {
        name: [e for e in events if int(e.event.id.lstrip("makove")) % 3 == n]
        for n, name in enumerate(SUBSYSTEMS)
    }
    await hold(city, split)
    async with members_of(city) as members:
        trail = await ask(members, end, Direction(direction))
    assert ids(trail) == {e.event.id for e in events}
    assert trail.holes == ()
    # A round for each step, one to learn that there are no more, one for events and names.
    assert max(len(m.lookups) for m in members.values()) <= STEPS + 2


async def test_a_chain_in_one_department_takes_two_rounds_and_the_events(city: City) -> None:
    await hold(city, {"food": chain_of_steps()})
    async with members_of(city) as members:
        trail = await ask(members, f"T{STEPS}", Direction.UP)
    assert len(trail.events) == 2 * STEPS + 1
    # The others are asked about what the department told, and whether they void any of it.
    assert len(members["food"].lookups) == 2
    assert all(len(members[other].lookups) == 2 for other in ("meat", "imports"))


async def test_calls_do_not_grow_with_the_number_of_things(city: City) -> None:
    """Nine hundred inputs in three departments: as many calls as for nine."""
    calls = []
    for many in (9, 900):
        inputs = [f"I{many}-{n}" for n in range(many)]
        origins = [stored(moved(f"o{many}-{n}", 0, name)) for n, name in enumerate(inputs)]
        split = {name: origins[n::3] for n, name in enumerate(SUBSYSTEMS)}
        split["meat"] = [*split["meat"], stored(made(f"make{many}", 1, inputs, [f"OUT{many}"]))]
        await hold(city, split)
        async with members_of(city) as members:
            trail = await ask(members, f"OUT{many}", Direction.UP)
        assert len(trail.events) == many + 1
        calls.append(max(len(m.lookups) for m in members.values()))
    assert calls[1] <= calls[0] + 1


async def test_nobody_is_asked_the_same_question_twice(city: City) -> None:
    await hold(city, {n: chain_of_steps()[i::3] for i, n in enumerate(SUBSYSTEMS)})
    async with members_of(city) as members:
        await ask(members, f"T{STEPS}", Direction.UP)
    for member in members.values():
        keys = [k for one in member.lookups if not one.bodies for k in one.keys]
        assert len(keys) == len(set(keys))


async def test_a_member_that_reads_nothing_ahead_is_asked_in_the_usual_way() -> None:
    events = chain_of_steps()
    members = {n: Counted(MemorySource(events[i::3])) for i, n in enumerate("abc")}
    trail = await ask(members, f"T{STEPS}", Direction.UP)
    assert ids(trail) == {e.event.id for e in events}
