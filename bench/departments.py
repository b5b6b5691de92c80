"""A federation of real processes: subsystems, each behind a line of its own, and a gateway."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from bench.slow_line import SlowLine
from suyuan.domain.caller import CallerRole
from suyuan.storage import keys
from suyuan.storage.engine import Database
from suyuan.storage.provision import provision, service_url
from suyuan.web.claims import generate_key_pair

_CODE = Path(__file__).parents[1]
_READY_SECONDS = 60


@dataclass
class Program:
    """One service as a process, which can be ended by force, stopped, and started again."""

    command: list[str]
    environment: Mapping[str, str]
    url: str
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - the command is ours
                self.command, env={**os.environ, **self.environment}, stdout=log, stderr=log
            )
        until = time.monotonic() + _READY_SECONDS
        with httpx.Client(timeout=5, trust_env=False) as client:
            while time.monotonic() < until and self.process.poll() is None:
                try:
                    if client.get(f"{self.url}/readyz").status_code == 200:
                        return
                except httpx.HTTPError:
                    pass  # not yet
                time.sleep(0.05)
        raise RuntimeError(f"{self.command}: {self.log.read_text()[-2000:]}")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; SIGKILL is waited for."""
        assert self.process is not None
        self.process.send_signal(number)
        if number is signal.SIGKILL:
            self.process.wait()

    def start_again(self) -> None:
        """Start it after it was ended by force, on the same port."""
        self.end()
        self.start()

    def end(self) -> None:
        """End it by force, also if it was stopped."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@dataclass
class Departments:
    """The subsystems by id, the line to each, the gateway, and a key of the city's."""

    subsystems: dict[str, Program] = field(default_factory=dict)
    lines: dict[str, SlowLine] = field(default_factory=dict)
    gateway: Program | None = None
    key: str = ""
    # One for all: to make a client takes longer than a chain.
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60, trust_env=False))

    @property
    def url(self) -> str:
        assert self.gateway is not None
        return self.gateway.url

    def post(self, subsystem: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Report events to one subsystem. Raises RuntimeError unless all are taken."""
        answer = self.client.post(
            f"{self.subsystems[subsystem].url}/v1/events",
            content=json.dumps(list(events)).encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        if answer.status_code != 200:
            raise RuntimeError(answer.text[:500])

    def ask(self, code: str, *, key: str | None = None, **query: str) -> dict[str, Any]:
        """A chain from the gateway."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        answer = self.client.get(f"{self.url}/v1/chains/{code}", params=query, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(answer.text[:500])
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def departments(
    server_url: str, names: Iterable[str], *, seconds: float = 0.0, **settings: str
) -> Iterator[Departments]:
    """So many subsystems on a PostgreSQL server, each ``seconds`` away from the gateway."""
    names = list(names)
    asyncio.run(provision(server_url, [*names, "gateway"]))
    with TemporaryDirectory() as folder, ExitStack() as stack:
        made = Departments(key=asyncio.run(_key(server_url, names)))
        stack.callback(made.client.close)
        place = Path(folder)
        private, public = generate_key_pair()
        (place / "private.jwk").write_text(json.dumps(private))
        (place / "public.jwk").write_text(json.dumps(public))
        for name in names:
            given = {"SUYUAN_CLAIMS_PUBLIC_KEY": str(place / "public.jwk")}
            program = _program(server_url, name, place, given)
            made.subsystems[name] = program
            stack.callback(program.end)
            program.start()
            port = int(program.url.rpartition(":")[2])
            made.lines[name] = stack.enter_context(SlowLine(port, seconds).open())
        registry = place / "registry.toml"
        registry.write_text("".join(_entry(n, made.lines[n].port) for n in names))
        given = {
            "SUYUAN_CLAIMS_PRIVATE_KEY": str(place / "private.jwk"),
            "SUYUAN_REGISTRY": str(registry),
            **settings,
        }
        made.gateway = _program(server_url, "gateway", place, given)
        stack.callback(made.gateway.end)
        made.gateway.start()
        yield made


def _program(server_url: str, name: str, folder: Path, given: Mapping[str, str]) -> Program:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = ["gateway"] if name == "gateway" else ["subsystem", "--subsystem", name]
    command = [sys.executable, "-P", "-m", "services.cli", "serve", *service, "--port", str(port)]
    environment = {
        "PYTHONPATH": str(_CODE),
        "SUYUAN_DATABASE_URL": service_url(server_url, name),
        "SUYUAN_ANONYMOUS_RATE": "0",
        **given,
    }
    return Program(command, environment, f"http://127.0.0.1:{port}", folder / f"{name}.log")


def _entry(name: str, port: int) -> str:
    url = f"http://127.0.0.1:{port}"
    return (
        f'[[subsystem]]\nid = "{name}"\nsectors = ["{name}"]\n'
        f'ingest_url = "{url}"\nquery_url = "{url}"\n'
        f'name = {{ zh = "{name}", en = "{name}" }}\n'
        f'department = {{ zh = "部门", en = "Department" }}\n\n'
    )


async def _key(server_url: str, names: Sequence[str]) -> str:
    """One key: of a department at its own subsystem, where it may report, of the city elsewhere."""
    issued: str | None = None
    for name in (*names, "gateway"):
        role = CallerRole.CITY if name == "gateway" else CallerRole.DEPARTMENT
        home = None if name == "gateway" else name
        database = Database(service_url(server_url, name), roles=False)
        async with database.writing() as connection:
            if issued is None:
                issued = await keys.issue(connection, role=role, home=home)
            else:
                await keys.ensure(connection, issued, role=role, home=home)
        await database.close()
    assert issued is not None
    return issued
