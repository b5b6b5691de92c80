"""PostgreSQL of our own: the wheel's programs, a data folder of ours, a child process of ours.

It listens on loopback only and asks every connection for its password (SCRAM); there is no socket
file and no trusted connection.
"""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self
from urllib.parse import quote

from suyuan.domain.errors import Unavailable
from suyuan.storage.daemon import Daemon, replace_text
from suyuan.storage.pidfile import end_child
from suyuan.storage.programs import (
    Account,
    Programs,
    account_for,
    data_argument,
    programs_for,
)
from suyuan.storage.tuning import settings

NAME: Final = "postgres"
_LOGIN = "suyuan"
_POSTMASTER_FILE = "postmaster.pid"
_POLL_SECONDS = 0.02
_TOLD_EVERY_SECONDS = 5

# A fast shutdown writes out what is in memory; only then is it cut short.
_STOP = ((signal.SIGINT, 120.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))

# Between our finding a free port and PostgreSQL's taking it, another program may.
_PORT_ATTEMPTS = 3


class Tell(Protocol):
    """Hears how far it is: ``postgres_`` and created, starting, recovering or left_over."""

    def __call__(self, code: str, /, **params: object) -> None: ...


def in_silence(_code: str, /, **_params: object) -> None:
    """A ``Tell`` that nobody listens to."""


class EmbeddedServer:
    """The server under ``home``; as a context manager it runs for the length of the block.

    ``durable=False`` gives up surviving a power cut for speed, for tests. ``pause`` is called while
    waiting for the server to answer, and may raise to give up.
    """

    def __init__(
        self,
        home: Path,
        *,
        durable: bool = True,
        tell: Tell = in_silence,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder = home.absolute() / "postgres"
        self._data = self._folder / "data"
        self._durable = durable
        self._tell = tell
        self._pause = pause
        self._daemon = Daemon(home.absolute(), NAME)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where the running server is, with the password. Raises ``Unavailable`` if it is not."""
        if not self.is_running():
            raise Unavailable("postgres_not_running")
        port = self._daemon.state["port"]
        return f"postgresql://{_LOGIN}:{quote(self._password())}@127.0.0.1:{port}"

    def start(self) -> None:
        """Start the server, for the first time or again, and wait until it answers.

        A server that an earlier run left behind is ended first. Crash recovery takes the time it
        takes. Raises ``Unavailable`` with PostgreSQL's own words if it cannot start.
        """
        self._daemon.make_folders()
        self._folder.mkdir(exist_ok=True)
        self._folder.chmod(0o711)  # the account that PostgreSQL runs as passes through
        self._end_leftover()
        account = account_for(self._data)
        programs = programs_for(account, self._folder)
        if not self._data.exists():
            self._tell("postgres_created")
            self._create(account, programs)
        self._check_version(programs)
        self._remove_stale_lock()
        self._tell("postgres_starting")
        for attempt in range(_PORT_ATTEMPTS):
            if self._answers(account, programs, last=attempt == _PORT_ATTEMPTS - 1):
                return

    def stop(self, *, by_force: bool = False) -> None:
        """Stop the server, whoever started it; what was committed is on disk.

        ``by_force`` spares it the time to write out its memory; it recovers at its next start.
        """
        steps = _STOP[1:] if by_force else _STOP
        ended = self._daemon.pid_file.end(steps)
        if self._process is not None:
            end_child(self._process, steps)
            self._process = None
        if not ended:
            raise Unavailable("postgres_not_stopped", log=self._daemon.log)
        self._remove_temporary()

    def is_running(self) -> bool:
        """Whether the server runs, whoever started it."""
        return self._daemon.pid_file.living() is not None

    def has_ended(self) -> bool:
        """Whether the server that this object started has ended without being told to."""
        return self._process is not None and self._process.poll() is not None

    def _end_leftover(self) -> None:
        if self.is_running():
            self._tell("postgres_left_over")
            self.stop()
        self._remove_temporary()

    def _remove_temporary(self) -> None:
        """Remove the copy of the programs that the last run had made for itself."""
        temporary = self._daemon.state.get("temporary")
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)

    def _create(self, account: Account, programs: Programs) -> None:
        """Make the data folder; under its own name only once it is whole."""
        new = self._folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        account.own(new)
        password = secrets.token_urlsafe(32)
        replace_text(self._folder / "password", password + "\n", mode=0o600)
        status, output = self._initdb(account, programs, new, password)
        if status != 0:
            raise Unavailable("postgres_not_created", reason=_last_line(output))
        new.rename(self._data)

    def _initdb(
        self, account: Account, programs: Programs, data: Path, password: str
    ) -> tuple[int, str]:
        # initdb reads the password from a file. Its account may be unable to come here by the
        # folder's path, but from its working folder the parent is one step.
        file = data.parent / "password.new"
        replace_text(file, password + "\n", mode=0o600)
        account.own(file)
        command = [
            programs["initdb"],
            *("--pgdata", data_argument(account, data)),
            *("--username", _LOGIN, "--auth", "scram-sha-256", "--pwfile", f"../{file.name}"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8"),
        ]
        try:
            return account.run(command if self._durable else [*command, "--no-sync"], folder=data)
        finally:
            file.unlink()

    def _check_version(self, programs: Programs) -> None:
        of_data = int((self._data / "PG_VERSION").read_text())
        if of_data != programs.major:
            raise Unavailable("postgres_other_version", data=of_data, programs=programs.major)

    def _remove_stale_lock(self) -> None:
        """Remove PostgreSQL's own pid file after a power cut, when its pid may be another's.

        PostgreSQL believes any living process of its account; we have seen that none of ours lives.
        """
        pid = _postmaster_pid(self._data)
        if pid is None:
            return
        if _works_in(pid, self._data):
            raise Unavailable("postgres_data_in_use", pid=pid)
        (self._data / _POSTMASTER_FILE).unlink()

    def _answers(self, account: Account, programs: Programs, *, last: bool) -> bool:
        """Start the process and wait until it is ready; ``False`` if its port was just taken."""
        port = self._daemon.choose_port()
        temporary = str(programs.temporary) if programs.temporary else None
        self._daemon.keep({"port": port, "temporary": temporary})
        logged = self._daemon.log_size()
        command = [
            programs["postgres"],
            *("-D", data_argument(account, self._data)),
            *(f"--{name}={value}" for name, value in settings(port, durable=self._durable).items()),
        ]
        self._process = self._daemon.spawn(
            lambda lock, log: account.popen(command, folder=self._data, log=log, pass_fds=(lock,))
        )
        if self._process is None:
            raise Unavailable("postgres_data_in_use", pid=self._daemon.pid_file.living())
        if self._wait_until_ready(self._process):
            return True
        self._process = None
        reason = self._daemon.last_words(logged)
        if "could not create any TCP/IP sockets" in reason and not last:
            return False
        raise Unavailable("postgres_not_started", reason=reason, log=self._daemon.log)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether the server came to answer; it may take as long as its recovery does."""
        began = time.monotonic()
        told = 0
        while process.poll() is None:
            if _is_ready(self._data, process.pid):
                return True
            seconds = int(time.monotonic() - began)
            if seconds >= told + _TOLD_EVERY_SECONDS:
                told = seconds
                self._tell("postgres_recovering", seconds=seconds)
            self._pause(_POLL_SECONDS)
        return False

    def _password(self) -> str:
        try:
            return (self._folder / "password").read_text().strip()
        except FileNotFoundError:
            raise Unavailable("postgres_no_password", path=self._folder / "password") from None


def _postmaster_lines(data: Path) -> list[str]:
    try:
        return (data / _POSTMASTER_FILE).read_text().split("\n")
    except FileNotFoundError:
        return []


def _postmaster_pid(data: Path) -> int | None:
    first = next(iter(_postmaster_lines(data)), "")
    return abs(int(first)) if first.lstrip("-").isdecimal() else None


def _is_ready(data: Path, pid: int) -> bool:
    """Line 8 of PostgreSQL's own pid file says how far it is (miscadmin.h, LOCK_FILE_LINE_*)."""
    lines = _postmaster_lines(data)
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:
        return False  # it has ended, or it is another user's, who cannot enter our folder


def _last_line(output: str) -> str:
    return next((line for line in reversed(output.split("\n")) if line.strip()), "")
