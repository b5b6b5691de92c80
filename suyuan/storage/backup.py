"""A database as a file, and back, by PostgreSQL's own ``pg_dump`` and ``pg_restore``.

They are the wheel's, and so as new as the newest server that we run ourselves.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from suyuan.domain.errors import Unavailable
from suyuan.storage.engine import async_url
from suyuan.storage.programs import client_program
from suyuan.storage.provision import database_name, make_empty


def dump(server_url: str, service: str, file: Path) -> None:
    """Write a service's database, as of one moment, to a file.

    Raises ``Unavailable`` with PostgreSQL's own words.
    """
    options = ("--format=custom", "--no-owner", f"--file={file}")
    _run("pg_dump", options, server_url, service)


async def restore(server_url: str, service: str, file: Path) -> None:
    """Make a service's database from a file; it must not be there, or hold nothing.

    The tables are as old as the file: bring them up to date afterwards. Raises ``Refused``, with
    nothing changed, for a database that holds something, and ``Unavailable`` as ``dump`` does.
    """
    await make_empty(server_url, service)
    options = ("--no-owner", "--exit-on-error", "--single-transaction", str(file))
    _run("pg_restore", options, server_url, service)


def _run(name: str, options: Sequence[str], server_url: str, service: str) -> None:
    command = [client_program(name), f"--dbname={database_name(service)}", *options]
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours
            command, env=_environment(server_url), capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise Unavailable("backup_failed", program=name, reason=error.strerror) from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise Unavailable("backup_failed", program=name, reason=said[0])


def _environment(server_url: str) -> Mapping[str, str]:
    """Where the server is: on the command line any account could read the password."""
    address = async_url(server_url)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "PGHOST": address.host or "localhost",
        "PGPORT": str(address.port or 5432),
        "PGUSER": address.username or "",
        "PGPASSWORD": str(address.password or ""),
    }
