"""What benches measure: the embedded PostgreSQL, and services as the product starts them."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx

from suyuan.domain.caller import CallerRole
from suyuan.domain.codes import Use, recognise
from suyuan.storage import keys
from suyuan.storage.engine import Database
from suyuan.storage.provision import provision, service_url
from suyuan.storage.server import EmbeddedServer

SUBSYSTEM = "bench"

_T = TypeVar("_T")

_CODE = Path(__file__).parents[1]
_READY_SECONDS = 60
_STOP_SECONDS = 20


@contextmanager
def postgres() -> Iterator[str]:
    """An embedded server with the product's settings and an empty subsystem; its address."""
    with tempfile.TemporaryDirectory() as home, EmbeddedServer(Path(home)) as server:
        asyncio.run(provision(server.url, [SUBSYSTEM]))
        yield server.url


def enterprise_key(server_url: str, party: str) -> str:
    """A new key of an enterprise."""
    return asyncio.run(_issue(server_url, party))


def city_key(server_url: str) -> str:
    """A new key of the city."""
    return asyncio.run(_issue(server_url, None))


async def _issue(server_url: str, party: str | None) -> str:
    database = Database(service_url(server_url, SUBSYSTEM), roles=False)
    try:
        async with database.writing() as connection:
            return await keys.issue(
                connection,
                role=CallerRole.ENTERPRISE if party else CallerRole.CITY,
                party=recognise(party, use=Use.PARTY) if party else None,
                home=SUBSYSTEM if party else None,
            )
    finally:
        await database.close()


def postmaster(server_url: str) -> int:
    """The process that PostgreSQL's own processes are children of."""
    return asyncio.run(_run(server_url, _parent_of_backend))


def vacuum(server_url: str, subsystem: str = SUBSYSTEM) -> None:
    """Bring statistics and the visibility map up to date, as a server does that has some time."""
    asyncio.run(_run(server_url, _vacuum, subsystem))


async def _run(
    server_url: str, work: Callable[[Any], Awaitable[_T]], subsystem: str = SUBSYSTEM
) -> _T:
    connection = await asyncpg.connect(service_url(server_url, subsystem).replace("+asyncpg", ""))
    try:
        return await work(connection)
    finally:
        await connection.close()


async def _parent_of_backend(connection: Any) -> int:
    backend = await connection.fetchval("SELECT pg_backend_pid()")
    return _parent(backend)


async def _vacuum(connection: Any) -> None:
    await connection.execute("VACUUM ANALYZE events, edges")


@dataclass(frozen=True, slots=True)
class Served:
    """A service that answers: its address, and the processes that are behind it."""

    url: str
    pids: tuple[int, ...]

    @property
    def rss_mb(self) -> float:
        """The memory of the largest of its processes, in megabytes."""
        return max(_rss_mb(pid) for pid in self.pids)


@contextmanager
def serving(
    service: str, server_url: str, *, workers: int = 1, settings: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """A service of the subsystem, as ``suyuan serve`` starts it, until the block ends."""
    port = free_port()
    command = [sys.executable, "-P", "-m", "services.cli", "serve", service]
    options = ["--subsystem", SUBSYSTEM, "--port", str(port), "--workers", str(workers)]
    environment = {
        **os.environ,
        "PYTHONPATH": str(_CODE),
        "SUYUAN_DATABASE_URL": service_url(server_url, SUBSYSTEM),
        **(settings or {}),
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603 - the command is ours
            [*command, *options], env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(process, url, log)
            yield Served(url, _processes(process.pid, workers))
        finally:
            _stop(process)


def wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Any) -> None:
    """Wait until a service says that it can work. Raises SystemExit with what it logged."""
    until = time.monotonic() + _READY_SECONDS
    with httpx.Client(timeout=5, trust_env=False) as client:
        while time.monotonic() < until and process.poll() is None:
            try:
                if client.get(f"{url}/readyz").status_code == 200:
                    return
            except httpx.HTTPError:
                pass  # not yet
            time.sleep(0.1)
    log.seek(0)
    raise SystemExit(f"the service did not start: {log.read()[-2000:].decode(errors='replace')}")


def _processes(parent: int, workers: int) -> tuple[int, ...]:
    """With one worker the process itself, else its children that serve (not their tracker)."""
    if workers == 1:
        return (parent,)
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return tuple(sorted(map(int, children), key=_rss_mb)[-workers:])


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
