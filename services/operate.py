"""What an operator does to a city that runs on this machine, from another terminal."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass

from services.home import Home
from services.parts import part_named, parts_of
from services.processes import CityProcess
from suyuan.domain.errors import Unavailable
from suyuan.storage.server import NAME as POSTGRES

# PostgreSQL may take two minutes to write out its memory, and the services come before it.
_STOP_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class State:
    """How one process is; ``pid`` is ``None`` where it does not run."""

    name: str
    pid: int | None
    address: str


def start_service(home: Home, name: str) -> CityProcess:
    """Start a service of the running city, where it was before, and wait until it works."""
    city = home.city()
    service = part_named(home, city, name)
    service.wait_until_ready(service.start(city))
    return service


def stop_service(home: Home, name: str) -> None:
    """Stop a service. Raises ``Unavailable`` where it does not run or does not end."""
    service = part_named(home, home.last_city(), name)
    if service.pid is None:
        raise Unavailable("service_not_running", name=name)
    if not service.stop():
        raise Unavailable("not_stopped", names=name)


def stop_city(home: Home) -> None:
    """Stop the whole city: ask its run to, or end what a run that was killed has left."""
    city = home.last_city()
    if home.runner.living() is not None:
        if not home.runner.end([(signal.SIGTERM, _STOP_SECONDS)]):
            raise Unavailable("not_stopped", names="suyuan run")
        return
    left = [service.name for service in parts_of(home, city) if not service.stop()]
    home.server().stop()
    if left:
        raise Unavailable("not_stopped", names=", ".join(left))


def states(home: Home) -> list[State]:
    """How every process of the city is, PostgreSQL last where it is the embedded one."""
    city = home.last_city()
    found = [State(s.name, s.pid, s.url) for s in parts_of(home, city)]
    postgres = home.daemon(POSTGRES)
    if "port" in postgres.state:
        address = f"127.0.0.1:{postgres.state['port']}"
        found.append(State(POSTGRES, postgres.pid_file.living(), address))
    return found


def demonstration_keys(home: Home) -> dict[str, str]:
    """The keys in ``keys.json`` by name: a USCC, ``departments.ID``, ``inspectors.ID``, ``city``.

    Raises ``Unavailable`` where no city with a demonstration has run yet.
    """
    try:
        kept = json.loads(home.api_keys.read_text())
    except OSError as error:
        raise Unavailable("no_demo_keys", path=home.api_keys) from error
    found: dict[str, str] = dict(kept["enterprises"])
    for group in ("departments", "inspectors"):
        found |= {f"{group}.{name}": key for name, key in kept[group].items()}
    return {**found, "city": kept["city"]}
