"""A city is backed up, destroyed and restored; and an old database is brought up to date."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import text

from services import backups, edge_table
from services.place import Place
from services.terminal import Terminal
from suyuan.domain.errors import Refused
from suyuan.storage.engine import Database
from suyuan.storage.holders import STALE_SECONDS
from suyuan.storage.provision import is_empty, migrate, migrate_back, service_url
from suyuan.storage.server import EmbeddedServer
from tests.city import SELLER, SUBSYSTEMS, City, running_city
from tests.services.test_gateway import SAUSAGE, across_three_departments, chain

SERVICES = ("gateway", *SUBSYSTEMS)


@dataclass(frozen=True)
class BackedUp:
    """A server that holds a city's chain, its backup, and what was known and by which keys."""

    server_url: str
    file: Path
    chain: dict[str, Any]
    keys: dict[str, str]


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackedUp]:
    """A server of this module's own, which its last test spoils."""
    folder = tmp_path_factory.mktemp("backed_up")
    with TemporaryDirectory() as home, EmbeddedServer(Path(home), durable=False) as server:
        with running_city(server.url, folder) as city:
            across_three_departments(city)
            told, keys = known(city), city.keys
            backups.write_from(server.url, SERVICES, folder / "city.backup")
            city.hang_up()
        yield BackedUp(server.url, folder / "city.backup", told, keys)


def known(city: City) -> dict[str, Any]:
    """The chain without what the moment of asking puts into it.

    A busy machine may take longer for a new city's first chain than an inspector waits.
    """
    found = chain(city, SAUSAGE, direction="up")
    ends = time.monotonic() + 60
    while not found["complete"] and time.monotonic() < ends:
        found = chain(city, SAUSAGE, direction="up")
    for source in found["sources"]:
        del source["ms"]
    return {name: value for name, value in found.items() if name != "generated_at"}


async def half_a_minute_later(server_url: str) -> None:
    """The follower that was at work when the backup was made is known to be gone."""
    database = Database(service_url(server_url, "gateway"), roles=False)
    async with database.writing() as connection:
        past = f"followed_at = followed_at - interval '{STALE_SECONDS} seconds'"
        await connection.execute(text(f"UPDATE feeds SET {past}"))
    await database.close()


def until_followed(city: City) -> None:
    ends = time.monotonic() + 30
    while not city.client("city").get(f"/v1/holders/{SAUSAGE}").json()["probably"]:
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_what_was_backed_up_is_all_there_on_another_server(
    backed_up: BackedUp, tmp_path: Path
) -> None:
    assert backed_up.file.stat().st_mode & 0o077 == 0
    with TemporaryDirectory() as home, EmbeddedServer(Path(home), durable=False) as other:
        assert backups.read_into(other.url, backed_up.file) == list(SERVICES)
        assert edge_table.prove(Place(other.url, SUBSYSTEMS), Terminal())
        asyncio.run(half_a_minute_later(other.url))
        with running_city(other.url, tmp_path) as city:
            city.keys = backed_up.keys
            assert known(city) == backed_up.chain
            until_followed(city)  # the feeds of a restored server are read to their end
            city.hang_up()


def test_a_database_that_holds_something_is_left_alone(backed_up: BackedUp) -> None:
    with pytest.raises(Refused, match="database_holds_data"):
        backups.read_into(backed_up.server_url, backed_up.file)
    assert not asyncio.run(is_empty(service_url(backed_up.server_url, "food")))


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\0" * 2000])
def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "no.backup"
    file.write_bytes(content)
    with pytest.raises(Refused, match="backup_malformed"):
        backups.read_into("postgresql://nobody@127.0.0.1:1", file)


def test_a_damaged_backup_changes_nothing(backed_up: BackedUp, tmp_path: Path) -> None:
    whole = backed_up.file.read_bytes()
    file = tmp_path / "half.backup"
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused, match="backup_malformed"):
        backups.read_into(backed_up.server_url, file)


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "city.backup"
    file.write_text("precious")
    with pytest.raises(Refused, match="backup_exists"):
        backups.write({}, file, Terminal())
    assert file.read_text() == "precious"


def test_a_database_of_an_old_revision_is_brought_up_to_date(
    backed_up: BackedUp, tmp_path: Path
) -> None:
    """Revision 0005 had neither places and quantities on edges nor an order of changes.

    Nor did it keep what a sector's profile said of an event.
    """
    told = [f for f in backed_up.chain["findings"] if f["type"] != "profile_breach"]
    before = {**backed_up.chain, "findings": told}
    url = backed_up.server_url
    for database in (service_url(url, name) for name in SERVICES):
        asyncio.run(migrate_back(database, "0005"))
        asyncio.run(migrate(database))
    assert not edge_table.prove(Place(url, SUBSYSTEMS), Terminal())
    assert edge_table.rebuild(Place(url, SUBSYSTEMS), Terminal())
    with running_city(url, tmp_path) as city:
        assert known(city) == before
        assert SELLER in str(before)
        until_followed(city)
        city.hang_up()
