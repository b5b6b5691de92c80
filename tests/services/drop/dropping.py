"""``suyuan drop`` over a folder of a test: once, or as a process that stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from typer.testing import CliRunner, Result

from services.cli import app
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from tests.city import City

# A small machine with other tests on it.
WAIT_SECONDS = 60
ENGLISH = {"LC_ALL": "en_US.UTF-8"}


def drop_once(city: City, folder: Path, *, at: str = "gateway", to: str = "/meat") -> Result:
    """Take in what is there; the files were not touched for a tenth of a second."""
    given = [str(folder), "--to", city.served[at].url + to, "--once", "--settle", "0.1"]
    environment = {"SUYUAN_KEY": city.keys["seller"], **ENGLISH}
    return CliRunner().invoke(app, ["drop", *given], env=environment)


def drop_once_apart(city: City, folder: Path, under: list[str]) -> subprocess.CompletedProcess[str]:
    """The same as a process of its own, under a program that takes something away from it."""
    command = [sys.executable, "-m", "services.cli", "drop", str(folder), "--to"]
    return subprocess.run(
        [*under, *command, f"{city.url}/meat", "--once", "--settle", "0.1"],
        env={**os.environ, "SUYUAN_KEY": city.keys["seller"], **ENGLISH},
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
    )


def names(folder: Path, below: str) -> list[str]:
    return sorted(path.name for path in (folder / below).iterdir())


def is_known(city: City, event_id: str) -> bool:
    return city.client("seller", at="meat").get(f"/v1/events/{event_id}").status_code == 200


def wait_until_known(city: City, event_id: str, watcher: Watcher) -> None:
    """Wait for one event, as closely as can be: whoever is in the middle shall stay there."""
    client = city.client("seller", at="meat")
    wait_for(lambda: client.get(f"/v1/events/{event_id}").status_code == 200, watcher.said())


def stored(city: City, prefix: str) -> int:
    """How many events there are whose ids begin so."""

    async def count() -> int:
        database = Database(service_url(city.server_url, "meat"), roles=False)
        async with database.reading() as connection:
            found = await connection.scalar(
                text("SELECT count(*) FROM events WHERE starts_with(id, :prefix)"),
                {"prefix": prefix},
            )
        await database.close()
        return found or 0

    return city.run(count())


def wait_for(condition: Callable[[], object], what: object = "") -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.005)


@dataclass
class Watcher:
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        return self.log.read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(WAIT_SECONDS)


@contextmanager
def watching(folder: Path, url: str, key: str, *, settle: float = 0.2) -> Iterator[Watcher]:
    """``suyuan drop`` as a process of its own, ended on leaving."""
    log = folder.with_suffix(".log")
    command = [sys.executable, "-m", "services.cli", "drop", str(folder), "--to", url]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--settle", str(settle)],
            env={**os.environ, "SUYUAN_KEY": key, **ENGLISH},
            stdout=output,
            stderr=output,
        )
    watcher = Watcher(process, log)
    try:
        yield watcher
    finally:
        process.kill()
        process.wait(WAIT_SECONDS)
