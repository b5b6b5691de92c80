from __future__ import annotations

import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from suyuan.storage import daemon as module
from suyuan.storage.daemon import Daemon, is_free, replace_text


@pytest.fixture
def daemon(tmp_path: Path) -> Daemon:
    made = Daemon(tmp_path, "it")
    made.make_folders()
    return made


def run(daemon: Daemon, program: str) -> int:
    """Run a program as the daemon, to its end."""
    process = daemon.spawn(
        lambda lock, log: subprocess.Popen(
            [sys.executable, "-c", program], stdout=log, stderr=log, pass_fds=(lock,)
        )
    )
    assert process is not None
    return process.wait()


def test_what_a_process_writes_is_in_its_log(daemon: Daemon) -> None:
    run(daemon, "print('one')")
    run(daemon, "print('two')")
    assert daemon.log.read_text() == "one\ntwo\n"


def test_a_second_process_of_the_name_is_not_started(daemon: Daemon) -> None:
    with daemon.pid_file.taken():
        assert daemon.spawn(lambda *_: pytest.fail("it was started")) is None


def test_a_log_that_has_grown_is_put_aside(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOG_BYTES", 3)
    run(daemon, "print('one')")
    run(daemon, "print('two')")
    assert daemon.log.read_text() == "two\n"
    assert daemon.log.with_suffix(".log.1").read_text() == "one\n"


def test_the_last_words_are_of_this_start_and_a_fatal_line_goes_first(daemon: Daemon) -> None:
    run(daemon, "print('FATAL: old')")
    mark = daemon.log_size()
    assert daemon.last_words(mark) == ""
    run(daemon, "print('FATAL:  no room'); print('LOG:  shut down'); print()")
    assert daemon.last_words(mark) == "FATAL:  no room"


def test_a_port_is_kept_while_it_is_free(daemon: Daemon) -> None:
    port = daemon.choose_port()
    daemon.keep({"port": port})
    assert daemon.choose_port() == port
    assert daemon.choose_port(besides={port}) != port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert not is_free("127.0.0.1", port)
        assert daemon.choose_port() != port


def test_a_state_that_cannot_be_read_is_no_state(daemon: Daemon, tmp_path: Path) -> None:
    assert daemon.state == {}
    for broken in ("{", "[]"):
        (tmp_path / "run" / "it.json").write_text(broken)
        assert daemon.state == {}


def test_an_address_of_another_machine_is_no_port_in_use() -> None:
    with pytest.raises(OSError, match=r"[Aa]ssign"):
        is_free("203.0.113.1", 8000)


def test_a_file_is_replaced_whole_and_has_its_mode_whatever_was_there(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    replace_text(path, "新", mode=0o600)
    assert path.read_text(encoding="utf-8") == "新"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
