"""The sector profiles in force: those that are shipped, and a department's own over them.

``SUYUAN_PROFILES`` names a folder of files like ``food.toml``. It is looked at every second; what
cannot be used changes nothing, and is told in the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from suyuan.domain.errors import Fault
from suyuan.domain.profiles.checking import Checkers
from suyuan.domain.profiles.profile import PROFILE_IDS, Profile
from suyuan.domain.profiles.reading import ProfileRefused
from suyuan.domain.profiles.showing import Showing
from suyuan.domain.sentences import sentence
from suyuan.web.background import beside
from suyuan.wire import profiles

# A look at some files' times costs nothing, and nobody changes a profile by the second.
LOOK_SECONDS = 1.0

log = structlog.get_logger("suyuan")

_State = tuple[tuple[str, int, int, int], ...]


class ProfilesRefused(ValueError):
    """Some file of a folder cannot be used. Each sentence names file and place, twice told."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))


class ProfilesInForce:
    """What events are checked by, now, and what the public is shown of them.

    ``folder`` has a department's own profiles; ``own`` is the sector of events that name none.
    Raises ProfilesRefused where the folder cannot be used: at the start nothing else is in force.
    """

    def __init__(self, folder: Path | None, own: str | None) -> None:
        self._folder = folder
        self._own = own
        self._seen = _state(folder)
        self.checkers = self._read()
        self.showing = self._shown()

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """The profiles by their ids."""
        return {name: checker.profile for name, checker in self.checkers.by_id.items()}

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """Take up changes of the folder while the block lasts."""
        if self._folder is None:
            yield
            return
        async with beside(self._follow):
            yield

    def look(self) -> None:
        """Take up what has changed since the last look, if anything has, and can be used."""
        state = _state(self._folder)
        if state == self._seen:
            return
        self._seen = state
        try:
            self.checkers = self._read()
        except ProfilesRefused as error:
            log.warning("profiles_refused", problems=error.sentences)
            return
        self.showing = self._shown()
        log.info("profiles_read", profiles=[one.label for one in self.profiles.values()])

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await asyncio.to_thread(self.look)

    def _read(self) -> Checkers:
        own = read_folder(self._folder) if self._folder is not None else {}
        return Checkers({**profiles.shipped(), **own}.values(), self._own)

    def _shown(self) -> Showing:
        return Showing(self.profiles.values(), self._own)


def read_folder(folder: Path) -> dict[str, Profile]:
    """The profiles of a folder by their ids. Raises ProfilesRefused with all that is wrong."""
    found: dict[str, Profile] = {}
    wrong: list[str] = []
    if not folder.is_dir():
        raise ProfilesRefused([told(str(folder), Fault("profile_folder", "", {"folder": folder}))])
    for path in sorted(folder.glob("*.toml")):
        try:
            found[path.stem] = read_file(path)
        except ProfileRefused as error:
            wrong += [told(path.name, fault) for fault in error.faults]
    if wrong:
        raise ProfilesRefused(wrong)
    return found


def read_file(path: Path) -> Profile:
    """The profile in one file, which is named for it. Raises ProfileRefused."""
    if path.stem not in PROFILE_IDS:
        params = {"id": path.stem, "allowed": list(PROFILE_IDS)}
        raise ProfileRefused(faults=[Fault("profile_file_unknown", "", params)])
    try:
        with path.open("rb") as file:
            text = file.read(profiles.PROFILE_BYTES_LIMIT + 1)
    except OSError as error:
        fault = Fault("profile_not_readable", "", {"reason": error.strerror or str(error)})
        raise ProfileRefused(faults=[fault]) from error
    profile = profiles.read_profile(text)
    if profile.id != path.stem:
        params = {"id": profile.id, "expected": f"{profile.id}.toml"}
        raise ProfileRefused(faults=[Fault("profile_other_file", "id", params)])
    return profile


def told(file: str, fault: Fault) -> str:
    """A fault with its file and place, in Chinese and then in English."""
    where = ": ".join(part for part in (file, fault.pointer) if part)
    chinese, english = (sentence(fault.code, fault.params, lang) for lang in ("zh", "en"))
    return f"{where}: {chinese} {english}"


def _state(folder: Path | None) -> _State | None:
    """What changes when a file is written, replaced or taken away; ``None`` without a folder."""
    if folder is None:
        return None
    return tuple(sorted(_stats(folder)))


def _stats(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    for path in folder.glob("*.toml"):
        try:
            found = path.stat()
        except OSError:
            continue  # it went between two looks
        yield path.name, found.st_mtime_ns, found.st_size, found.st_ino
