"""Whether a file has come whole: its writer is done with it, as far as anybody can tell.

No name says so, and no clock but ours can be trusted: a file counts as whole when nothing of it has
changed for a while that we measured ourselves, and when, where the system tells, nobody has it open
for writing.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

# Some programs make the name first and fill it much later.
_EMPTY_TIMES = 12

# Files in the making, by how browsers, copying programs and editors call them.
_IN_THE_MAKING = (".part", ".partial", ".tmp", ".crdownload", ".filepart", "~")


@dataclass(frozen=True, slots=True)
class Signature:
    """What of a file changes when it is written or replaced; ``moved`` when it is renamed too."""

    inode: int
    size: int
    written: int
    moved: int

    @classmethod
    def of(cls, found: os.stat_result) -> Signature:
        return cls(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def has_content_of(self, other: Signature) -> bool:
        """Whether it is the same file, as far as its content goes."""
        mine = (self.inode, self.size, self.written)
        return mine == (other.inode, other.size, other.written)


def is_named_unfinished(name: str) -> bool:
    """Whether a name says that the file is not there yet, or none for us."""
    return name.startswith((".", "~$")) or name.lower().endswith(_IN_THE_MAKING)


class Settling:
    """Which files have not changed for ``seconds`` of ``clock``."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._since: dict[str, tuple[Signature, float]] = {}

    def look(self, found: Mapping[str, Signature]) -> None:
        """Take in how the files are now; those that are gone are forgotten."""
        now = self._clock()
        self._since = {
            name: before
            if (before := self._since.get(name)) is not None and before[0] == signature
            else (signature, now)
            for name, signature in found.items()
        }

    def settled(self) -> Iterator[tuple[str, Signature]]:
        """The files that have come whole, as of the last look; the one longest there first."""
        now = self._clock()
        for name, (signature, since) in sorted(self._since.items(), key=lambda one: one[1][1]):
            patience = self._seconds * (1 if signature.size else _EMPTY_TIMES)
            if now - since >= patience:
                yield name, signature

    def __len__(self) -> int:
        return len(self._since)


def has_writer(descriptor: int) -> bool:
    """Whether somebody has the file open for writing; ``False`` where the system does not tell.

    Linux gives a read lease on a file of ours only if nobody has (fcntl(2), F_SETLEASE).
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        # Whoever opens it in this moment breaks the lease by a signal: by one that is ignored.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    return False
