from __future__ import annotations

import asyncio

import pytest

from services.city import SUBSYSTEMS
from services.key_ring import IssuedKey, KeyRing
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import NotKnown, Refused, Unavailable
from suyuan.storage.engine import Database
from suyuan.storage.keys import find, new_key
from suyuan.storage.provision import provision, service_url

EVERYWHERE = ("gateway", *SUBSYSTEMS)
INSPECTOR = Caller(CallerRole.INSPECTOR, home="food")


@pytest.fixture
def ring(postgres_url: str) -> KeyRing:
    asyncio.run(provision(postgres_url, EVERYWHERE))
    return KeyRing(postgres_url, SUBSYSTEMS)


async def owners(postgres_url: str, key: str) -> list[Caller | None]:
    """Whose a key is at the gateway and at each subsystem."""
    found = []
    for service in EVERYWHERE:
        database = Database(service_url(postgres_url, service))
        async with database.reading() as connection:
            found.append(await find(connection, key))
        await database.close()
    return found


def test_a_key_is_known_everywhere_until_it_is_revoked(ring: KeyRing, postgres_url: str) -> None:
    key = asyncio.run(ring.issue(INSPECTOR, "a note"))
    assert asyncio.run(owners(postgres_url, key)) == [INSPECTOR] * len(EVERYWHERE)
    stored = asyncio.run(ring.revoke(key))
    assert asyncio.run(owners(postgres_url, key)) == [None] * len(EVERYWHERE)
    known = {each.id: each for each in asyncio.run(ring.known())}
    assert known[stored.id].label == "a note"
    assert known[stored.id].revoked_at is not None


def test_making_a_revoked_key_known_again_does_not_revive_it(
    ring: KeyRing, postgres_url: str
) -> None:
    issued = IssuedKey(new_key(), INSPECTOR)
    asyncio.run(ring.ensure([issued]))
    asyncio.run(ring.revoke(issued.key))
    asyncio.run(ring.ensure([issued]))
    assert asyncio.run(owners(postgres_url, issued.key)) == [None] * len(EVERYWHERE)


def test_a_key_that_is_known_in_some_places_only_is_revoked_there(
    ring: KeyRing, postgres_url: str
) -> None:
    key = new_key()
    asyncio.run(KeyRing(postgres_url, ()).ensure([IssuedKey(key, INSPECTOR)]))
    asyncio.run(ring.revoke(key))
    with pytest.raises(NotKnown):
        asyncio.run(ring.revoke(new_key()))


def test_a_key_that_makes_no_sense_is_refused(ring: KeyRing) -> None:
    with pytest.raises(Refused, match="key_party"):
        asyncio.run(ring.issue(Caller(CallerRole.ENTERPRISE), ""))


def test_a_server_that_does_not_answer_is_told() -> None:
    ring = KeyRing("postgresql://u@127.0.0.1:1", SUBSYSTEMS)
    with pytest.raises(Unavailable, match="database_unavailable"):
        asyncio.run(ring.known())
