"""The commands of ``docker-compose.yml``, run as processes: separate services make one city."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.e2e.running import SUYUAN
from tests.test_compose import SERVICES

SECONDS = 60
USCC = "91350206MADEMA0101"
LOT = "(01)09521234000013(10)COMPOSE1"


@dataclass
class Containers:
    """Commands of the compose file with what differs outside of containers put in."""

    folder: Path
    database_url: str
    ports: Mapping[str, int]

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def command(self, name: str) -> list[str]:
        words = shlex.split(SERVICES[name]["command"].replace("/claims/", f"{self.folder}/"))
        if name in self.ports:
            words[words.index("0.0.0.0")] = "127.0.0.1"
            words += ["--port", str(self.ports[name])]
        return [str(SUYUAN), *words]

    def environment(self, name: str) -> dict[str, str]:
        """The settings that the compose file gives this service, and no other of ours."""
        there = {
            "SUYUAN_DATABASE_URL": self.database_url,
            "SUYUAN_CLAIMS_PUBLIC_KEY": f"{self.folder}/public/key.json",
            "SUYUAN_CLAIMS_PRIVATE_KEY": f"{self.folder}/private/key.json",
            "SUYUAN_REGISTRY": f"{self.folder}/registry.toml",
        }
        given = SERVICES[name].get("environment", {})
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SUYUAN_")}
        return {**kept, **{k: v for k, v in there.items() if k in given}}

    def run(self, name: str, *words: str) -> str:
        """Run a container's command, or other words in its place, to the end."""
        command = [str(SUYUAN), *words] if words else self.command(name)
        done = subprocess.run(
            command,
            env=self.environment(name),
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS,
        )
        return done.stdout.strip()

    @contextmanager
    def serving(self, *names: str) -> Iterator[None]:
        logs = {name: (self.folder / f"{name}.log").open("w") for name in names}
        processes = [
            subprocess.Popen(self.command(name), env=self.environment(name), stdout=log, stderr=log)
            for name, log in logs.items()
        ]
        try:
            for name in names:
                self.wait(name)
            yield
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            for process in processes:
                process.wait(SECONDS)
            for log in logs.values():
                log.close()

    def wait(self, name: str) -> None:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url(name)}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        pytest.fail(f"{name} is not ready: {(self.folder / f'{name}.log').read_text()}")


@pytest.fixture(scope="module")
def containers(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    folder = tmp_path_factory.mktemp("containers")
    names = ("food-ingest", "food-query", "gateway")
    made = Containers(folder, postgres_url, dict(zip(names, free_ports(len(names)), strict=True)))
    for part in ("private", "public"):
        (folder / part).mkdir()
    (folder / "registry.toml").write_text(
        f"""
        [[subsystem]]
        id = "food"
        sectors = ["food"]
        ingest_url = "{made.url("food-ingest")}"
        query_url = "{made.url("food-query")}"
        name = {{ zh = "食品", en = "Food" }}
        department = {{ zh = "市场", en = "Market" }}
        """
    )
    made.run("migrate")
    made.run("claims")
    with made.serving(*names):
        yield made


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def test_a_report_goes_in_at_one_service_and_its_chain_comes_out_at_another(
    containers: Containers,
) -> None:
    enterprise = ["--role", "enterprise", "--party", USCC, "--home", "food"]
    key = containers.run("gateway", "key", "issue", *enterprise)
    report = {
        "kind": "import",
        "activity": "declare",
        "time": "2026-01-12T09:30:00+08:00",
        "items": [{"code": LOT, "quantity": "20"}],
    }
    headers = {"Authorization": f"Bearer {key}"}
    posted = httpx.post(f"{containers.url('gateway')}/v1/events", json=report, headers=headers)
    assert posted.json()["accepted"] == 1
    chain = httpx.get(f"{containers.url('gateway')}/v1/chains/{LOT}").json()
    assert [event["id"] for event in chain["events"]] == posted.json()["ids"]
    assert chain["complete"]


def test_each_service_does_its_own_part_only(containers: Containers) -> None:
    assert httpx.get(f"{containers.url('food-ingest')}/v1/chains/{LOT}").status_code == 404
    asked = httpx.post(f"{containers.url('food-query')}/v1/events", json={})
    assert asked.status_code in (404, 405)


def test_several_workers_share_a_port_and_end_together(containers: Containers) -> None:
    (port,) = free_ports(1)
    shared = Containers(containers.folder, containers.database_url, {"food-query": port})
    log = containers.folder / "workers.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*shared.command("food-query"), "--workers", "2"],
            env=shared.environment("food-query"),
            stdout=output,
            stderr=output,
        )
    shared.wait("food-query")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) >= 2
    process.send_signal(signal.SIGTERM)
    process.wait(SECONDS)
    until = time.monotonic() + SECONDS  # a helper of the last worker's may be a moment behind
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < until
        time.sleep(0.1)
