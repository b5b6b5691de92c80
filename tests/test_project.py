"""The files around the code: what a newcomer's two commands stand on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()
LOCKS = sorted(ROOT.glob("requirements*.lock"))
TARGETS = ["setup", "run", "test", "check", "fix", "bench", "openapi", "migrate", "revision"]


def make(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with what ``make`` looks at, below a path that has a space in it."""
    folder = tmp_path / "new clone"
    folder.mkdir()
    for path in [ROOT / "Makefile", ROOT / "pyproject.toml", *LOCKS]:
        shutil.copy(path, folder)
    return folder


def test_make_alone_says_what_can_be_done() -> None:
    said = make().stdout
    for target in TARGETS:
        assert re.search(rf"^  make {target} +\S", said, re.MULTILINE), target


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_sets_up_what_it_needs(clone: Path, target: str) -> None:
    steps = make("--dry-run", target, folder=clone).stdout
    installed = [lock.name for lock in LOCKS if lock.name in steps]
    wanted = 2 if target in ("setup", "run", "migrate") else 3
    assert len(installed) == wanted, steps
    assert "--require-hashes" in steps


def test_set_up_is_done_once_for_each_change_of_a_lock(clone: Path) -> None:
    (clone / ".venv").mkdir()
    stamped = time.time() + 10  # after the clone's own files, whatever the clock's grain
    for stamp in (".run-ready", ".dev-ready"):
        (clone / ".venv" / stamp).touch()
        os.utime(clone / ".venv" / stamp, (stamped, stamped))
    assert "pip install" not in make("--dry-run", "test", folder=clone).stdout
    os.utime(clone / "requirements-dev.lock", (stamped + 10, stamped + 10))
    assert make("--dry-run", "test", folder=clone).stdout.count("pip install") == 1


def test_a_python_that_is_too_old_is_told_in_a_sentence(clone: Path) -> None:
    old = clone / "old-python"
    pretending = "import sys; sys.version_info = (3, 9, 1)"
    old.write_text(f'#!/bin/sh\nexec python3 -c "{pretending}\n$2"\n')
    old.chmod(0o755)
    said = make("setup", "PYTHON=./old-python", folder=clone)
    assert said.returncode != 0
    assert "Suyuan needs Python 3.11 or newer, and ./old-python is 3.9" in said.stderr
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_hashes_and_no_address(lock: Path) -> None:
    pins = re.split(r"\n(?=\S)", lock.read_text().strip())
    for pin in pins:
        assert re.match(r"[a-z0-9.-]+==\S+ ", pin), pin
        assert "--hash=sha256:" in pin
    assert not re.search(r"https?:|--index|--find-links|--extra", lock.read_text())


def test_what_is_run_by_the_continuous_integration_is_what_is_run_here() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "make check\nmake test\n" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    subprocess.run(["sh", "-n", ROOT / ".ci" / "run"], check=True)


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability." in text
