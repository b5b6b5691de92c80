"""What ``make run`` starts, started by a test: a process of its own, free ports, a new folder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# A first start makes the database's data folder; a busy machine takes its time for that.
READY_SECONDS = 120
STOP_SECONDS = 60

SUYUAN = Path(sys.executable).with_name("suyuan")


@dataclass
class RunningCity:
    home: Path
    url: str
    process: subprocess.Popen[str]
    said: str

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "SUYUAN_HOME": str(self.home), "SUYUAN_PORT": "0"}

    def suyuan(self, *arguments: str) -> str:
        done = subprocess.run(
            [SUYUAN, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=READY_SECONDS,
            check=True,
        )
        return done.stdout.strip()


# On a machine that runs other things too, a shopper's 0.8 s are over before anything went wrong.
PATIENCE = {"SUYUAN_CONSUMER_SECONDS": "5", "SUYUAN_OFFICIAL_SECONDS": "10"}


@contextmanager
def running_city(home: Path, part: str = "story") -> Iterator[RunningCity]:
    """A city that is ready; asked to stop, and waited for, on leaving.

    ``part`` of the demonstration is in it; the story is enough for most and loaded at once.
    """
    environment = {
        **os.environ,
        "SUYUAN_HOME": str(home),
        "SUYUAN_PORT": "0",
        "SUYUAN_DEMONSTRATION": part,
        **PATIENCE,
    }
    log = home.with_suffix(".log")
    with log.open("w") as output:
        process = subprocess.Popen(
            [SUYUAN, "run"], env=environment, stdout=output, stderr=subprocess.STDOUT, text=True
        )
    try:
        url = _wait_until_ready(process, log)
        yield RunningCity(home, url, process, log.read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)


def _wait_until_ready(process: subprocess.Popen[str], log: Path) -> str:
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends:
        ready = re.search(r"^ready (http://\S+)$", log.read_text(), re.MULTILINE)
        if ready:
            return ready[1]
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"the city did not become ready:\n{log.read_text()}")
