"""A city is backed up, destroyed and restored; and an old database is brought up to date."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from services import backups, edge_table
from services.place import Place
from services.terminal import Terminal
from suyuan.domain.errors import Refused
from suyuan.storage.provision import is_empty, migrate, migrate_back, provision, service_url
from suyuan.storage.server import EmbeddedServer
from tests.city import SELLER, SUBSYSTEMS, City, running_city
from tests.services.test_gateway import SAUSAGE, across_three_departments, chain

SERVICES = ("gateway", *SUBSYSTEMS)


@pytest.fixture
def server_url() -> Iterator[str]:
    """A server of a test's own, which it may spoil."""
    with TemporaryDirectory() as home, EmbeddedServer(Path(home), durable=False) as server:
        yield server.url


def known(city: City) -> dict[str, Any]:
    """The chain without what the moment of asking puts into it."""
    found = chain(city, SAUSAGE, direction="up")
    for source in found["sources"]:
        del source["ms"]
    return {name: value for name, value in found.items() if name != "generated_at"}


def until_followed(city: City) -> None:
    ends = time.monotonic() + 60  # the follower in the backup is thought alive for half of that
    while not city.client("city").get(f"/v1/holders/{SAUSAGE}").json()["probably"]:
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_what_was_backed_up_is_all_there_on_another_server(server_url: str, tmp_path: Path) -> None:
    file = tmp_path / "city.backup"
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    with running_city(server_url, tmp_path / "before") as city:
        across_three_departments(city)
        before, keys = known(city), city.keys
        backups.write_from(server_url, SERVICES, file)
        city.hang_up()
    assert file.stat().st_mode & 0o077 == 0
    with TemporaryDirectory() as home, EmbeddedServer(Path(home), durable=False) as other:
        assert backups.read_into(other.url, file) == list(SERVICES)
        assert edge_table.prove(Place(other.url, SUBSYSTEMS), Terminal())
        with running_city(other.url, tmp_path / "after") as city:
            city.keys = keys  # those of before
            assert known(city) == before
            until_followed(city)  # the feeds of a restored server are read to their end
            city.hang_up()


def test_a_database_that_holds_something_is_left_alone(server_url: str, tmp_path: Path) -> None:
    file = tmp_path / "city.backup"
    with running_city(server_url, tmp_path) as city:
        across_three_departments(city)
        backups.write_from(server_url, SERVICES, file)
        city.hang_up()
    with pytest.raises(Refused, match="database_holds_data"):
        backups.read_into(server_url, file)
    assert not asyncio.run(is_empty(service_url(server_url, "food")))


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\0" * 2000])
def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "no.backup"
    file.write_bytes(content)
    with pytest.raises(Refused, match="backup_malformed"):
        backups.read_into("postgresql://nobody@127.0.0.1:1", file)


def test_a_damaged_backup_changes_nothing(server_url: str, tmp_path: Path) -> None:
    file = tmp_path / "city.backup"
    asyncio.run(provision(server_url, SERVICES))
    backups.write_from(server_url, SERVICES, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused, match="backup_malformed"):
        backups.read_into(server_url, file)


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "city.backup"
    file.write_text("precious")
    with pytest.raises(Refused, match="backup_exists"):
        backups.write({}, file, Terminal())
    assert file.read_text() == "precious"


def test_a_database_of_an_old_revision_is_brought_up_to_date(
    server_url: str, tmp_path: Path
) -> None:
    """Revision 0005 had neither places and quantities on edges nor an order of changes."""
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    with running_city(server_url, tmp_path / "before") as city:
        across_three_departments(city)
        before = known(city)
        city.hang_up()
    urls = [service_url(server_url, name) for name in SERVICES]
    for url in urls:
        asyncio.run(migrate_back(url, "0005"))
        asyncio.run(migrate(url))
    assert not edge_table.prove(Place(server_url, SUBSYSTEMS), Terminal())
    assert edge_table.rebuild(Place(server_url, SUBSYSTEMS), Terminal())
    with running_city(server_url, tmp_path / "after") as city:
        assert known(city) == before
        assert SELLER in str(before)
        until_followed(city)
        city.hang_up()
