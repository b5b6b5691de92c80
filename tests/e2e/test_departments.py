"""What a chain says while a department dies, hangs and returns: real processes, real signals."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from bench.departments import Departments, departments
from suyuan.domain.accesses import Access, AccessFilter
from suyuan.storage import accesses
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url

NAMES = ("food", "drugs", "liquor")
PARTY = "91350200MA0000000R"
# A walk of several rounds then takes long enough to be met in its middle.
AWAY_SECONDS = 0.1


@pytest.fixture(scope="module")
def city(postgres_url: str) -> Iterator[Departments]:
    with departments(
        postgres_url,
        NAMES,
        seconds=AWAY_SECONDS,
        SUYUAN_CONSUMER_SECONDS="4",
        SUYUAN_OFFICIAL_SECONDS="10",
    ) as made:
        yield made


def code(name: str) -> str:
    return f"urn:suyuan:{PARTY}:{name}"


def thing(name: str) -> list[dict[str, Any]]:
    return [{"code": code(name)}]


def event(event_id: str, day: int, activity: str, **more: Any) -> dict[str, Any]:
    return {
        "id": event_id,
        "party": PARTY,
        "kind": "logistics" if activity == "ship" else "production",
        "activity": activity,
        "time": f"2026-03-{day:02}T08:00:00+08:00",
        **more,
    }


def ask(city: Departments, name: str, direction: str = "up") -> dict[str, Any]:
    return city.ask(code(name), key=city.key, direction=direction)


def ids(chain: dict[str, Any]) -> list[str]:
    return [e["id"].rpartition("-")[2] for e in chain["events"]]


def status(chain: dict[str, Any]) -> dict[str, str]:
    return {s["subsystem"]: s["status"] for s in chain["sources"]}


def effects(chain: dict[str, Any], subsystem: str) -> set[str]:
    return {h["effect"] for h in chain["holes"] if h["subsystem"] == subsystem}


def certainty(chain: dict[str, Any]) -> dict[str, str]:
    return {e["id"].rpartition("-")[2]: e["certainty"] for e in chain["events"]}


def hand_over(city: Departments, name: str, steps: int = 9) -> list[str]:
    """A chain that changes hands at every step: whatever is told, the next step is elsewhere."""
    for place, subsystem in enumerate(NAMES):
        city.post(
            subsystem,
            [
                event(
                    f"{name}-{n}",
                    n,
                    "process",
                    inputs=thing(f"{name}{n - 1}"),
                    outputs=thing(f"{name}{n}"),
                )
                for n in range(1, steps + 1)
                if n % 3 == place
            ],
        )
    return [str(n) for n in range(1, steps + 1)]


def meanwhile(work: Callable[[], None], after: float) -> threading.Timer:
    timer = threading.Timer(after, work)
    timer.start()
    return timer


def test_killed_in_the_middle_of_a_walk_and_whole_after_its_return(city: Departments) -> None:
    whole = hand_over(city, "K")
    assert ids(ask(city, "K9")) == whole
    killing = meanwhile(lambda: city.subsystems["liquor"].signal(signal.SIGKILL), 3 * AWAY_SECONDS)
    found = ask(city, "K9")
    killing.join()
    assert status(found) == {"food": "answered", "drugs": "answered", "liquor": "down"}
    assert not found["complete"]
    # What was told before it died stays; what it would have told next is missing, and said to be.
    assert 0 < len(ids(found)) < len(whole)
    assert set(ids(found)) < set(whole)
    assert "missing" in effects(found, "liquor")
    assert {h["reason"] for h in found["holes"]} == {"unavailable"}
    city.subsystems["liquor"].start_again()
    healed = ask(city, "K9")
    assert ids(healed) == whole
    assert healed["complete"]


def test_stopped_in_the_middle_of_a_walk_and_whole_when_it_goes_on(city: Departments) -> None:
    whole = hand_over(city, "S")
    stopping = meanwhile(lambda: city.subsystems["drugs"].signal(signal.SIGSTOP), 3 * AWAY_SECONDS)
    began = time.monotonic()
    try:
        found = ask(city, "S9")
        assert time.monotonic() - began < 10.5
        stopping.join()
        assert status(found)["drugs"] == "timed_out"
        assert {(h["subsystem"], h["reason"]) for h in found["holes"]} == {("drugs", "timeout")}
        assert set(ids(found)) < set(whole)
        # After some more failures it costs the others no more than a moment.
        for _ in range(3):
            ask(city, "S9")
        began = time.monotonic()
        assert not ask(city, "S9")["complete"]
        assert time.monotonic() - began < 4
    finally:
        city.subsystems["drugs"].signal(signal.SIGCONT)
    time.sleep(0.5)  # it answers first what was asked while it stood still
    healed = ask(city, "S9")
    assert ids(healed) == whole
    assert healed["complete"]


def test_a_consumer_is_answered_by_the_deadline(city: Departments) -> None:
    hand_over(city, "C")
    city.subsystems["food"].signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        found = city.ask(code("C9"))
        assert time.monotonic() - began < 4.5
        assert not found["complete"]
    finally:
        city.subsystems["food"].signal(signal.SIGCONT)
    time.sleep(0.5)


@pytest.fixture
def dead_liquor(city: Departments) -> Iterator[Callable[[], None]]:
    """Kills the department that holds the piece; it is back for the next test."""
    liquor = city.subsystems["liquor"]
    yield lambda: liquor.signal(signal.SIGKILL)
    liquor.start_again()


def test_an_unpack_that_the_dead_member_holds_adds_events_and_says_so(
    city: Departments, dead_liquor: Callable[[], None]
) -> None:
    box = [{"code": code("U-BOX")}]
    city.post(
        "food",
        [
            event("U-pack", 1, "pack", parent=code("U-BOX"), children=thing("U")),
            event("U-trip", 2, "ship", items=box),
            event("U-later", 5, "ship", items=box),
        ],
    )
    city.post("liquor", [event("U-unpack", 3, "unpack", parent=code("U-BOX"), children=[])])
    whole = ask(city, "U", "own")
    assert (ids(whole), whole["complete"]) == (["pack", "trip", "unpack"], True)
    dead_liquor()
    found = ask(city, "U", "own")
    assert ids(found) == ["pack", "trip", "later"]
    assert certainty(found)["later"] == "uncertain_end"
    assert "uncertain_end" in effects(found, "liquor")
    assert not found["complete"]


def test_an_error_declaration_that_the_dead_member_holds_resurrects_and_says_so(
    city: Departments, dead_liquor: Callable[[], None]
) -> None:
    wrong = event("E-wrong", 1, "ship", items=thing("E"))
    city.post("food", [wrong, event("E-right", 2, "ship", items=thing("E"))])
    declared = {"declared_at": "2026-03-03T08:00:00+08:00", "reason": "did_not_occur"}
    city.post("liquor", [{**wrong, "correction": declared}])
    whole = ask(city, "E", "own")
    assert (ids(whole), whole["complete"]) == (["right"], True)
    dead_liquor()
    found = ask(city, "E", "own")
    assert ids(found) == ["wrong", "right"]
    assert certainty(found)["wrong"] == "may_be_superseded"
    assert "may_be_superseded" in effects(found, "liquor")
    assert not found["complete"]


def test_who_looked_is_known_though_a_member_is_killed_with_its_answer(
    city: Departments, postgres_url: str, dead_liquor: Callable[[], None]
) -> None:
    hand_over(city, "seen", steps=3)
    url = f"{city.url}/v1/chains/{code('seen-3')}?direction=up"
    answer = city.client.get(url, headers={"Authorization": f"Bearer {city.key}"})
    dead_liquor()
    assert answer.json()["complete"]
    request = UUID(answer.headers["X-Request-Id"])
    rows = asyncio.run(accesses_of(service_url(postgres_url, "liquor"), request))
    assert {(row.owner, row.route) for row in rows} == {("city", "/v1/lookups")}


async def accesses_of(database_url: str, request: UUID) -> list[Access]:
    database = Database(database_url)
    try:
        async with database.reading() as connection:
            wanted = AccessFilter(request=request)
            return await accesses.find(connection, wanted, after=None, most=10)
    finally:
        await database.close()
