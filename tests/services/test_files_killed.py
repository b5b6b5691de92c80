"""A file whose process ends in the middle: another one goes on, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from suyuan.domain.caller import CallerRole
from suyuan.domain.codes import Use, recognise
from suyuan.storage import keys
from suyuan.storage.engine import Database
from suyuan.storage.provision import provision, service_url
from tests.city import SELLER
from tests.services.files import csv_text, ended, report, row, send

SUBSYSTEM = "killed"
READY_SECONDS = 60


@dataclass
class Ingest:
    """One ingest service as a process of its own."""

    process: subprocess.Popen[bytes]
    url: str

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.wait(30)


@contextmanager
def ingest(database_url: str, log: Path) -> Iterator[Ingest]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["serve", "ingest", "--subsystem", SUBSYSTEM, "--port", str(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.cli", *arguments],
            env={**os.environ, "SUYUAN_DATABASE_URL": database_url},
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_ready(process, f"http://127.0.0.1:{port}", log)
        yield Ingest(process, f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait(30)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError(f"ingest did not become ready:\n{log.read_text()}")


@pytest.fixture(scope="module")
def url(postgres_url: str) -> str:
    asyncio.run(provision(postgres_url, [SUBSYSTEM]))
    return service_url(postgres_url, SUBSYSTEM)


@pytest.fixture(scope="module")
def headers(url: str) -> dict[str, str]:
    async def issue() -> str:
        database = Database(url, roles=False)
        async with database.writing() as connection:
            party = recognise(SELLER, use=Use.PARTY)
            key = await keys.issue(
                connection, role=CallerRole.ENTERPRISE, party=party, home=SUBSYSTEM
            )
        await database.close()
        return key

    return {"Authorization": f"Bearer {asyncio.run(issue())}"}


def stored(url: str, prefix: str) -> tuple[int, int]:
    """How many events and how many edges there are whose ids begin so."""

    async def count() -> tuple[int, int]:
        database = Database(url, roles=False)
        async with database.reading() as connection:
            found = [
                await connection.scalar(
                    text(f"SELECT count(*) FROM {table} WHERE starts_with(id, :prefix)"),
                    {"prefix": prefix},
                )
                for table in ("events", "edges")
            ]
        await database.close()
        return found[0] or 0, found[1] or 0

    return asyncio.run(count())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_file_whose_process_ends_in_the_middle_is_gone_on_with_by_another(
    url: str, headers: dict[str, str], tmp_path: Path, how: signal.Signals
) -> None:
    count, wrong = 12_000, set(range(5, 12_000, 324))
    assert len(wrong) == 38
    prefix = how.name
    body = csv_text(
        *(row(f"{prefix}{n}", 数量="-1" if n in wrong else str(n)) for n in range(count))
    )
    log = tmp_path / "ingest.log"
    with ingest(url, log) as first:
        client = httpx.Client(base_url=first.url, headers=headers, timeout=30)
        answer = send(client, body)
        path = answer.headers["Location"]
        while (reached := client.get(path).json()["rows_read"]) < 2000:
            time.sleep(0.02)
        client.close()
        first.end(how)
    assert reached < count
    assert 0 < stored(url, prefix)[0] < count - len(wrong), "it was killed in the middle"
    with ingest(url, log) as second, httpx.Client(base_url=second.url, headers=headers) as client:
        job = ended(client, answer)
        assert (job["state"], job["rows_read"], job["rows_total"]) == ("done", count, count)
        assert (job["accepted"], job["rejected"]) == (count - len(wrong), len(wrong))
        assert job["repeated"] == 0, "no row was taken in twice"
        assert [int(r["行号"]) for r in report(client, job)] == [n + 2 for n in sorted(wrong)]
        again = ended(client, send(client, body))
        assert (again["accepted"], again["repeated"]) == (0, count - len(wrong))
    assert stored(url, prefix) == (count - len(wrong), count - len(wrong))
