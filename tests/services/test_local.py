"""A city is started, hurt, stopped and started again: nothing is lost, nothing is left running."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from services import demonstration
from services.city import SUBSYSTEMS
from services.home import Home
from suyuan.storage.pidfile import PidFile
from tests.e2e.running import SUYUAN, RunningCity, running_city

SECONDS = 60
PROCESSES = ("gateway", "inputs-drop", *SUBSYSTEMS, "postgres")
CROSSING = f"/v1/chains/{demonstration.pages()[0].code}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for the whole story."""
    return tmp_path_factory.mktemp("local") / "city"


def pids(city: RunningCity) -> dict[str, int]:
    return living(city.home)


def living(home: Path) -> dict[str, int]:
    """The processes of the city in a home, by name."""
    found = {name: Home(home).daemon(name).pid_file.living() for name in PROCESSES}
    return {name: pid for name, pid in found.items() if pid is not None}


def log_of(city: RunningCity) -> str:
    return city.home.with_suffix(".log").read_text()


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not asked after does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def comes(what: Callable[[], bool]) -> bool:
    """Whether it comes true while we wait."""
    until = time.monotonic() + SECONDS
    while not what() and time.monotonic() < until:
        time.sleep(0.1)
    return what()


def is_whole(city: RunningCity) -> bool:
    """Whether the chain over three departments is there, and complete."""
    answer = httpx.get(city.url + CROSSING, timeout=SECONDS)
    chain = answer.json()
    return answer.status_code == 200 and chain["complete"] and len(chain["events"]) == 14


def is_stopped(home: Path, named: dict[str, int]) -> bool:
    files = [PidFile(path) for path in (home / "run").glob("*.pid")]
    return not any(map(lives, named.values())) and all(file.living() is None for file in files)


def kill(*named: int) -> None:
    for pid in named:
        os.kill(pid, signal.SIGKILL)


def ended_politely(city: RunningCity, named: dict[str, int]) -> None:
    """The gateway stops first, then the subsystems, whoever started them, PostgreSQL last."""
    city.suyuan("stop", "food")
    city.suyuan("start", "food")
    started_by_another = pids(city)["food"]
    assert started_by_another != named["food"]
    city.process.send_signal(signal.SIGTERM)
    assert city.process.wait(SECONDS) == 0
    assert is_stopped(city.home, named | {"food": started_by_another})
    stops = [line for line in log_of(city).splitlines() if line.startswith("Stopping")]
    assert [line.split()[1] for line in stops] == ["gateway,", "food,", "PostgreSQL"]


def ended_by_killing_the_run(city: RunningCity, named: dict[str, int]) -> None:
    """The parts live on: the next run ends them."""
    kill(city.process.pid)
    city.process.wait()
    assert all(map(lives, named.values()))


def ended_by_killing_everything(city: RunningCity, named: dict[str, int]) -> None:
    """As a power cut: pid files are left, and are stale."""
    kill(city.process.pid, *named.values())
    city.process.wait()
    assert comes(lambda: is_stopped(city.home, named))
    assert (city.home / "run" / "food.pid").exists()


def ended_by_a_second_signal(city: RunningCity, named: dict[str, int]) -> None:
    """The second signal does not wait for what does not hear the first."""
    os.kill(named["imports"], signal.SIGSTOP)
    city.process.send_signal(signal.SIGINT)
    assert comes(lambda: "Stopping food" in log_of(city))
    city.process.send_signal(signal.SIGINT)
    assert city.process.wait(SECONDS) == 130
    assert comes(lambda: is_stopped(city.home, named))


def ended_by_command_after_its_run_was_killed(city: RunningCity, named: dict[str, int]) -> None:
    """``suyuan stop`` ends what a killed run has left."""
    ended_by_killing_the_run(city, named)
    city.suyuan("stop")
    assert is_stopped(city.home, named)


@pytest.mark.parametrize(
    "end",
    [
        ended_by_killing_the_run,
        ended_by_killing_everything,
        ended_by_a_second_signal,
        ended_by_command_after_its_run_was_killed,
    ],
)
def test_however_a_city_ended_the_next_one_is_whole(
    folder: Path, end: Callable[[RunningCity, dict[str, int]], None]
) -> None:
    before = living(folder)
    with running_city(folder) as city:
        assert is_whole(city)
        assert city.said.splitlines()[-1] == f"ready {city.url}"
        assert not any(map(lives, before.values()))
        assert ("left over" in city.said) is bool(before)
        named = pids(city)
        assert set(named) == set(PROCESSES)
        end(city, named)


def test_a_running_city_survives_its_parts_and_a_second_run(folder: Path, tmp_path: Path) -> None:
    with running_city(folder) as city:
        second = refused(folder, SUYUAN_PORT="0")
        known = f"The city in {folder} is running already (process {city.process.pid});"
        assert second == f"{known} suyuan stop ends it."
        port = city.url.rpartition(":")[2]
        taken = refused(tmp_path / "other", SUYUAN_PORT=port)
        assert taken.startswith(f"Port {port} on 127.0.0.1 is in use by another program;")
        kill(pids(city)["postgres"])
        assert comes(lambda: "postgres" in pids(city) and is_whole(city))
        kill(pids(city)["meat"])
        assert comes(lambda: "meat ended unexpectedly (-9)" in log_of(city))
        assert not httpx.get(city.url + CROSSING, timeout=SECONDS).json()["complete"]
        states = subprocess.run(
            [SUYUAN, "status"], env=city.environment, capture_output=True, text=True, check=False
        )
        assert states.returncode == 1
        assert any(line.split()[:2] == ["meat", "stopped"] for line in states.stdout.splitlines())
        city.suyuan("start", "meat")
        city.suyuan("status")
        assert comes(lambda: is_whole(city))
        ended_politely(city, pids(city))


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"SUYUAN_HOST": "203.0.113.1"}, "Nothing can listen on 203.0.113.1"),
        ({"SUYUAN_DATABASE_URL": "postgresql://u@127.0.0.1:1"}, "(Connection refused)"),
        ({"SUYUAN_HOME": "/proc/suyuan"}, "The folder /proc/suyuan cannot be written to"),
        ({"SUYUAN_PORT": "eighty"}, 'SUYUAN_PORT is "eighty"'),
    ],
)
def test_what_cannot_be_is_one_sentence(tmp_path: Path, setting: dict[str, str], told: str) -> None:
    assert told in refused(tmp_path / "home", **{"SUYUAN_PORT": "0", **setting})
    assert not list((tmp_path / "home").glob("run/*.pid"))


def refused(home: Path, **environment: str) -> str:
    """What a run that cannot start says on standard error: one line."""
    done = subprocess.run(
        [SUYUAN, "run"],
        env={**os.environ, "LC_ALL": "C.UTF-8", "SUYUAN_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode in (1, 2)
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize("step", ["Creating", "Bringing", "Loading"])
def test_a_city_that_is_stopped_while_it_starts_leaves_nothing(tmp_path: Path, step: str) -> None:
    log = tmp_path / "log"
    environment = {**os.environ, "SUYUAN_HOME": str(tmp_path / "home"), "SUYUAN_PORT": "0"}
    with log.open("w") as output:
        process = subprocess.Popen([SUYUAN, "run"], env=environment, stdout=output)
    assert comes(lambda: step in log.read_text())
    process.send_signal(signal.SIGTERM)
    assert process.wait(SECONDS) == 0
    assert is_stopped(tmp_path / "home", {})
    assert "ready" not in log.read_text()


def test_a_server_of_ones_own_is_used_and_left_alone(postgres_url: str, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUYUAN_DATABASE_URL", postgres_url)
        with running_city(tmp_path / "home") as city:
            # Other tests have been there: what is not empty gets no demonstration.
            assert httpx.get(f"{city.url}/readyz").status_code == 200
            assert "postgres" not in pids(city)
    assert not (tmp_path / "home" / "postgres").exists()
    with socket.create_connection(("127.0.0.1", int(postgres_url.rpartition(":")[2])), SECONDS):
        pass
