"""A process known by a file: its pid, under a lock that the process itself holds while it lives.

A pid alone lies after a power cut: the number may be another program's by then. The lock cannot: it
belongs to the open file, the file is inherited by the process, and the kernel lets go of it when
the last process that inherited it has ended. So a file without its lock is a stale one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

# Asking whether a file is locked means locking it for an instant: two who ask at once may meet.
_ASKING_SECONDS = 0.5
_POLL_SECONDS = 0.02

# A signal, and the seconds that the process may take over it.
Step = tuple[signal.Signals, float]


class PidFile:
    """``path`` holds the pid of the one process of that name, as a decimal line."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def taken(self) -> Iterator[int | None]:
        """The locked file's descriptor, to be inherited; ``None`` where its process is alive.

        Whoever inherited the descriptor keeps the lock when the block ends.
        """
        descriptor = self._lock_patiently()
        try:
            yield descriptor
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def living(self) -> int | None:
        """The pid of the process while it lives, ``None`` where none does."""
        until = time.monotonic() + _ASKING_SECONDS
        while True:
            with self._asked() as free:
                if free:
                    return None
            pid = self._read()
            if pid is not None:
                return pid
            if time.monotonic() > until:  # locked, and not yet written: it is being started
                return 0
            time.sleep(_POLL_SECONDS)

    def end(self, steps: Sequence[Step], *, group: bool = False) -> bool:
        """End the process by signals, each with the seconds it may take; whether it has ended.

        ``group``: the last signal goes to the process's whole group, which it must lead.
        """
        for number, seconds in steps:
            pid = self.living()
            if pid is None:
                break
            if pid:
                _send(pid, number, group=group and number == steps[-1][0])
            self._wait(seconds)
        return self.clear()

    def clear(self) -> bool:
        """Remove the file of a process that has ended; ``False`` where it is alive."""
        if not self.path.exists():
            return True
        with self.taken() as descriptor:
            if descriptor is not None:
                self.path.unlink(missing_ok=True)
            return descriptor is not None

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self.living() is not None and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)

    def _lock_patiently(self) -> int | None:
        until = time.monotonic() + _ASKING_SECONDS
        while (descriptor := self._lock()) is None and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
        return descriptor

    def _lock(self) -> int | None:
        """The descriptor of the locked file, or ``None`` where another holds the lock."""
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            if not _try_lock(descriptor, fcntl.LOCK_EX):
                os.close(descriptor)
                return None
            if _is_file(descriptor, self.path):
                return descriptor
            os.close(descriptor)  # cleared by another between our opening and our locking

    @contextlib.contextmanager
    def _asked(self) -> Iterator[bool]:
        """Whether nobody holds the lock."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            yield True
            return
        try:
            yield _try_lock(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def _read(self) -> int | None:
        try:
            return int(self.path.read_text())
        except (FileNotFoundError, ValueError):
            return None


def end_child(process: subprocess.Popen[bytes], steps: Sequence[Step]) -> None:
    """End a process of our own making, for when its pid file was deleted from under it."""
    for number, seconds in steps:
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def write_pid(descriptor: int, pid: int) -> None:
    """Write ``pid`` into the locked file that ``taken`` gave."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{pid}\n".encode(), 0)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


def _is_file(descriptor: int, path: Path) -> bool:
    opened = os.fstat(descriptor)
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    return (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino)


def _send(pid: int, number: signal.Signals, *, group: bool) -> None:
    try:
        if group:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
    except ProcessLookupError:
        pass  # it ended meanwhile; a child of its own may still hold the lock
