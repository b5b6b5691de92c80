"""A process is known by the lock that it holds, not by a number in a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from suyuan.storage.pidfile import PidFile, end_child, write_pid

SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True)"


def started(pid_file: PidFile, program: str = SLEEP) -> subprocess.Popen[bytes]:
    """A process that holds the lock of a pid file."""
    with pid_file.taken() as lock:
        assert lock is not None
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            pass_fds=(lock,),
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        write_pid(lock, process.pid)
    return process


def reaped(process: subprocess.Popen[bytes]) -> int:
    process.kill()
    assert process.stdout is not None
    process.stdout.close()
    return process.wait()


@pytest.fixture
def pid_file(tmp_path: Path) -> PidFile:
    return PidFile(tmp_path / "it.pid")


def test_without_a_file_nothing_lives(pid_file: PidFile) -> None:
    assert pid_file.living() is None
    assert pid_file.end([(signal.SIGTERM, 1)])


def test_a_process_lives_while_it_holds_the_lock(pid_file: PidFile) -> None:
    process = started(pid_file)
    assert pid_file.living() == process.pid
    reaped(process)
    assert pid_file.living() is None


def test_a_file_that_names_another_living_process_is_stale(pid_file: PidFile) -> None:
    pid_file.path.write_text(f"{os.getpid()}\n")
    assert pid_file.living() is None
    assert pid_file.end([(signal.SIGKILL, 1)])
    assert not pid_file.path.exists()


def test_a_living_process_cannot_be_taken_over(pid_file: PidFile) -> None:
    process = started(pid_file)
    with pid_file.taken() as lock:
        assert lock is None
    assert not pid_file.clear()
    reaped(process)


def test_a_process_is_ended_and_its_file_removed(pid_file: PidFile) -> None:
    process = started(pid_file)
    assert pid_file.end([(signal.SIGTERM, 10)])
    assert not pid_file.path.exists()
    assert process.poll() == -signal.SIGTERM
    reaped(process)


def test_a_process_that_does_not_listen_is_killed(pid_file: PidFile) -> None:
    process = started(pid_file, f"{STUBBORN}\n{SLEEP}")
    assert process.stdout is not None
    process.stdout.readline()
    assert pid_file.end([(signal.SIGTERM, 0.2), (signal.SIGKILL, 10)])
    assert process.wait() == -signal.SIGKILL
    reaped(process)


def test_the_last_signal_goes_to_the_whole_group(pid_file: PidFile) -> None:
    forking = f"import os\nif os.fork(): os._exit(0)\n{SLEEP}"
    process = started(pid_file, forking)
    assert process.wait() == 0
    assert pid_file.living() == process.pid  # its child holds the lock
    assert pid_file.end([(signal.SIGTERM, 0.1), (signal.SIGKILL, 10)], group=True)
    reaped(process)


def test_a_process_that_does_not_end_in_time_is_told_of(pid_file: PidFile) -> None:
    process = started(pid_file, f"{STUBBORN}\n{SLEEP}")
    assert process.stdout is not None
    process.stdout.readline()
    assert not pid_file.end([(signal.SIGTERM, 0.1)])
    reaped(process)


def test_a_process_that_is_being_started_is_waited_for(pid_file: PidFile) -> None:
    with pid_file.taken() as lock:
        assert lock is not None
        assert pid_file.living() == 0


def test_a_file_that_is_replaced_while_it_is_locked_is_not_trusted(pid_file: PidFile) -> None:
    with pid_file.taken() as lock:
        assert lock is not None
        pid_file.path.unlink()
        with pid_file.taken() as second:
            assert second is not None
            assert os.fstat(second).st_ino == pid_file.path.stat().st_ino


def test_a_child_whose_file_was_deleted_is_ended_all_the_same(pid_file: PidFile) -> None:
    process = started(pid_file)
    pid_file.path.unlink()
    assert pid_file.end([(signal.SIGTERM, 1)])
    assert process.poll() is None
    end_child(process, [(signal.SIGTERM, 10)])
    assert process.returncode == -signal.SIGTERM
    reaped(process)
