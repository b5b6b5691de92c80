"""``suyuan drop``: a folder watched, and every file that is dropped into it taken in once.

Killed at any point, it goes on where it was: what is being taken in lies in ``working``, a job that
was begun is noted, and reports that are sent again are known by their identity.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from services.drop import reports, spreadsheets
from services.drop.filing import put_away
from services.drop.folder import LOCK, OWN, DropFolder, FolderGone, shown
from services.drop.service import NotNow, Patience, Service, WrongFile, both
from services.drop.state import StateFile
from services.drop.taking import Changed, Outcome, Taking
from services.drop.wholeness import Settling, Signature, has_writer
from suyuan.domain.errors import Refused, SuyuanError, Unavailable
from suyuan.storage.pidfile import PidFile, write_pid

LOOK_SECONDS = 1.0
SETTLE_SECONDS = 5.0
# A folder on another machine may be away for as long as that one is.
_AWAY_SECONDS = 2.0
_POSTPONED_SECONDS, _LONGEST_SECONDS = 5.0, 300.0

Say = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Watched:
    """A folder, where its files go, and how long each must rest before it counts as whole."""

    folder: Path
    url: str
    key: str
    settle: float = SETTLE_SECONDS


def watch(watched: Watched, say: Say) -> None:
    """Take in what is dropped, until a signal's handler raises. ``say`` tells what goes on.

    Raises Unavailable where another watches the folder already.
    """
    gone = ""
    while True:
        try:
            with _session(watched, Patience(), say) as session:
                gone = ""
                while True:
                    session.look()
                    time.sleep(LOOK_SECONDS)
        except (FolderGone, OSError) as error:
            # A share that goes away does so at any step, and in more ways than one.
            if str(error) != gone:
                gone = str(error)
                say("drop_folder_gone", reason=gone)
            time.sleep(_AWAY_SECONDS)


def take_in_once(watched: Watched, say: Say) -> bool:
    """Take in what is there, and end; whether everything of every file was taken in.

    Raises Unavailable where the folder or the service is not there.
    """
    try:
        with _session(watched, Patience(tries=3), say) as session:
            while session.look(wait=False):
                time.sleep(min(watched.settle / 5, LOOK_SECONDS))
            return session.all_is_well
    except (FolderGone, OSError) as error:
        raise Unavailable("drop_folder_unusable", reason=str(error)) from error
    except NotNow as error:
        raise Unavailable("drop_gave_up", reason=error.said[1].rstrip(".")) from error


@contextmanager
def _session(watched: Watched, patience: Patience, say: Say) -> Iterator[_Session]:
    """The folder, open and ours alone."""
    with DropFolder.opened(watched.folder) as folder:
        pid_file = PidFile(watched.folder / OWN / LOCK)
        with pid_file.taken() as lock:
            if lock is None:
                raise Unavailable("drop_watched", path=watched.folder, pid=pid_file.living())
            write_pid(lock, os.getpid())
            folder.clear()
            session = _Session(folder, watched, patience, say)
            try:
                yield session
            finally:
                session.close()


class _Session:
    """One watcher's time with one folder."""

    def __init__(self, folder: DropFolder, watched: Watched, patience: Patience, say: Say) -> None:
        self._folder = folder
        self._say = say
        self._state = StateFile(folder)
        self._arrived = Settling(watched.settle, time.monotonic)
        self._taken = Settling(watched.settle, time.monotonic)
        self._postponed: dict[str, tuple[float, float]] = {}
        self._service = Service(watched.url, watched.key, patience, self._heard)
        self._patient = patience.tries is None
        self._left = 0
        self._told_changed: set[str] = set()
        self.all_is_well = True
        say("drop_watching", path=shown(str(watched.folder)), url=watched.url)

    def close(self) -> None:
        self._service.close()

    def look(self, *, wait: bool = True) -> bool:
        """Take in every file that has come whole; whether there are others.

        Raises FolderGone, or OSError where it goes away this very moment.
        """
        self._folder.require_there()
        self._taken.look(self._folder.taken())
        self._arrived.look(self._folder.arrived())
        left = self._left = len(self._taken) + len(self._arrived)
        self._count()
        for name, _ in self._taken.settled():
            if self._is_due(name):
                self._take_in(name)
        for name, signature in self._arrived.settled():
            self._folder.require_there()
            if self._is_due(name) and self._claim(name, signature):
                self._take_in(name)
        return wait or left > 0

    def _count(self) -> None:
        self._state.set(replace(self._state.state, waiting=self._left), at_once=False)

    # --- One file -----------------------------------------------------------------------------

    def _claim(self, name: str, signature: Signature) -> bool:
        """Move a file out of its writers' sight; whether it is whole there."""
        if name in self._folder.taken():
            return False  # the one before it of that name is not done with yet
        try:
            with self._folder.open_arrived(name) as file:
                if has_writer(file.fileno()):
                    return False
        except PermissionError:
            pass  # what cannot be read is told of when it was moved
        except OSError:
            return False
        try:
            self._folder.take(name)
        except FileNotFoundError:
            return False
        except OSError as error:
            self._postpone(name, error)
            return False
        now = self._folder.taken().get(name)
        return now is not None and now.has_content_of(signature)

    def _take_in(self, name: str) -> None:
        signature = self._folder.taken().get(name)
        if signature is None:
            return
        self._state.set(replace(self._state.state, file=shown(name), read=0, of=None))
        try:
            outcome = self._outcome(name)
            where = put_away(self._folder, name, signature, outcome)
        except Changed:
            if name not in self._told_changed:
                self._told_changed.add(name)
                self._say("drop_changed", name=shown(name))
        except NotNow as error:
            if not self._patient:
                raise
            self._postpone(name, error)
        except OSError as error:
            self._folder.require_there()
            self._postpone(name, error)
        else:
            self._tell(name, outcome, where)
        finally:
            self._state.set(replace(self._state.state, file=None, read=0, of=None))

    def _outcome(self, name: str) -> Outcome:
        """What becomes of a file. Raises Changed, NotNow, and OSError for troubles of our disk."""
        try:
            file = self._folder.open_taken(name)
        except PermissionError as error:
            params = {"name": shown(name), "reason": error.strerror}
            return Outcome(problems=(both("file_not_readable", params),))
        with file:
            if has_writer(file.fileno()):
                raise Changed
            try:
                taking = Taking(self._folder, name, file, self._progress)
                send = reports.send if reports.is_of_reports(name) else spreadsheets.send
                return send(self._service, taking)
            except WrongFile as error:
                return Outcome(problems=error.sentences)
            except Refused as error:
                return Outcome(problems=_sentences(error))

    # --- What is told -------------------------------------------------------------------------

    def _tell(self, name: str, outcome: Outcome, where: str) -> None:
        self._postponed.pop(name, None)
        self._told_changed.discard(name)
        self._left -= 1
        self.all_is_well = self.all_is_well and outcome.is_whole
        counts = outcome.counts
        self._say(
            "drop_put_away",
            name=shown(name),
            where=where,
            read=counts.read,
            accepted=counts.accepted,
            repeated=counts.repeated,
            rejected=counts.rejected,
        )
        for problem in outcome.problems:
            self._say("drop_said", chinese=problem[0], english=problem[1])
        state = self._state.state
        self._state.set(
            replace(
                state,
                last_file=datetime.now(UTC),
                done=state.done + outcome.is_whole,
                failed=state.failed + (not outcome.is_whole),
                waiting=max(self._left, 0),
                problem=None,
                said=None,
            )
        )

    def _progress(self, read: int, of: int | None) -> None:
        self._state.set(replace(self._state.state, read=read, of=of), at_once=False)

    def _heard(self, error: NotNow | None) -> None:
        """The service could not be worked with, or it can be again."""
        before = self._state.state.said
        self._state.trouble(error)
        if error is None:
            self._say("drop_goes_on")
        elif error.said != before:
            self._say("drop_said", chinese=error.said[0], english=error.said[1])

    # --- What has to wait ---------------------------------------------------------------------

    def _is_due(self, name: str) -> bool:
        return self._postponed.get(name, (0.0, 0.0))[0] <= time.monotonic()

    def _postpone(self, name: str, error: NotNow | OSError) -> None:
        """Let others go first; each time for twice as long."""
        said = error.said if isinstance(error, NotNow) else _disk(name, error)
        _, before = self._postponed.get(name, (0.0, 0.0))
        wait = min(max(before * 2, _POSTPONED_SECONDS), _LONGEST_SECONDS)
        self._postponed[name] = (time.monotonic() + wait, wait)
        code = error.code if isinstance(error, NotNow) else "disk"
        self._state.set(replace(self._state.state, problem=code, said=said))
        self._say("drop_said", chinese=said[0], english=said[1])
        if not self._patient:
            raise NotNow(code, said)


def _disk(name: str, error: OSError) -> tuple[str, str]:
    reason = error.strerror or str(error)
    return both("drop_not_stored", {"name": shown(name), "reason": reason})


def _sentences(error: SuyuanError) -> tuple[tuple[str, str], ...]:
    whole = both(error.code, error.params)
    return (whole, *(both(fault.code, fault.params) for fault in error.faults))
