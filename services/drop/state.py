"""How a watched folder is, as its watcher writes it down and others read it."""

from __future__ import annotations

import os
import stat
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from services.drop.folder import LOCK, OWN, STATUS, DropFolder
from services.drop.service import NotNow
from suyuan.storage.pidfile import PidFile

_STATUS_BYTES = 64 * 1024
# Progress is written this often at most; what is new about a file or the service at once.
_WRITE_SECONDS = 2.0


class Watch(StrEnum):
    """Whether anybody looks at the folder."""

    WATCHED = "watched"
    UNWATCHED = "unwatched"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class FolderState:
    """What a watcher knew at ``as_of``. ``problem`` is why it waits, ``None`` where it does not.

    ``waiting`` are files not taken in yet, ``done`` and ``failed`` counts since it was started.
    """

    as_of: datetime | None = None
    waiting: int = 0
    done: int = 0
    failed: int = 0
    last_file: datetime | None = None
    problem: str | None = None
    said: tuple[str, str] | None = None
    file: str | None = None
    read: int = 0
    of: int | None = None


class StateFile:
    """The state of one watcher, written down as it changes."""

    def __init__(self, folder: DropFolder) -> None:
        self._folder = folder
        self._state = FolderState()
        self._written = datetime.min.replace(tzinfo=UTC)

    @property
    def state(self) -> FolderState:
        return self._state

    def set(self, state: FolderState, *, at_once: bool = True) -> None:
        """Keep a new state; a disk that is full costs nobody more than the news."""
        now = datetime.now(UTC)
        due = at_once or (now - self._written).total_seconds() >= _WRITE_SECONDS
        if replace(state, as_of=None) == replace(self._state, as_of=None) and not due:
            return
        self._state = replace(state, as_of=now)
        if due:
            try:
                self._folder.write(STATUS, asdict(self._state))
            except OSError:
                return
            self._written = now

    def trouble(self, error: NotNow | None) -> None:
        """Say that the service cannot be worked with, or that it can again."""
        code, said = (None, None) if error is None else (error.code, error.said)
        self.set(replace(self._state, problem=code, said=said))


def read_state(path: Path) -> tuple[Watch, FolderState]:
    """How the folder at a path is; it never raises, whatever lies there."""
    if not path.is_dir():
        return Watch.MISSING, FolderState()
    try:
        watched = PidFile(path / OWN / LOCK).living() is not None
    except OSError:
        watched = False
    return Watch.WATCHED if watched else Watch.UNWATCHED, _written(path / OWN / STATUS)


def _written(path: Path) -> FolderState:
    """The state that was written last; a new one where there is none that can be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return FolderState()
            return msgspec.json.decode(file.read(_STATUS_BYTES), type=FolderState)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return FolderState()
