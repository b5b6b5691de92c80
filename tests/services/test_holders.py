"""The gateway follows every change feed: who probably holds a code, and never who does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from services.holder_index import rebuild
from services.place import Place
from services.terminal import Terminal
from suyuan.domain.caller import CONSUMER
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.web.auth import CHANGES_KEY_HEADER, CLAIMS_HEADER
from suyuan.web.claims import changes_key, read_key, sign
from suyuan.wire.changes import hash_code, write_key
from tests.city import SELLER, SUBSYSTEMS, City
from tests.services.reports import report
from tests.services.test_gateway import chain, post, stopped

KEY = bytes(range(32))


def thing(name: str) -> str:
    return f"urn:suyuan:{SELLER}:{name}"


def holders(city: City, name: str) -> list[str]:
    answer = city.client("city").get(f"/v1/holders/{thing(name)}")
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()["probably"]
    return found


def until(holds: Callable[[], bool], seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.1)


def changes(city: City, *, at: str = "meat", **headers: str) -> Any:
    signing = read_key(city.folder / "private.jwk", private=True)
    given = {
        CLAIMS_HEADER: sign(CONSUMER, audience=at, key=signing),
        CHANGES_KEY_HEADER: write_key(KEY),
        **headers,
    }
    return city.client(at=at).get("/v1/changes", headers=given)


def test_what_is_reported_is_soon_in_the_index(city: City) -> None:
    post(city, "seller", report("one", items=[{"code": "HELD-1"}]))
    until(lambda: holders(city, "HELD-1") == ["meat"])
    post(city, "buyer", report("two", items=[{"code": thing("HELD-1")}]))
    until(lambda: holders(city, "HELD-1") == ["food", "meat"])
    assert holders(city, "NEVER-HELD") == []


def test_a_parent_and_its_children_are_both_found(city: City) -> None:
    packed = report("pack", activity="pack", parent="CASE-1", children=[{"code": "IN-CASE-1"}])
    post(city, "seller", packed)
    until(lambda: holders(city, "CASE-1") == holders(city, "IN-CASE-1") == ["meat"])


def test_a_silent_department_that_is_known_to_hold_the_code_is_said_to(city: City) -> None:
    post(city, "seller", report("one", items=[{"code": "HELD-2"}]))
    post(city, "buyer", report("two", items=[{"code": thing("HELD-2")}]))
    until(lambda: holders(city, "HELD-2") == ["food", "meat"])
    with stopped(city, "meat"):
        told = {
            s["subsystem"]: s["probably_holds"] for s in chain(city, thing("HELD-2"))["sources"]
        }
        assert told == {"food": None, "meat": True, "imports": None}
    with stopped(city, "imports"):
        found = chain(city, thing("HELD-2"))
    # The index names nothing of theirs: that is no proof, and the hole stays.
    assert {s["subsystem"]: s["probably_holds"] for s in found["sources"]}["imports"] is None
    assert not found["complete"]


def test_the_index_is_never_proof_of_absence(city: City) -> None:
    """An index that knows nothing at all changes no chain."""
    post(city, "seller", report("one", items=[{"code": "HELD-3"}]))
    until(lambda: holders(city, "HELD-3") == ["meat"])
    forget(city)
    assert [e["id"] for e in chain(city, thing("HELD-3"))["events"]] == ["one"]


def forget(city: City) -> None:
    async def run() -> None:
        database = Database(service_url(city.server_url, "gateway"), roles=False)
        async with database.writing() as connection:
            await connection.execute(text("DELETE FROM holders"))
        await database.close()

    city.run(run())


def test_one_command_makes_the_index_anew(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    post(city, "seller", report("one", items=[{"code": "HELD-4"}]))
    until(lambda: holders(city, "HELD-4") == ["meat"])
    forget(city)
    assert holders(city, "HELD-4") == []
    rebuild(Place(city.server_url, SUBSYSTEMS), Terminal(), wait=True)
    assert holders(city, "HELD-4") == ["meat"]
    assert "meat" in capsys.readouterr().out


def test_the_feed_names_no_code_and_goes_on_from_its_cursor(city: City) -> None:
    post(city, "seller", report("one", items=[{"code": "HELD-5"}]))
    first = changes(city).json()
    assert first["anew"]
    assert "HELD-5" not in str(first)
    assert SELLER not in str(first["changes"])
    assert f"{hash_code(thing('HELD-5'), KEY) % 2**64:016x}" in first["changes"][-1]["codes"]
    post(city, "seller", report("two", items=[{"code": "HELD-6"}]))
    signing = read_key(city.folder / "private.jwk", private=True)
    headers = {
        CLAIMS_HEADER: sign(CONSUMER, audience="meat", key=signing),
        CHANGES_KEY_HEADER: write_key(KEY),
    }
    client = city.client(at="meat")
    second = client.get("/v1/changes", params={"after": first["next"]}, headers=headers).json()
    assert not second["anew"]
    assert len(second["changes"]) == 1
    other = {**headers, CHANGES_KEY_HEADER: write_key(changes_key(signing))}
    third = client.get("/v1/changes", params={"after": first["next"]}, headers=other).json()
    assert third["anew"]


@pytest.mark.parametrize("key", [None, "city", "inspector meat", "seller"])
def test_the_feed_is_for_the_gateway_only(city: City, key: str | None) -> None:
    at_home = city.client(key, at="meat").get("/v1/changes")
    through_gateway = city.client(key).get("/meat/v1/changes")
    assert (at_home.status_code, through_gateway.status_code) == (403, 404)


@pytest.mark.parametrize("text", ["", "short", "=" * 44])
def test_a_feed_without_a_key_is_refused(city: City, text: str) -> None:
    answer = changes(city, **{CHANGES_KEY_HEADER: text})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "changes_key_malformed"


@pytest.mark.parametrize("key", [None, "seller"])
def test_who_holds_what_is_for_the_authorities(city: City, key: str | None) -> None:
    answer = city.client(key).get(f"/v1/holders/{thing('X')}")
    assert answer.status_code == (401 if key is None else 403)


def test_a_department_that_comes_back_is_followed_on(city: City) -> None:
    with stopped(city, "food"):
        post(city, "seller", report("one", items=[{"code": "HELD-7"}]))
        until(lambda: holders(city, "HELD-7") == ["meat"])
    post(city, "buyer", report("two", items=[{"code": thing("HELD-7")}]))
    until(lambda: holders(city, "HELD-7") == ["food", "meat"], seconds=30)
