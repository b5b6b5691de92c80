"""``suyuan backup`` and ``suyuan restore``: every database of a city in one file.

The file is a tar archive with ``manifest.json`` and one dump for each database. The gateway's is
taken first: what a subsystem stored after that is delivered and followed again, which changes
nothing, while a copy that the gateway took for delivered must be in its subsystem's dump.
"""

from __future__ import annotations

import asyncio
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from services.home import Home, LocalSettings
from services.place import find_place
from services.processes import GATEWAY
from services.terminal import Terminal
from suyuan import __version__
from suyuan.domain.errors import Refused, Unavailable
from suyuan.storage import backup
from suyuan.storage.provision import provision

_MANIFEST = "manifest.json"
_FORM = 1


def write(environment: Mapping[str, str], file: Path, terminal: Terminal) -> None:
    """Back every database up into a new file, while the services run.

    Raises ``Refused`` for a file that is there, ``Unavailable`` where something fails; then no
    file is left.
    """
    if file.exists():
        raise Refused("backup_exists", path=file)
    place = find_place(environment)
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        write_from(place.server_url, place.services, unfinished)
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)
    terminal.say("backed_up", path=file, services=", ".join(place.services))


def write_from(server_url: str, services: Sequence[str], file: Path) -> None:
    """Back the databases of ``services`` up, in their order."""
    with _scratch(file.absolute().parent) as folder:
        dumps = {service: folder / f"{service}.dump" for service in services}
        for service, path in dumps.items():
            backup.dump(server_url, service, path)
        manifest = folder / _MANIFEST
        told = {
            "form": _FORM,
            "version": __version__,
            "made_at": datetime.now(UTC).isoformat(),
            "services": list(services),
        }
        manifest.write_text(json.dumps(told, indent=2) + "\n")
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target, tarfile.open(fileobj=target, mode="w") as tar:
            for path in (manifest, *dumps.values()):
                tar.add(path, path.name)
            target.flush()
            os.fsync(target.fileno())


def read(environment: Mapping[str, str], file: Path, terminal: Terminal) -> None:
    """Make every database of a backup anew, on a server that has none of them.

    Raises ``Refused`` for a file that is no backup, or a database that holds something;
    ``Unavailable`` while the city here runs, or where something fails.
    """
    with _server(environment, terminal) as server_url:
        services = read_into(server_url, file)
    terminal.say("restored", path=file, services=", ".join(services))


def read_into(server_url: str, file: Path) -> list[str]:
    """Restore onto a server, and bring the tables up to date; the services that were restored."""
    with _scratch(file.absolute().parent) as folder:
        services = _unpack(file, folder)
        for service in services:
            asyncio.run(backup.restore(server_url, service, folder / f"{service}.dump"))
    asyncio.run(provision(server_url, services))
    return services


def _unpack(file: Path, folder: Path) -> list[str]:
    """The services of a backup, whose dumps lie in ``folder`` then."""
    try:
        with tarfile.open(file) as tar:
            tar.extract(_MANIFEST, folder, filter="data")
            told = json.loads((folder / _MANIFEST).read_text())
            services = [str(service) for service in told["services"]]
            if told["form"] != _FORM or GATEWAY not in services:
                raise Refused("backup_malformed", path=file)
            for service in services:
                tar.extract(f"{service}.dump", folder, filter="data")
    except (tarfile.TarError, KeyError, ValueError, TypeError, OSError) as error:
        raise Refused("backup_malformed", path=file) from error
    return services


@contextmanager
def _scratch(near: Path) -> Iterator[Path]:
    """A folder of our own beside the file: where there is room for that, there may be for it."""
    try:
        with tempfile.TemporaryDirectory(prefix=".suyuan-", dir=near) as folder:
            yield Path(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable("file_not_writable", path=near, reason=reason) from error


@contextmanager
def _server(environment: Mapping[str, str], terminal: Terminal) -> Iterator[str]:
    """The server to restore onto: the one that is named, else the embedded one without services."""
    settings = LocalSettings.from_environment(environment)
    if settings.database_url is not None:
        yield settings.database_url
        return
    home = Home(settings.home)
    home.prepare()
    with home.runner.taken() as lock:
        if lock is None:
            raise Unavailable("already_running", home=home.path, pid=home.runner.living())
        terminal.say("postgres_starting")
        with home.server() as server:
            yield server.url
