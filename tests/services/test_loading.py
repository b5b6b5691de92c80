"""``suyuan load``, typed against a running city."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from services.cli import app
from tests.city import BUYER, SELLER, City
from tests.services.files import HEADER, csv_text, row


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def load(city: City, *arguments: object, key: str = "seller") -> Result:
    given = ["--url", city.url, "--key", city.keys[key]]
    return CliRunner().invoke(app, ["load", *map(str, arguments), *given])


def test_files_are_loaded_and_each_is_summed_up(city: City, tmp_path: Path) -> None:
    first, second = tmp_path / "三月.csv", tmp_path / "april.csv"
    first.write_text(csv_text(row("e1"), row("e2")), "gb18030")
    second.write_text(csv_text(row("e2"), row("e3")), "utf-8")
    said = load(city, first, second)
    assert said.exit_code == 0, said.output
    assert "三月.csv: 2 rows, 2 new, 0 known, 0 refused" in said.stdout
    assert "april.csv: 2 rows, 1 new, 1 known, 0 refused" in said.stdout
    assert len(list(tmp_path.iterdir())) == 2, "nothing was refused"


def test_refused_rows_are_kept_beside_the_file_and_the_status_is_1(
    city: City, tmp_path: Path
) -> None:
    file = tmp_path / "march.csv"
    file.write_text(csv_text(row("e1"), row("e2", 数量="many")))
    said = load(city, file)
    assert (said.exit_code, "1 refused" in said.stdout) == (1, True)
    kept = tmp_path / "march.rejected.csv"
    assert str(kept) in said.stdout
    with kept.open(encoding="utf-8-sig", newline="") as listed:
        (refused,) = csv.DictReader(listed)
    assert (refused["编号"], refused["Row"]) == ("e2", "3")
    kept.write_text(kept.read_text("utf-8").replace("many", "5", 1), "utf-8")
    again = load(city, kept)
    assert (again.exit_code, "1 new" in again.stdout) == (0, True)


def test_what_rows_lack_by_their_sectors_profile_is_told(city: City, tmp_path: Path) -> None:
    file = tmp_path / "entries.csv"
    told = {"类别": "批发", "环节": "进场"}
    rows = [[*row("e1", **told), "meat"], [*row("e2", **told), ""]]
    file.write_text(csv_text(*rows, header=(*HEADER, "行业")))
    said = load(city, file)
    assert said.exit_code == 0, said.output
    assert "Not by their sector's profile, and taken: 1 rows" in said.stdout
    assert "first, row 2: An admission to the market must" in said.stdout


def test_a_workbook_is_known_by_its_first_bytes(city: City, tmp_path: Path) -> None:
    file = tmp_path / "template.xlsx"
    file.write_bytes(city.client().get("/v1/files/template.xlsx").content)
    said = load(city, file)
    assert (said.exit_code, "0 rows" in said.stdout) == (0, True)


def test_a_file_of_the_register_is_loaded_by_its_kind(city: City, tmp_path: Path) -> None:
    file = tmp_path / "parties.csv"
    header = ("统一社会信用代码", "名称")
    file.write_text(csv_text((SELLER, "甲"), (BUYER, "乙"), header=header))
    said = load(city, file, "--kind", "parties")
    assert (said.exit_code, "1 new, 0 known, 1 refused" in said.stdout) == (1, True), said.output
    assert city.client().get(f"/v1/parties/{SELLER}").json()["names"]["zh"] == "甲"
    assert load(city, file, "--kind", "people").exit_code == 2


def test_a_dry_run_says_that_nothing_is_stored(city: City, tmp_path: Path) -> None:
    file = tmp_path / "march.csv"
    file.write_text(csv_text(row("e1")))
    assert "nothing stored): 1 rows, 1 new" in load(city, file, "--dry-run").stdout
    assert "1 new" in load(city, file).stdout


def test_a_file_that_is_refused_whole_says_why(city: City, tmp_path: Path) -> None:
    file = tmp_path / "march.csv"
    file.write_text("colour,time\nred,now\n")
    said = load(city, file)
    assert (said.exit_code, 'Column 1, "colour"' in said.stdout) == (1, True)


@pytest.mark.parametrize(
    ("content", "key", "status", "sentence"),
    [
        (None, "seller", 2, "The file a.csv cannot be read (No such file or directory)."),
        (b"", "seller", 1, "a.csv was not taken (HTTP 422)"),
        (b"id\n1\n", "city", 1, "a.csv was not taken (HTTP 403)"),
    ],
)
def test_what_is_not_taken_is_said_in_a_sentence(
    city: City, tmp_path: Path, content: bytes | None, key: str, status: int, sentence: str
) -> None:
    file = tmp_path / "a.csv"
    if content is not None:
        file.write_bytes(content)
    said = load(city, file, key=key)
    assert (said.exit_code, sentence in said.stderr) == (status, True), said.output


def test_a_file_of_another_kind_is_not_sent(city: City, tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF")
    said = load(city, file)
    assert said.exit_code == 2
    assert "a.pdf is neither a CSV nor an XLSX file; open it" in said.stderr


def test_without_a_key_or_without_anybody_there_it_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id\n1\n")
    without = CliRunner().invoke(app, ["load", str(file), "--url", "http://127.0.0.1:9"])
    assert (without.exit_code, "A key is missing" in without.stderr) == (2, True)
    nobody = CliRunner().invoke(
        app, ["load", str(file), "--url", "http://127.0.0.1:9", "--key", "sk_x"]
    )
    assert (nobody.exit_code, "does not answer" in nobody.stderr) == (1, True)


def test_ctrl_c_cancels_the_job(city: City, tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text(csv_text(*(row(f"e{n}") for n in range(40_000))))
    command = [sys.executable, "-m", "services.cli", "load", str(file), "--url", city.url]
    process = subprocess.Popen(
        [*command, "--key", city.keys["seller"]],
        env={**os.environ, "LC_ALL": "en_US.UTF-8"},
        stdout=subprocess.PIPE,
        text=True,
    )
    client = city.client("seller", at="meat")
    until = time.monotonic() + 60
    while not _is_known(client, 0) and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, "long.csv: cancelled" in said) == (1, True), said
    places = range(0, 40_000, 1_000)
    stored = [_is_known(client, place) for place in places]
    time.sleep(1.5)
    assert [_is_known(client, place) for place in places] == stored
    assert (stored[0], stored[-1]) == (True, False)


def _is_known(client: httpx.Client, place: int) -> bool:
    return client.get(f"/v1/events/e{place}").status_code == 200
