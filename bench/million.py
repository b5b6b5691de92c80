"""A file of a million rows of which 37 are wrong: sent, killed in the middle, gone on with, resent.

``python -m bench.million [--quick] [--rows N]`` starts a PostgreSQL and an ingest process of its
own, checks what the platform promises of such a file, and prints one JSON line as every bench does.
The exit status is 1 if a promise is not kept.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from suyuan.domain.caller import CallerRole
from suyuan.domain.codes import Use, recognise
from suyuan.storage import keys
from suyuan.storage.engine import Database
from suyuan.storage.provision import provision, service_url
from suyuan.storage.server import EmbeddedServer

SUBSYSTEM = "million"
OWNER = "91350200MA0000000R"
WRONG = 37
HEADER = ["编号", "类别", "环节", "时间", "地点", "编码", "批号", "数量", "单位", "品名"]
# Each way in which a wrong row is wrong.
MISTAKES = [("数量", "-1"), ("编码", "6901234567893"), ("时间", "2026-03-01"), ("类别", "魔法")]
READY_SECONDS = 60


def wrong_rows(rows: int) -> list[int]:
    """Which rows are wrong, counted from 0; the same ones each time."""
    return sorted(random.Random(WRONG).sample(range(rows), WRONG))


def write_file(path: Path, rows: int) -> None:
    """A file that is the same each time."""
    wrong = {row: MISTAKES[n % len(MISTAKES)] for n, row in enumerate(wrong_rows(rows))}
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row in range(rows):
            moment = f"2026-{row // 86400 % 3 + 1:02}-01 {row // 3600 % 24:02}:{row // 60 % 60:02}"
            cells = [f"m{row}", "生产", "采收", moment, "350203001", "6901234567892"]
            cells += [f"L{row // 50}", str(row % 1000 + 1), "千克", "青菜"]
            if row in wrong:
                header, mistake = wrong[row]
                cells[HEADER.index(header)] = mistake
            writer.writerow(cells)


class Ingest:
    """The ingest service, which can be killed and started again."""

    def __init__(self, database_url: str, log: Path) -> None:
        self._database_url = database_url
        self._log = log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "services.cli", "serve", "ingest"]
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - the command is ours
                [*command, "--subsystem", SUBSYSTEM, "--port", str(self._port)],
                env={**os.environ, "SUYUAN_DATABASE_URL": self._database_url},
                stdout=output,
                stderr=output,
            )
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise RuntimeError(f"ingest did not start:\n{self._log.read_text()}")

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def resident_mb(self) -> int:
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
        return int(peak) // 1024


@contextmanager
def setting() -> Iterator[tuple[Ingest, str, Path]]:
    """An ingest service over a database of its own, all gone on leaving."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer(Path(folder, "home")) as server:
        asyncio.run(provision(server.url, [SUBSYSTEM]))
        url = service_url(server.url, SUBSYSTEM)
        ingest = Ingest(url, Path(folder, "ingest.log"))
        try:
            ingest.start()
            yield ingest, url, Path(folder)
        finally:
            ingest.kill()


async def issue_key(url: str) -> str:
    database = Database(url, roles=False)
    party = recognise(OWNER, use=Use.PARTY)
    async with database.writing() as connection:
        key = await keys.issue(connection, role=CallerRole.ENTERPRISE, party=party, home=SUBSYSTEM)
    await database.close()
    return key


async def stored(url: str) -> tuple[int, int]:
    """How many events there are, and how many rows of them: more rows would be doubles."""
    database = Database(url, roles=False)
    async with database.reading() as connection:
        events = await connection.scalar(text("SELECT count(DISTINCT id) FROM events"))
        edges = await connection.scalar(text("SELECT count(*) FROM edges"))
    await database.close()
    return int(events or 0), int(edges or 0)


def send(client: httpx.Client, path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        answer = client.post(
            "/v1/files",
            params={"name": path.name},
            content=iter(lambda: file.read(1 << 18), b""),
            headers={"Content-Type": "text/csv"},
        )
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    return job


def watch(
    client: httpx.Client, job: dict[str, Any], until_row: int | None = None
) -> dict[str, Any]:
    """The job when it has ended, or has come to a row."""
    while job["state"] in ("receiving", "waiting", "running"):
        if until_row is not None and job["rows_read"] >= until_row:
            break
        time.sleep(0.2)
        job = client.get(f"/v1/jobs/{job['id']}").json()
    return job


def listed(client: httpx.Client, job: dict[str, Any]) -> list[int]:
    """The numbers of the rows in a job's report, counted from 0 below the header."""
    text = client.get(job["report"]).content.decode("utf-8-sig")
    return [int(row["行号"]) - 2 for row in csv.DictReader(text.splitlines())]


def run(rows: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Send the file, kill the process, let another finish, send the file again."""
    with setting() as (ingest, url, folder):
        path = folder / "million.csv"
        write_file(path, rows)
        headers = {"Authorization": f"Bearer {asyncio.run(issue_key(url))}"}
        with httpx.Client(base_url=ingest.url, headers=headers, timeout=120) as client:
            started = time.monotonic()
            reached = watch(client, send(client, path), until_row=rows * 2 // 5)
            ingest.kill()
            ingest.start()
            first = watch(client, reached)
            seconds = time.monotonic() - started
            found = asyncio.run(stored(url))
            rightly = len(set(listed(client, first)) & set(wrong_rows(rows)))
            figures = taken_in(rows, first, found, rightly)
            started = time.monotonic()
            second = watch(client, send(client, path))
            again_seconds = time.monotonic() - started
            figures += unchanged(rows, second, asyncio.run(stored(url)))
        setup = {
            "cores": os.cpu_count(),
            "rows": rows,
            "bytes": path.stat().st_size,
            "killed_at_row": reached["rows_read"],
            "states": [first["state"], second["state"]],
        }
        return setup, [
            *figures,
            figure("rows_per_s", round(rows / seconds)),
            figure("again_rows_per_s", round(rows / again_seconds)),
            figure("rss_mb", ingest.resident_mb(), "MB", better="lower"),
        ]


def taken_in(
    rows: int, job: dict[str, Any], found: tuple[int, int], rightly: int
) -> list[dict[str, Any]]:
    """The figures of the first time: every right row once, every wrong one listed."""
    events, edges = found
    return [
        exact("accepted", job["accepted"], rows - WRONG),
        exact("repeated", job["repeated"], 0),
        exact("rejected", job["rejected"], WRONG),
        exact("listed_rightly", rightly, WRONG),
        exact("stored", events, rows - WRONG),
        exact("doubled", edges - events, 0),
    ]


def unchanged(rows: int, job: dict[str, Any], found: tuple[int, int]) -> list[dict[str, Any]]:
    """The figures of the second time: nothing is new, and nothing is there twice."""
    events, edges = found
    return [
        exact("again_accepted", job["accepted"], 0),
        exact("again_repeated", job["repeated"], rows - WRONG),
        exact("again_stored", events, rows - WRONG),
        exact("again_doubled", edges - events, 0),
    ]


def exact(name: str, value: int, goal: int) -> dict[str, Any]:
    return figure(name, value, goal=goal, holds=value == goal)


def figure(
    name: str,
    value: float,
    unit: str = "",
    *,
    goal: float | None = None,
    holds: bool | None = None,
    better: str = "higher",
) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "goal": goal,
        "better": better,
        "holds": holds,
    }


def main() -> None:
    """Run, print the one JSON line, and fail if a promise was not kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="20,000 rows")
    parser.add_argument("--rows", type=int)
    given = parser.parse_args()
    setup, figures = run(given.rows or (20_000 if given.quick else 1_000_000))
    print(json.dumps({"bench": "million", "setup": setup, "figures": figures}))
    if any(one["holds"] is False for one in figures):
        sys.exit(1)


if __name__ == "__main__":
    main()
