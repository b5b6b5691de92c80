"""The services as processes: started, waited for, stopped, whoever started them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from services.home import Home, RunningCity
from suyuan.domain.errors import Unavailable
from suyuan.storage.daemon import is_free
from suyuan.storage.pidfile import end_child

GATEWAY = "gateway"

# A service lets the requests that it has taken finish; then it is cut short.
GRACE_SECONDS = 5
_STOP = ((signal.SIGTERM, GRACE_SECONDS + 3.0), (signal.SIGKILL, 5.0))
_KILL = ((signal.SIGKILL, 5.0),)

# Eight processes that load at once on a small machine need some seconds; a hung one must be told.
_READY_SECONDS = 60
_POLL_SECONDS = 0.05

# What `suyuan run` decides for each service; anything else that the operator set is passed on.
_OURS = frozenset(
    f"SUYUAN_{name}"
    for name in (
        "SERVICE",
        "SUBSYSTEM",
        "ENVIRONMENT",
        "DATABASE_URL",
        "READ_DATABASE_URL",
        "DATABASE_ROLES",
        "CLAIMS_PUBLIC_KEY",
        "CLAIMS_PRIVATE_KEY",
        "REGISTRY",
        "PUBLIC_URL",
    )
)

# This machine's own services are never asked through a proxy.
_OPENER = build_opener(ProxyHandler({}))

# Where this program's own modules are, whichever folder it was started from.
_CODE = Path(__file__).parents[1]


_Process = subprocess.Popen[bytes]


class CityProcess(ABC):
    """One process of the city on this machine, by its name."""

    def __init__(self, home: Home, name: str) -> None:
        self.name = name
        self._home = home
        self._daemon = home.daemon(name)
        self._logged = 0

    @property
    def pid(self) -> int | None:
        """The process, ``None`` where it is not running."""
        return self._daemon.pid_file.living()

    @property
    @abstractmethod
    def url(self) -> str:
        """Where this machine reaches it."""

    @abstractmethod
    def _is_ready(self) -> bool:
        """Whether it can work."""

    def _start(self, command: Sequence[str], environment: Mapping[str, str]) -> _Process:
        """Start a ``suyuan`` command. Raises ``Unavailable`` where it is running."""
        self._logged = self._daemon.log_size()
        kept = {name: value for name, value in os.environ.items() if name not in _OURS}
        paths = [str(_CODE), *filter(None, [kept.get("PYTHONPATH")])]
        process = self._daemon.spawn(
            lambda lock, log: subprocess.Popen(  # noqa: S603 - the command is ours
                [sys.executable, "-P", "-m", "services.cli", *command],
                env={**kept, "PYTHONPATH": os.pathsep.join(paths), **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock,),
                start_new_session=True,
            )
        )
        if process is None:
            raise Unavailable("service_is_running", name=self.name)
        return process

    @abstractmethod
    def start(self, city: RunningCity) -> _Process:
        """Start it. Raises ``Unavailable`` where it is running, or cannot be."""

    def wait_until_ready(
        self, process: _Process, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """Wait until it can work. Raises ``Unavailable`` with its own last words if it cannot."""
        until = time.monotonic() + _READY_SECONDS
        while not self._is_ready():
            if process.poll() is not None or time.monotonic() > until:
                raise self._not_started()
            pause(_POLL_SECONDS)

    def stop(self, *, by_force: bool = False, child: _Process | None = None) -> bool:
        """Stop it, whoever started it (``child`` if we did); whether it has ended."""
        steps = _KILL if by_force else _STOP
        ended = self._daemon.pid_file.end(steps, group=True)
        if child is not None:
            end_child(child, steps)
        return ended

    def _not_started(self) -> Unavailable:
        reason = self._daemon.last_words(self._logged)
        return Unavailable(
            "service_not_started", name=self.name, reason=reason, log=self._daemon.log
        )


class ServiceProcess(CityProcess):
    """One service of the city on this machine: a subsystem by its id, or the gateway."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the last start."""
        return self._daemon.state["host"], self._daemon.state["port"]

    def keep_address(self, host: str, port: int) -> None:
        """Settle where the service listens, now and whenever it is started again."""
        self._daemon.keep({"host": host, "port": port})

    def choose_port(self, besides: Collection[int] = ()) -> int:
        """The port it had before if that is free, else any on loopback; none of ``besides``."""
        return self._daemon.choose_port(besides)

    def start(self, city: RunningCity) -> _Process:
        """Start it. Raises ``Unavailable`` where it is running, or its port is taken."""
        host, port = self.address
        if self.pid is not None:
            raise Unavailable("service_is_running", name=self.name)
        require_free(host, port)
        command = ["serve", *_service(self.name), "--host", host, "--port", str(port)]
        return self._start(command, self._environment(city))

    @property
    def url(self) -> str:
        """Where this machine reaches it."""
        return f"http://{reachable(*self.address)}"

    def _is_ready(self) -> bool:
        return _is_ready(self.url, self.name)

    def _environment(self, city: RunningCity) -> Mapping[str, str]:
        from suyuan.storage.provision import service_url

        return {
            "SUYUAN_DATABASE_URL": service_url(city.server_url, self.name),
            "SUYUAN_PUBLIC_URL": city.public_url,
            **self._trust(),
        }

    def _trust(self) -> Mapping[str, str]:
        """The gateway signs claims and knows the subsystems; they check its claims.

        What reaches a subsystem past the gateway (a file, a folder's) is of its sector too.
        """
        if self.name != GATEWAY:
            return {
                "SUYUAN_CLAIMS_PUBLIC_KEY": str(self._home.claims_public_key),
                "SUYUAN_CODING_KEYS": str(self._home.coding_keys),
                "SUYUAN_SECTOR": self.name,  # services/city.py: a department's id is its sector
            }
        return {
            "SUYUAN_CLAIMS_PRIVATE_KEY": str(self._home.claims_private_key),
            "SUYUAN_REGISTRY": str(self._home.registry),
        }


def require_free(host: str, port: int) -> None:
    """Raise ``Unavailable`` where a service could not listen."""
    try:
        free = is_free(host, port)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable("host_not_ours", host=host, reason=reason) from error
    if not free:
        raise Unavailable("port_in_use", host=host, port=port)


def _service(name: str) -> list[str]:
    return [GATEWAY] if name == GATEWAY else ["subsystem", "--subsystem", name]


def _is_ready(url: str, name: str) -> bool:
    """Whether the service of that name can work: another program may have taken its port."""
    try:
        with _OPENER.open(f"{url}/readyz", timeout=5) as answer:
            return bool(json.load(answer)["name"] == name)
    # Nothing listens yet, it answers that it is not ready, or it is not one of ours.
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return False


def reachable(host: str, port: int) -> str:
    """Where this machine finds a server that listens on ``host``."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host)  # noqa: S104 - nothing is bound here
    if shown is None:
        shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port}"
