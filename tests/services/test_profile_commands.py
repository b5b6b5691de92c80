"""How a department changes its profile, typed as docs/profiles.md says it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services import cli
from suyuan.domain.profiles.profile import PROFILE_IDS
from suyuan.web.app import create_app
from suyuan.web.profiles import ProfilesInForce, ProfilesRefused
from suyuan.web.settings import Service, ServiceSettings, SettingsRefused
from suyuan.wire.profiles import shipped
from tests.city import City
from tests.domain.profiles.events import event

DOC = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text("utf-8")


def suyuan(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["profile", *arguments])


@pytest.mark.parametrize("name", PROFILE_IDS)
def test_what_is_shown_can_be_checked(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(suyuan("show", name).output, "utf-8")
    said = suyuan("check", str(path))
    assert said.exit_code == 0
    assert said.output.strip() == f"{path}: {shipped()[name].label}"


def test_the_steps_of_the_documentation(tmp_path: Path) -> None:
    """Show, change, check, put in, take out."""
    assert "`suyuan profile show meat > meat.toml`" in DOC
    assert "`suyuan profile check meat.toml`" in DOC
    own = tmp_path / "meat.toml"
    text = suyuan("show", "meat").output.replace('version = "2026.1"', 'version = "2026.2-xm"', 1)
    own.write_text(text, "utf-8")
    assert "meat/2026.2-xm/" in suyuan("check", str(own)).output
    wrong = tmp_path / "wrong" / "meat.toml"
    wrong.parent.mkdir()
    wrong.write_text(text.replace("\ndocument = [", "\ndocuments = [", 2), "utf-8")
    said = suyuan("check", str(wrong))
    assert said.exit_code == 1
    first = re.search(r"^ *(meat\.toml: activity\[1\]\.documents: .*?)；", DOC, re.MULTILINE)
    assert first is not None
    assert first[1] in said.stderr
    folder = tmp_path / "in force"
    folder.mkdir()
    in_force = ProfilesInForce(folder, None)
    own.rename(folder / "meat.toml")
    in_force.look()
    assert in_force.profiles["meat"].version == "2026.2-xm"
    assert in_force.profiles["food"] == shipped()["food"]
    (folder / "meat.toml").unlink()
    in_force.look()
    assert in_force.profiles == shipped()


def test_a_file_that_cannot_be_used_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    food, meat = tmp_path / "food.toml", tmp_path / "meat.toml"
    food.write_text(suyuan("show", "food").output.replace("2026.1", "f1"), "utf-8")
    in_force = ProfilesInForce(tmp_path, None)
    assert in_force.profiles["food"].version == "f1"
    food.write_text(suyuan("show", "food").output.replace("2026.1", "f2 "), "utf-8")
    meat.write_text(suyuan("show", "meat").output.replace("2026.1", "m2"), "utf-8")
    in_force.look()
    assert (in_force.profiles["food"].version, in_force.profiles["meat"].version) == (
        "f1",
        "2026.1",
    )
    food.write_text(suyuan("show", "food").output.replace("2026.1", "f3"), "utf-8")
    in_force.look()
    assert (in_force.profiles["food"].version, in_force.profiles["meat"].version) == ("f3", "m2")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("fish.toml", "format = 1", 'There is no sector "fish"'),
        ("food.toml", "format =", "The file is not TOML"),
        ("food.toml", None, "The file cannot be read"),
    ],
)
def test_a_start_with_a_file_that_cannot_be_used_is_refused(
    tmp_path: Path, name: str, text: str | None, told: str
) -> None:
    path = tmp_path / name
    path.mkdir() if text is None else path.write_text(text)
    with pytest.raises(ProfilesRefused, match=re.escape(told)) as caught:
        ProfilesInForce(tmp_path, None)
    assert caught.value.sentences[0].startswith(f"{name}: ")


def test_the_setting_is_named_where_the_start_is_refused(tmp_path: Path) -> None:
    settings = ServiceSettings(
        service=Service.INGEST,
        subsystem="food",
        database_url="postgresql://u:p@localhost/x",
        profiles=tmp_path / "nowhere",
    )
    with pytest.raises(SettingsRefused, match=r"SUYUAN_PROFILES: .*nowhere"):
        create_app(settings, title="food", routers=())
    with pytest.raises(SettingsRefused, match="SUYUAN_SECTOR"):
        ServiceSettings.load(
            service=Service.INGEST,
            subsystem="food",
            database_url="postgresql://u:p@localhost/x",
            sector="fish",
        )


def test_a_subsystem_may_have_a_sector_for_events_that_name_none() -> None:
    base = {
        "service": Service.INGEST,
        "subsystem": "market_7",
        "database_url": "postgresql://u:p@localhost/x",
    }
    told = event("wholesale.entry")
    for sector, label in ((None, None), ("meat", shipped()["meat"].label)):
        app = create_app(ServiceSettings(**base, sector=sector), title="", routers=())
        assert app.state.profiles.checkers.check(told)[0] == label


def test_a_file_that_belongs_to_another_sector_is_refused(tmp_path: Path) -> None:
    (tmp_path / "food.toml").write_text(suyuan("show", "meat").output, "utf-8")
    with pytest.raises(ProfilesRefused, match=r"belongs in the file meat\.toml"):
        ProfilesInForce(tmp_path, None)


def test_the_dry_run_of_the_documentation_advises(city: City) -> None:
    (body,) = re.findall(r"-d '(\{.*?\})'", DOC, re.DOTALL)
    client = city.client("department meat", at="meat")
    answer = client.post("/v1/events?dry_run=true", json=json.loads(body))
    assert [a["rule"] for a in answer.json()["advice"]] == ["no_certificate_no_entry"]
