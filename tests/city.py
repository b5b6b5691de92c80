"""A small city for tests: real subsystems and a real gateway, over real HTTP, in one process."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from services import subsystem
from services.gateway import app as gateway
from suyuan.domain.caller import CallerRole
from suyuan.domain.codes import Use, recognise
from suyuan.storage import keys
from suyuan.storage.engine import Database
from suyuan.storage.provision import provision, service_url
from suyuan.web.claims import generate_key_pair
from suyuan.web.coding_keys import generate_key
from suyuan.web.settings import Service, ServiceSettings

T = TypeVar("T")

SUBSYSTEMS = ("food", "meat", "imports")
SELLER, BUYER = "91350200MA0000000R", "91350203MA00000005"
PUBLIC_URL = "https://suyuan.example"
# On a machine that runs other things too, a shopper's 0.8 s are over before anything went wrong.
PATIENCE = {"consumer_seconds": 5.0, "official_seconds": 10.0}


class Served:
    """One app on a port of its own; ``stop`` makes the port refuse, ``start`` opens it again."""

    def __init__(self, loop: asyncio.AbstractEventLoop, app: FastAPI, port: int) -> None:
        self._loop = loop
        self._app = app
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._server: uvicorn.Server | None = None
        self._serving: Any = None

    def start(self) -> None:
        config = uvicorn.Config(self._app, "127.0.0.1", self.port, log_config=None)
        self._server = uvicorn.Server(config)
        self._serving = asyncio.run_coroutine_threadsafe(self._server.serve(), self._loop)
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
            threading.Event().wait(0.01)

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
            self._serving.result(20)
            self._server = None


class City:
    """The gateway and its subsystems, with a key for each kind of caller."""

    def __init__(self, loop: asyncio.AbstractEventLoop, folder: Path, server_url: str) -> None:
        self._loop = loop
        self.folder = folder
        self.server_url = server_url
        self.served: dict[str, Served] = {}
        self.keys: dict[str, str] = {}
        self._clients: list[httpx.Client] = []
        self._databases = [
            Database(service_url(server_url, name), roles=False)
            for name in (*SUBSYSTEMS, "gateway")
        ]

    @property
    def url(self) -> str:
        return self.served["gateway"].url

    def client(self, key: str | None = None, *, at: str = "gateway") -> httpx.Client:
        """A client of one service, with the key of ``key`` (a name in ``keys``)."""
        headers = {"Authorization": f"Bearer {self.keys[key]}"} if key else {}
        client = httpx.Client(
            base_url=self.served[at].url, headers=headers, timeout=20, verify=False
        )
        self._clients.append(client)
        return client

    def hang_up(self) -> None:
        """Close every client that was handed out."""
        while self._clients:
            self._clients.pop().close()

    @property
    def profiles(self) -> Path:
        """The folder of the departments' own sector profiles, which has none."""
        return self.folder / "profiles"

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def empty(self) -> None:
        """Forget every event, so that a test may use any code and id."""
        self.run(self._empty_all())

    async def _empty_all(self) -> None:
        await asyncio.gather(*(_empty(database) for database in self._databases))

    async def close(self) -> None:
        """Close what ``empty`` kept open."""
        await asyncio.gather(*(database.close() for database in self._databases))


@contextmanager
def running_city(server_url: str, folder: Path, *, copies: bool = False) -> Iterator[City]:
    """A city on a PostgreSQL server, stopped on leaving.

    ``copies``: the subsystems get copies of each other's reports, a moment after the report. Most
    tests ask who holds what, and who is missed when silent, of departments that hold their own.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    city = City(loop, folder, server_url)
    try:
        city.run(provision(server_url, [*SUBSYSTEMS, "gateway"]))
        _serve(city, copies=copies)
        city.keys = city.run(_issue_keys(server_url))
        yield city
    finally:
        for served in reversed(city.served.values()):
            served.stop()
        city.run(city.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _serve(city: City, *, copies: bool) -> None:
    private, public = generate_key_pair()
    (city.folder / "private.jwk").write_text(json.dumps(private))
    (city.folder / "public.jwk").write_text(json.dumps(public))
    (city.folder / "coding.keys").write_text(generate_key())
    city.profiles.mkdir()
    for name in SUBSYSTEMS:
        settings = ServiceSettings(
            service=Service.SUBSYSTEM,
            subsystem=name,
            database_url=service_url(city.server_url, name),
            claims_public_key=city.folder / "public.jwk",
            coding_keys=city.folder / "coding.keys",
            profiles=city.profiles,
            public_url=PUBLIC_URL,
            webhook_private=True,
            **PATIENCE,
        )
        _start(city, name, subsystem.create_app(settings))
    registry = city.folder / "registry.toml"
    registry.write_text(_registry({n: city.served[n].url for n in SUBSYSTEMS}, copies=copies))
    settings = ServiceSettings(
        service=Service.GATEWAY,
        database_url=service_url(city.server_url, "gateway"),
        claims_private_key=city.folder / "private.jwk",
        registry=registry,
        profiles=city.profiles,
        public_url=PUBLIC_URL,
        webhook_private=True,
        **PATIENCE,
    )
    _start(city, "gateway", gateway.create_app(settings))


def _start(city: City, name: str, app: FastAPI) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    city.served[name] = Served(city._loop, app, port)
    city.served[name].start()


def _registry(urls: Mapping[str, str], *, copies: bool) -> str:
    return "\n".join(
        f'[[subsystem]]\nid = "{name}"\nsectors = ["{name}"]\n'
        f'ingest_url = "{url}"\nquery_url = "{url}"\ntimeout = 5.0\ncopies = {json.dumps(copies)}\n'
        f'name = {{ zh = "{name}", en = "{name}" }}\n'
        f'department = {{ zh = "部门", en = "Department" }}\n'
        for name, url in urls.items()
    )


async def _issue_keys(server_url: str) -> dict[str, str]:
    """A key for each kind of caller, good at the gateway and at every subsystem."""
    holders: dict[str, dict[str, Any]] = {
        "seller": {"role": CallerRole.ENTERPRISE, "party": SELLER, "home": "meat"},
        "buyer": {"role": CallerRole.ENTERPRISE, "party": BUYER, "home": "food"},
        "city": {"role": CallerRole.CITY},
        **{f"department {s}": {"role": CallerRole.DEPARTMENT, "home": s} for s in SUBSYSTEMS},
        **{f"inspector {s}": {"role": CallerRole.INSPECTOR, "home": s} for s in SUBSYSTEMS},
    }
    issued: dict[str, str] = {}
    for service in (*SUBSYSTEMS, "gateway"):
        database = Database(service_url(server_url, service), roles=False)
        async with database.writing() as connection:
            for name, holder in holders.items():
                given = dict(holder)
                if "party" in given:
                    given["party"] = recognise(given["party"], use=Use.PARTY)
                if name in issued:
                    await keys.ensure(connection, issued[name], **given)
                else:
                    issued[name] = await keys.issue(connection, **given)
        await database.close()
    return issued


_EMPTIED = (
    # First what whoever counts locks first: two who lock in other orders would wait in a circle.
    *("coverage_feed", "coverage_dirty", "coverage_cells", "coverage_days", "coverage_filings"),
    "coverage_months",
    *("certificates", "certificate_steps"),
    *("events", "edges", "register", "code_stems", "code_ranges", "code_notices", "recalls"),
    *("filings", "filing_steps", "revocations", "disputes", "purchasers", "purchaser_openings"),
    *("recall_steps", "recall_things", "recall_holes", "recall_notices", "webhooks"),
)


_LOCKED = text(f"LOCK TABLE {', '.join(_EMPTIED)} IN ACCESS EXCLUSIVE MODE")
_FILLED = text(" UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM {t})" for t in _EMPTIED))


async def _empty(database: Database) -> None:
    """Empty what holds anything: an empty table costs as much to truncate as a full one."""
    async with database.writing() as connection:
        await connection.execute(_LOCKED)
        filled = (await connection.execute(_FILLED)).scalars().all()
        if filled:
            await connection.execute(text(f"TRUNCATE {', '.join(filled)}"))
