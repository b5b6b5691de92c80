"""One running city for the tests of this folder, with the whole demonstration in it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.city import SUBSYSTEMS
from services.home import Home
from tests.e2e.running import READY_SECONDS, SUYUAN, RunningCity, running_city


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCity]:
    """Killed while it was loaded for the first time, and started again: whatever these tests
    find there was gone on with.
    """
    home = tmp_path_factory.mktemp("home") / "suyuan"
    kill_while_loading(home)
    with running_city(home, "city") as city:
        yield city


def kill_while_loading(home: Path) -> None:
    """Start a city, and kill every process of it in the middle of its first loading."""
    log = home.with_suffix(".first.log")
    environment = {**os.environ, "SUYUAN_HOME": str(home), "SUYUAN_PORT": "0"}
    with log.open("w") as output:
        process = subprocess.Popen([SUYUAN, "run"], env=environment, stdout=output)
    until = time.monotonic() + READY_SECONDS
    while "events" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.02)
    assert "ready" not in log.read_text()
    parts = [Home(home).daemon(name).pid_file.living() for name in ("gateway", *SUBSYSTEMS)]
    for pid in (process.pid, *parts, Home(home).daemon("postgres").pid_file.living()):
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
    process.wait(READY_SECONDS)
