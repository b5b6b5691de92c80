"""A department with files only is a member of the city by the folder in the registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli import app
from tests.city import SELLER, City
from tests.services.drop.dropping import ENGLISH, names, wait_for, watching
from tests.services.files import HEADER, csv_text, row
from tests.services.reports import LOT


@pytest.fixture
def registry(city: City, folder: Path) -> Iterator[Path]:
    """The city's registry, in which the department of meat has nothing but a folder."""
    path = city.folder / "registry.toml"
    before = path.read_text()
    member = 'id = "meat"\nadapter = "file"\n'
    table = f'drop = {{ folder = "{folder}", key = "MEAT_KEY", settle = 0.1 }}\n'
    path.write_text(before.replace('id = "meat"\n', member + table))
    wait_for(lambda: meat(city)["adapter"] == "file")
    yield path
    path.write_text(before)
    wait_for(lambda: meat(city)["adapter"] == "suyuan")


def meat(city: City) -> dict[str, Any]:
    told = city.client().get("/v1/subsystems").json()["subsystems"]
    return next(member for member in told if member["id"] == "meat")


def test_what_is_dropped_is_a_part_of_the_citys_chains(
    city: City, folder: Path, registry: Path
) -> None:
    header, cells = (*HEADER, "经营者"), [*row("e1"), SELLER]
    (folder / "day.csv").write_text(csv_text(cells, header=header))
    said = CliRunner().invoke(
        app,
        ["drop", "--subsystem", "meat", "--once"],
        env={"SUYUAN_REGISTRY": str(registry), "MEAT_KEY": city.keys["department meat"], **ENGLISH},
    )
    assert said.exit_code == 0, said.output
    assert names(folder, "done") == ["day.csv", "day.csv.report.txt"]
    chain = city.client("city").get(f"/v1/chains/{LOT}").json()
    assert [event["subsystem"] for event in chain["events"]] == [["meat"]]


def test_the_registry_says_how_the_folder_is(city: City, folder: Path, registry: Path) -> None:
    assert meat(city)["folder"]["state"] == "unwatched"
    meat_url = city.served["meat"].url
    with watching(folder, meat_url, city.keys["department meat"]):
        wait_for(lambda: meat(city)["folder"]["state"] == "watched")
        (folder / "张三.pdf").write_bytes(b"%PDF")
        wait_for(lambda: meat(city)["folder"]["last_file"])
        told = meat(city)["folder"]
        assert (told["waiting"], told["problem"]) == (0, None)
        assert "张三" not in str(told)
    with watching(folder, "http://127.0.0.1:9", "sk_x"):
        (folder / "b.csv").write_text(csv_text(row("e1")))
        wait_for(lambda: meat(city)["folder"]["problem"] == "no_answer")
    (folder / ".suyuan" / "status.json").write_bytes(b'{"waiting": "many"}')
    told = meat(city)["folder"]
    assert (told["state"], told["waiting"], told["as_of"]) == ("unwatched", 0, None)
    folder.rename(folder.with_name("away"))
    assert meat(city)["folder"]["state"] == "missing"
    others = city.client().get("/v1/subsystems").json()["subsystems"]
    assert [member["folder"] for member in others if member["id"] != "meat"] == [None, None]


def test_a_member_that_is_not_there_or_has_no_folder_is_refused(registry: Path) -> None:
    environment = {"SUYUAN_REGISTRY": str(registry), "SUYUAN_KEY": "sk_x", **ENGLISH}
    for name in ("food", "steel"):
        said = CliRunner().invoke(app, ["drop", "--subsystem", name], env=environment)
        assert (said.exit_code, "a member of SUYUAN_REGISTRY" in said.stderr) == (2, True)
