"""The home folder of the embedded default, and the environment that names it.

``SUYUAN_HOME`` holds all that one city on one machine keeps: data, keys, logs, pid files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from services.demonstration import Part
from suyuan.domain.errors import Refused, Unavailable
from suyuan.storage.daemon import Daemon, replace_text
from suyuan.storage.pidfile import PidFile
from suyuan.storage.server import EmbeddedServer

_ROOT_HOME = Path("/var/lib/suyuan")
_DEFAULT_HOST = "127.0.0.1"
_DEFAULT_PORT = 8000
_VARIABLES = ("HOME", "HOST", "PORT", "PUBLIC_URL", "DATABASE_URL", "DEMONSTRATION")


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """What the environment says; ``port`` 0 takes any free one.

    ``database_url`` is a server to use in place of the embedded one; ``demonstration`` is what
    empty databases are filled with.
    """

    home: Path
    host: str = _DEFAULT_HOST
    port: int = _DEFAULT_PORT
    public_url: str | None = None
    database_url: str | None = None
    demonstration: Part = Part.CITY

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the variables ``SUYUAN_HOME`` … by the names of the fields.

        An empty variable is as good as none. Raises ``Refused`` for a port, an address of a
        database or a demonstration that is none.
        """
        given = {name: environment.get(f"SUYUAN_{name}", "").strip() for name in _VARIABLES}
        if given["DATABASE_URL"] and not _names_postgresql(given["DATABASE_URL"]):
            raise Refused("database_url_malformed")
        return cls(
            home=Path(given["HOME"]).expanduser() if given["HOME"] else default_home(),
            host=given["HOST"] or _DEFAULT_HOST,
            port=_port(given["PORT"]) if given["PORT"] else _DEFAULT_PORT,
            public_url=given["PUBLIC_URL"] or None,
            database_url=given["DATABASE_URL"] or None,
            demonstration=_part(given["DEMONSTRATION"]) if given["DEMONSTRATION"] else Part.CITY,
        )


def default_home() -> Path:
    """``/var/lib/suyuan`` for root, a folder in the user's own for everybody else."""
    if os.geteuid() == 0:
        return _ROOT_HOME
    return Path("~/.local/share/suyuan").expanduser()


@dataclass(frozen=True, slots=True)
class RunningCity:
    """What a run wrote down for the commands that join it: where its parts are.

    ``server_url`` holds the database's password: the file is its owner's alone.
    """

    server_url: str
    host: str
    port: int
    public_url: str
    subsystems: tuple[str, ...]


class Home:
    """Everything under one folder, by name."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.run = self.path / "run"
        self.registry = self.path / "registry.toml"
        self.api_keys = self.path / "keys.json"
        self.claims_private_key = self.path / "keys" / "claims_private.json"
        self.claims_public_key = self.path / "keys" / "claims_public.json"
        self.coding_keys = self.path / "keys" / "coding.keys"
        self.demonstration = self.path / "demonstration.json"
        self._dropped = self.path / "drop"
        # Held for as long as `suyuan run` is at work here.
        self.runner = PidFile(self.run / "suyuan.pid")
        self._city = self.run / "city.json"

    def prepare(self) -> None:
        """Make the folders. Raises ``Unavailable`` where that, or writing in them, is refused."""
        try:
            if not self.path.exists():
                self.path.mkdir(parents=True, mode=0o711)
            for folder, mode in (("run", 0o755), ("log", 0o700), ("keys", 0o700)):
                (self.path / folder).mkdir(mode=mode, exist_ok=True)
                probe = self.path / folder / ".writable"
                probe.write_bytes(b"")
                probe.unlink()
        except OSError as error:
            reason = error.strerror or str(error)
            raise Unavailable("home_not_writable", path=self.path, reason=reason) from error

    def daemon(self, name: str) -> Daemon:
        """One of the processes that live here."""
        return Daemon(self.path, name)

    def server(self) -> EmbeddedServer:
        """The embedded PostgreSQL that lives here."""
        return EmbeddedServer(self.path)

    def drop_folder(self, subsystem: str) -> Path:
        """Where the department of a subsystem drops its files."""
        return self._dropped / subsystem

    def write_city(self, city: RunningCity) -> None:
        replace_text(self._city, json.dumps(asdict(city)) + "\n", mode=0o600)

    def city(self) -> RunningCity:
        """What runs here. Raises ``Unavailable`` where nothing does."""
        if self.runner.living() is None:
            raise Unavailable("not_running", home=self.path)
        return self.last_city()

    def last_city(self) -> RunningCity:
        """What ran here last. Raises ``Unavailable`` where nothing ever did."""
        try:
            kept: dict[str, Any] = json.loads(self._city.read_text())
        except (FileNotFoundError, ValueError):
            raise Unavailable("not_running", home=self.path) from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise Unavailable("home_not_readable", path=self.path, reason=reason) from error
        return RunningCity(**{**kept, "subsystems": tuple(kept["subsystems"])})


def _names_postgresql(url: str) -> bool:
    """Whether a URL is that of a PostgreSQL server, whichever driver it names."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    return parts.scheme.partition("+")[0] in ("postgresql", "postgres")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) < 65536):
        raise Refused("port_malformed", text=text)
    return int(text)


def _part(text: str) -> Part:
    try:
        return Part(text)
    except ValueError:
        raise Refused("demonstration_unknown", text=text, known=[p.value for p in Part]) from None
