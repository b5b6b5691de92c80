"""One file while it is taken in, and what became of it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from services.drop.folder import DropFolder, shown
from services.drop.service import Sentence
from services.drop.wholeness import Signature

# The lists that a report may have beside it, by the ending of their names.
REJECTED_CSV, REJECTED_NDJSON, REASONS = ".rejected.csv", ".rejected.ndjson", ".reasons.csv"


class Changed(Exception):
    """The file was written to while it was read: it was not whole, and is waited for again."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reports a file held, and what became of them."""

    read: int = 0
    accepted: int = 0
    repeated: int = 0
    rejected: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.read + other.read,
            self.accepted + other.accepted,
            self.repeated + other.repeated,
            self.rejected + other.rejected,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. ``problems`` say why it could not be read, or not to its end.

    ``lists`` are the endings of the lists that were made of what was refused.
    """

    counts: Counts = field(default_factory=Counts)
    problems: tuple[Sentence, ...] = ()
    lists: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether everything in it was taken in."""
        return not self.problems and not self.counts.rejected


class Taking:
    """A file in ``working``, open. ``tell`` hears how far it is: reports read, of how many."""

    def __init__(
        self,
        folder: DropFolder,
        name: str,
        file: BinaryIO,
        tell: Callable[[int, int | None], None],
    ) -> None:
        self.name = name
        self.shown = shown(name)
        self.tell = tell
        self.signature = Signature.of(os.fstat(file.fileno()))
        self.size = self.signature.size
        self.file: BinaryIO = io.BufferedReader(_Watched(file, self._require_unchanged))
        self._folder = folder

    def _require_unchanged(self) -> None:
        now = Signature.of(os.fstat(self.file.fileno()))
        if not now.has_content_of(self.signature):
            raise Changed

    @property
    def note(self) -> dict[str, Any]:
        """What was noted of it, by this watcher or the one before."""
        return self._folder.note(self.signature)

    def keep_note(self, note: Mapping[str, Any]) -> None:
        self._folder.keep_note(self.signature, note)

    def scratch(self, ending: str) -> BinaryIO:
        """A new list of what was refused."""
        return self._folder.scratch(self.scratch_name(ending))

    def scratch_name(self, ending: str) -> str:
        return f"{self.signature.inode}{ending}"


class _Watched(io.RawIOBase):
    """A file whose end is only given out while it is what it was at the beginning."""

    def __init__(self, file: BinaryIO, check: Callable[[], None]) -> None:
        self._file = file
        self._check = check

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file.fileno()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        if len(data) < len(buffer):
            self._check()
        buffer[: len(data)] = data
        return len(data)
