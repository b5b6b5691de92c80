"""A process of the embedded default: its pid file, its log, and the port that it keeps.

All lie under one home folder: ``run/NAME.pid``, ``run/NAME.json``, ``log/NAME.log``.
"""

from __future__ import annotations

import errno
import json
import os
import re
import socket
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO, Any

from suyuan.storage.pidfile import PidFile, write_pid

# Beyond this a log is put aside when its process starts; the one put aside before is dropped.
_LOG_BYTES = 10 * 1024 * 1024

_FATAL = re.compile(r"\b(FATAL|PANIC)\b")
_NOT_FREE = (errno.EADDRINUSE, errno.EACCES)

# Given the lock to inherit and the log to write to, starts the process.
Start = Callable[[int, IO[bytes]], "subprocess.Popen[bytes]"]


class Daemon:
    """One process by its name. ``pid_file`` tells whether it lives, whoever started it."""

    def __init__(self, home: Path, name: str) -> None:
        self.name = name
        self.log = home / "log" / f"{name}.log"
        self.pid_file = PidFile(home / "run" / f"{name}.pid")
        self._state = home / "run" / f"{name}.json"

    def make_folders(self) -> None:
        """Make what the process's files lie in; logs are for their owner alone."""
        self.pid_file.path.parent.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(mode=0o700, exist_ok=True)

    def spawn(self, start: Start) -> subprocess.Popen[bytes] | None:
        """Start the process, which holds the pid file's lock from then on; ``None`` if it lives."""
        with self.pid_file.taken() as lock:
            if lock is None:
                return None
            with _open_log(self.log) as log:
                process = start(lock, log)
            write_pid(lock, process.pid)
            return process

    @property
    def state(self) -> dict[str, Any]:
        """What was kept of the last start; empty where nothing was, or it cannot be read."""
        try:
            kept = json.loads(self._state.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def keep(self, state: dict[str, Any]) -> None:
        """Keep ``state`` for the next start, in one step: a reader sees the old or the new."""
        replace_text(self._state, json.dumps(state) + "\n")

    def choose_port(self, besides: Collection[int] = ()) -> int:
        """The port of the last start if it is free on loopback, else any that is.

        Never one of ``besides``, which others are about to take.
        """
        kept = self.state.get("port")
        if isinstance(kept, int) and kept not in besides and is_free("127.0.0.1", kept):
            return kept
        while (port := _any_free_port()) in besides:
            pass
        return port

    def log_size(self) -> int:
        """How long the log is, as a mark for ``last_words``."""
        return self.log.stat().st_size if self.log.exists() else 0

    def last_words(self, since: int) -> str:
        """Why the process ended: the last fatal line of its log after ``since``, else the last."""
        with self.log.open("rb") as log:
            log.seek(max(since, log.seek(0, os.SEEK_END) - 8192))
            lines = [line.strip() for line in log.read().decode(errors="replace").split("\n")]
        said = [line for line in lines if line]
        fatal = [line for line in said if _FATAL.search(line)]
        return next(reversed(fatal or said), "")


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there. Raises ``OSError`` for an address not of ours."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno in _NOT_FREE:
                return False
            raise
    return True


def replace_text(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a small file in one step: whatever happens, the old or the new one is there."""
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, mode)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    beside.replace(path)


def _open_log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab", buffering=0)
