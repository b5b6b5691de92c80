"""The embedded PostgreSQL: started, recovered, stopped, whatever happened before."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from suyuan.domain.errors import Unavailable
from suyuan.storage import server as module
from suyuan.storage.server import EmbeddedServer


class Told:
    """Remembers what a server told."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def __call__(self, code: str, /, **_params: object) -> None:
        self.codes.append(code)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "a home with spaces"


@pytest.fixture
def server(home: Path, told: Told) -> Iterator[EmbeddedServer]:
    made = EmbeddedServer(home, durable=False, tell=told)
    yield made
    made.stop()


def ask(url: str, *statements: str) -> str:
    """The first value of the last statement, as text."""

    async def run() -> object:
        connection = await asyncpg.connect(url, database="postgres", timeout=10)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return str(asyncio.run(run()))


def postmaster(home: Path) -> int:
    return int((home / "run" / "postgres.pid").read_text())


def test_it_is_made_once_and_keeps_data_and_address(
    server: EmbeddedServer, told: Told, home: Path
) -> None:
    server.start()
    first = server.url
    ask(first, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1")
    server.stop()
    assert not server.is_running()
    assert not (home / "run" / "postgres.pid").exists()
    server.start()
    assert server.url == first
    assert ask(server.url, "SELECT n FROM kept") == "7"
    assert told.codes == ["postgres_created", "postgres_starting", "postgres_starting"]


def test_it_lets_nobody_in_without_the_password(server: EmbeddedServer, home: Path) -> None:
    server.start()
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(server.url.replace(":" + server.url.split(":")[2].split("@")[0], ":wrong"), "SELECT 1")
    assert ask(server.url, "SHOW unix_socket_directories") == ""
    assert ask(server.url, "SHOW listen_addresses") == "127.0.0.1"
    assert (
        ask(server.url, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust'") == "0"
    )
    assert stat.S_IMODE((home / "postgres" / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "postgres" / "data").stat().st_mode) == 0o700


def test_it_compares_text_the_same_on_every_machine(server: EmbeddedServer) -> None:
    server.start()
    settings = "SELECT encoding || datcollate FROM pg_database WHERE datname = 'template1'"
    assert ask(server.url, settings) == "6C.UTF-8"
    assert ask(server.url, "SHOW data_checksums") == "on"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to drop")
def test_as_root_it_runs_without_rights_below_a_closed_folder(
    server: EmbeddedServer, home: Path
) -> None:
    home.mkdir(mode=0o700)
    server.start()
    owner = (home / "postgres" / "data").stat().st_uid
    assert owner != 0
    assert Path(f"/proc/{postmaster(home)}").stat().st_uid == owner
    assert stat.S_IMODE(home.stat().st_mode) == 0o700  # and nothing was opened for it
    assert ask(server.url, "SELECT 1") == "1"


def test_after_kill_9_the_next_start_recovers(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    ask(server.url, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1")
    os.kill(postmaster(home), signal.SIGKILL)
    deadline = time.monotonic() + 10
    while not server.has_ended() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.has_ended()
    assert (home / "postgres" / "data" / "postmaster.pid").exists()
    server.start()
    assert ask(server.url, "SELECT n FROM kept") == "7"
    assert not server.has_ended()
    server.stop()


def test_one_that_an_earlier_run_left_is_ended_first(
    server: EmbeddedServer, home: Path, told: Told
) -> None:
    server.start()
    left = postmaster(home)
    again = EmbeddedServer(home, durable=False, tell=told)
    again.start()
    assert postmaster(home) != left
    assert "postgres_left_over" in told.codes
    assert ask(again.url, "SELECT 1") == "1"
    again.stop()
    assert server.has_ended()


def test_a_stale_lock_file_that_names_a_living_process_does_not_stop_it(
    server: EmbeddedServer, home: Path
) -> None:
    server.start()
    server.stop()
    # What a power cut leaves once the number is another's: of the account that PostgreSQL believes.
    (home / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n/\n1\n1\n\n\n")
    server.start()
    assert ask(server.url, "SELECT 1") == "1"


def test_a_postgres_that_was_started_by_hand_is_left_alone(
    server: EmbeddedServer, home: Path
) -> None:
    server.start()
    url, pid = server.url, postmaster(home)
    (home / "run" / "postgres.pid").unlink()  # as if it had never been ours
    with pytest.raises(Unavailable) as refused:
        EmbeddedServer(home, durable=False).start()
    assert (refused.value.code, refused.value.params["pid"]) == ("postgres_data_in_use", pid)
    assert ask(url, "SELECT 1") == "1"


def test_a_port_that_was_taken_is_exchanged(server: EmbeddedServer) -> None:
    server.start()
    port = server._daemon.state["port"]
    server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        server.start()
        assert server._daemon.state["port"] != port
        assert ask(server.url, "SELECT 1") == "1"


def test_a_folder_that_was_left_half_made_is_made_anew(server: EmbeddedServer, home: Path) -> None:
    half = home / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server.start()
    assert ask(server.url, "SELECT 1") == "1"
    assert not half.exists()


def test_data_of_another_version_is_refused(server: EmbeddedServer, home: Path) -> None:
    server.start()
    server.stop()
    (home / "postgres" / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(Unavailable) as refused:
        server.start()
    assert refused.value.code == "postgres_other_version"
    assert refused.value.params == {"data": 17, "programs": 18}


def test_a_server_that_cannot_start_says_why(server: EmbeddedServer, home: Path) -> None:
    server.start()
    server.stop()
    with (home / "postgres" / "data" / "postgresql.conf").open("a") as settings:
        settings.write("shared_buffers = many\n")
    with pytest.raises(Unavailable) as refused:
        server.start()
    assert refused.value.code == "postgres_not_started"
    assert "FATAL" in refused.value.params["reason"]
    assert not server.is_running()


def test_without_its_password_file_it_says_so(server: EmbeddedServer, home: Path) -> None:
    server.start()
    (home / "postgres" / "password").unlink()
    with pytest.raises(Unavailable) as refused:
        _ = server.url
    assert refused.value.code == "postgres_no_password"


def test_a_server_that_does_not_run_has_no_address(server: EmbeddedServer) -> None:
    with pytest.raises(Unavailable) as refused:
        _ = server.url
    assert refused.value.code == "postgres_not_running"


def test_waiting_can_be_given_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class GivenUp(BaseException):
        pass

    def give_up(_seconds: float) -> None:
        raise GivenUp

    monkeypatch.setattr(module, "_is_ready", lambda *_: False)
    server = EmbeddedServer(home, durable=False, pause=give_up)
    with pytest.raises(GivenUp):
        server.start()
    assert server.is_running()
    server.stop(by_force=True)
    assert not server.is_running()


def test_stopping_by_force_loses_nothing(home: Path) -> None:
    server = EmbeddedServer(home)  # durable, as a city's is
    server.start()
    ask(server.url, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1")
    server.stop(by_force=True)
    with EmbeddedServer(home) as again:
        assert ask(again.url, "SELECT n FROM kept") == "7"
        assert ask(again.url, "SHOW fsync") == "on"
        assert ask(again.url, "SHOW max_wal_size") == "4GB"
