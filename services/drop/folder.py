"""The folder on disk: what has arrived in it, what is being taken in, what is done or failed.

::

    FOLDER/               where files are dropped
    FOLDER/working/       those that are being taken in
    FOLDER/done/          those of which everything was taken in, each with its report
    FOLDER/failed/        those of which something was not
    FOLDER/.suyuan/       who watches, the state, and notes on what is in working

Whoever drops files may write here, so nothing is reached by a path that they could bend: the
folders are opened once, not through symbolic links, and everything in them is named by one step.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from services.drop.wholeness import Signature, is_named_unfinished

WORKING, DONE, FAILED, OWN = "working", "done", "failed", ".suyuan"
STATUS, LOCK = "status.json", "watcher.pid"

_HERE = ""
# A look costs a call for each file; of a folder with more, the first ones are taken in first.
_MOST_FILES = 10_000
_NOTE_BYTES = 64 * 1024
_OPEN = os.O_NOFOLLOW | os.O_CLOEXEC


class FolderGone(Exception):
    """The folder is not there (any more), or is another one; ``str`` says how."""


class DropFolder:
    """An open folder. ``path`` is where it was found; what is in it is reached without it."""

    def __init__(self, path: Path, opened: Mapping[str, int]) -> None:
        self.path = path
        self._opened = opened

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[DropFolder]:
        """The folder with the folders in it, which are made. Raises FolderGone."""
        with ExitStack() as stack:
            found: dict[str, int] = {}
            try:
                found[_HERE] = os.open(path, os.O_DIRECTORY | os.O_CLOEXEC)
                stack.callback(os.close, found[_HERE])
                for name in (WORKING, DONE, FAILED, OWN):
                    found[name] = _folder_in(found[_HERE], name)
                    stack.callback(os.close, found[name])
            except OSError as error:
                raise FolderGone(f"{error.filename}: {error.strerror}") from error
            yield cls(path, found)

    def require_there(self) -> None:
        """Raise FolderGone if what is at the path, or a folder in it, is not what was opened."""
        for name, descriptor in self._opened.items():
            try:
                now = os.lstat(self.path / name) if name else self.path.stat()
            except OSError as error:
                raise FolderGone(f"{error.filename}: {error.strerror}") from error
            before = os.fstat(descriptor)
            if (now.st_dev, now.st_ino) != (before.st_dev, before.st_ino):
                raise FolderGone(f"{self.path / name}: replaced")

    # --- What is there ----------------------------------------------------------------------------

    def arrived(self) -> dict[str, Signature]:
        """The files that were dropped and are not being taken in."""
        return self._files(_HERE)

    def taken(self) -> dict[str, Signature]:
        """The files that are being taken in."""
        return self._files(WORKING)

    def _files(self, folder: str) -> dict[str, Signature]:
        """Plain files by name; links, pipes and what is named as unfinished are left alone."""
        with os.scandir(self._opened[folder]) as entries:
            wanted = (
                entry
                for entry in entries
                if not is_named_unfinished(entry.name) and entry.is_file(follow_symlinks=False)
            )
            named = [entry.name for entry in islice(wanted, _MOST_FILES)]
        found = {}
        for name in named:
            try:
                now = os.stat(name, dir_fd=self._opened[folder], follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(now.st_mode):
                found[name] = Signature.of(now)
        return found

    # --- One file's way ---------------------------------------------------------------------------

    def take(self, name: str) -> None:
        """Move a file that was dropped to those being taken in. Raises OSError."""
        here, working = self._opened[_HERE], self._opened[WORKING]
        os.rename(name, name, src_dir_fd=here, dst_dir_fd=working)

    def open_arrived(self, name: str) -> BinaryIO:
        """A file that was dropped, for reading. Raises OSError."""
        return self._reader(_HERE, name)

    def open_taken(self, name: str) -> BinaryIO:
        """A file that is being taken in, for reading. Raises OSError."""
        return self._reader(WORKING, name)

    def _reader(self, folder: str, name: str) -> BinaryIO:
        # Without O_NONBLOCK a pipe that was put in the file's place would be waited for.
        flags = os.O_RDONLY | os.O_NONBLOCK | _OPEN
        return os.fdopen(os.open(name, flags, dir_fd=self._opened[folder]), "rb")

    def put_away(self, name: str, where: str, new_name: str) -> None:
        """Move a file that was being taken in to ``done`` or ``failed``. Raises OSError."""
        working, target = self._opened[WORKING], self._opened[where]
        os.rename(name, new_name, src_dir_fd=working, dst_dir_fd=target)

    def has(self, where: str, name: str) -> bool:
        """Whether there is anything of that name."""
        try:
            os.stat(name, dir_fd=self._opened[where], follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    # --- Our own files ----------------------------------------------------------------------------

    def scratch(self, name: str) -> BinaryIO:
        """A new file of ours, to be published when it is whole. Raises OSError."""
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | _OPEN
        return os.fdopen(os.open(name, flags, 0o666, dir_fd=self._opened[OWN]), "w+b")

    def publish(self, scratch: str, where: str, name: str) -> None:
        """Move a file of ours to where people find it, in one step. Raises OSError."""
        own, target = self._opened[OWN], self._opened[where]
        with self._reader(OWN, scratch) as file:
            os.fsync(file.fileno())  # or a power cut leaves an empty file under its name
        os.rename(scratch, name, src_dir_fd=own, dst_dir_fd=target)

    def write(self, name: str, content: object) -> None:
        """Replace a small JSON file of ours in one step. Raises OSError."""
        with self.scratch(f"{name}.new") as file:
            file.write(msgspec.json.encode(content))
        self.publish(f"{name}.new", OWN, name)

    def note(self, signature: Signature) -> dict[str, Any]:
        """What was noted of a file that is being taken in; empty where nothing was."""
        try:
            with self._reader(OWN, _note_name(signature)) as file:
                kept = msgspec.json.decode(file.read(_NOTE_BYTES))
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return {}
        same = isinstance(kept, dict) and kept.get("written") == signature.written
        return kept if same else {}

    def keep_note(self, signature: Signature, note: Mapping[str, Any]) -> None:
        """Note something of a file that is being taken in, for whoever goes on. Raises OSError."""
        self.write(_note_name(signature), {**note, "written": signature.written})

    def _own(self) -> list[str]:
        with os.scandir(self._opened[OWN]) as entries:
            return [entry.name for entry in entries]

    def forget(self, signature: Signature) -> None:
        """Remove what was noted and begun of a file. Raises OSError."""
        for name in self._own():
            if name.startswith(f"{signature.inode}."):
                os.unlink(name, dir_fd=self._opened[OWN])

    def clear(self) -> None:
        """Remove what was noted of files that are no longer being taken in, and what was begun."""
        kept = {STATUS, LOCK, *map(_note_name, self.taken().values())}
        for name in self._own():
            if name not in kept:
                os.unlink(name, dir_fd=self._opened[OWN])


def shown(name: str) -> str:
    """A file's name as text: UTF-8, else GB18030, which old Windows programs name files in."""
    raw = os.fsencode(name)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _note_name(signature: Signature) -> str:
    # By number, since a name with anything added may be too long to be one.
    return f"{signature.inode}.json"


def _folder_in(parent: int, name: str) -> int:
    """A folder in another one, made if need be. Raises OSError, also where it is a link."""
    with suppress(FileExistsError):
        os.mkdir(name, 0o777, dir_fd=parent)
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | _OPEN, dir_fd=parent)
