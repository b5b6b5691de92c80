from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from services import home as module
from services.demonstration import Part
from services.home import Home, LocalSettings, RunningCity
from suyuan.domain.errors import Refused, Unavailable
from suyuan.storage.pidfile import write_pid

CITY = RunningCity("postgresql://u:secret@h", "127.0.0.1", 8000, "http://h", ("food", "meat"))
DOCUMENTED = Path(__file__).parents[2] / "docs" / "settings.md"


def test_nothing_needs_to_be_set() -> None:
    settings = LocalSettings.from_environment({"SUYUAN_PORT": " ", "SUYUAN_HOME": ""})
    assert settings == LocalSettings(module.default_home(), "127.0.0.1", 8000, None, None)


def test_everything_can_be_set() -> None:
    environment = {
        "SUYUAN_HOME": "~/city",
        "SUYUAN_HOST": "0.0.0.0",
        "SUYUAN_PORT": "0",
        "SUYUAN_PUBLIC_URL": "https://s.example",
        "SUYUAN_DATABASE_URL": "postgresql://u:p@h",
        "SUYUAN_DEMONSTRATION": "none",
    }
    assert LocalSettings.from_environment(environment) == LocalSettings(
        Path("~/city").expanduser(),
        "0.0.0.0",
        0,
        "https://s.example",
        "postgresql://u:p@h",
        Part.NONE,
    )


def test_every_setting_is_described() -> None:
    section = DOCUMENTED.read_text().split("## One city on one machine")[1].split("\n## ")[0]
    described = {row.split("`")[1] for row in section.splitlines() if row.startswith("| `")}
    assert described == {f"SUYUAN_{name.upper()}" for name in LocalSettings.__dataclass_fields__}


@pytest.mark.parametrize("port", ["x", "-1", "65536", "８０００", "80.0"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(Refused, match="port_malformed"):
        LocalSettings.from_environment({"SUYUAN_PORT": port})


def test_a_demonstration_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused, match="demonstration_unknown") as refused:
        LocalSettings.from_environment({"SUYUAN_DEMONSTRATION": "village"})
    assert refused.value.params["known"] == ["city", "story", "none"]


@pytest.mark.parametrize("url", ["postgresql://u:p@h:5432", "postgresql+asyncpg://h/db"])
def test_the_address_of_a_server_is_taken(url: str) -> None:
    assert LocalSettings.from_environment({"SUYUAN_DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize("url", ["mysql://h", "h:5432", "postgresql://h:port", "nonsense"])
def test_an_address_of_no_postgresql_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="database_url_malformed"):
        LocalSettings.from_environment({"SUYUAN_DATABASE_URL": url})


def test_a_user_has_a_home_of_his_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert module.default_home() == Path("/home/somebody/.local/share/suyuan")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert module.default_home() == Path("/var/lib/suyuan")


def test_secrets_are_their_owners_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "new" / "home")
    home.prepare()
    home.write_city(CITY)
    assert stat.S_IMODE((home.run / "city.json").stat().st_mode) == 0o600
    for folder in ("keys", "log"):
        assert stat.S_IMODE((home.path / folder).stat().st_mode) == 0o700


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/suyuan"])
def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="home_not_writable") as refused:
        Home(tmp_path / place).prepare()
    assert refused.value.params["path"] == tmp_path / place


def test_what_runs_is_known_while_its_run_lives(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    with pytest.raises(Unavailable, match="not_running"):
        home.last_city()
    home.write_city(CITY)
    assert home.last_city() == CITY
    with pytest.raises(Unavailable, match="not_running"):
        home.city()
    with home.runner.taken() as lock:
        assert lock is not None
        write_pid(lock, os.getpid())
        assert home.city() == CITY


def test_what_was_cut_off_while_it_was_written_is_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    (home.run / "city.json").write_text(json.dumps({"server_url": "x"})[:-1])
    with pytest.raises(Unavailable, match="not_running"):
        home.last_city()
