"""Files and folders that are not as they should be: each has an outcome, and none is half-read."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app
from tests.city import City
from tests.services.drop.dropping import (
    drop_once,
    drop_once_apart,
    is_known,
    names,
    stored,
    wait_for,
    watching,
)
from tests.services.files import csv_text, row
from tests.services.reports import report

GBK = json.dumps(report("g1", product={"name": "香肠"}), ensure_ascii=False).encode("gb18030")


WRONG = {
    "bytes.csv": (b"\xff\xfe\x00\xd8\n", "neither UTF-8 nor GB18030"),
    "header.csv": (b"colour,time\nred,now\n", 'Column 1, "colour"'),
    "broken.xlsx": (b"PK\x03\x04nonsense", "not a sound XLSX workbook"),
    "named.xlsx": (csv_text(row("e1")).encode(), "neither a CSV nor an XLSX file"),
    "paper.pdf": (b"%PDF", "neither a CSV nor an XLSX file"),
    "nothing": (b"x", "neither a CSV nor an XLSX file"),
    "cut.json": (b'{"kind": "production"', "no sound JSON"),
    "more.json": (json.dumps([report("j1")]).encode() + b"]", "no sound JSON"),
    "gbk.json": (GBK, "must be UTF-8"),
    "gbk.ndjson": (json.dumps(report("j2")).encode() + b"\n" + GBK, "must be UTF-8"),
    "blank.json": (b" \n", "The file is empty"),
}


def test_a_file_that_is_wrong_as_a_whole_fails_with_the_reason(city: City, folder: Path) -> None:
    for name, (content, _) in WRONG.items():
        (folder / name).write_bytes(content)
    said = drop_once(city, folder)
    assert said.exit_code == 1, said.output
    assert len(names(folder, "failed")) == 2 * len(WRONG)
    for name, (content, reason) in WRONG.items():
        failed = folder / "failed" / name
        told = failed.with_name(f"{name}.report.txt").read_text("utf-8-sig")
        assert told.startswith(f"{name}\n")
        assert reason in told
        assert "Nothing of the file was taken in" in told
        assert "文件没有入库" in told
        assert failed.read_bytes() == content
    assert stored(city, "") == 0


def test_an_empty_file_is_waited_for_longer_and_then_fails(city: City, folder: Path) -> None:
    (folder / "empty.csv").touch()
    said = drop_once(city, folder)  # twelve times a tenth of a second
    assert (said.exit_code, "The file is empty" in said.stdout) == (1, True), said.output
    assert names(folder, "failed") == ["empty.csv", "empty.csv.report.txt"]


def test_what_is_no_file_of_ours_is_left_alone(city: City, folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(csv_text(row("s1")))
    (folder / "link.csv").symlink_to(secret)
    (folder / "more").mkdir()
    os.mkfifo(folder / "pipe.csv")
    left = [".hidden.csv", "a.csv.part", "b.csv.tmp", "c.csv.crdownload", "d.csv~", "~$e.xlsx"]
    for name in left:
        (folder / name).write_text(csv_text(row("h1")))
    (folder / "real.csv").write_text(csv_text(row("r1")))
    said = drop_once(city, folder)
    assert said.exit_code == 0, said.output
    assert names(folder, ".") == sorted(
        [".suyuan", "done", "failed", "working", "link.csv", "more", "pipe.csv", *left]
    )
    assert (is_known(city, "r1"), is_known(city, "s1"), is_known(city, "h1")) == (
        True,
        False,
        False,
    )


def test_a_folder_in_it_that_is_a_link_is_not_used(
    city: City, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "done").symlink_to(tmp_path / "elsewhere")
    (folder / "a.csv").write_text(csv_text(row("e1")))
    said = drop_once(city, folder)
    assert (said.exit_code, "The folder cannot be used" in said.stderr) == (1, True), said.output
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert not is_known(city, "e1")


def test_no_older_file_or_report_is_written_over(city: City, folder: Path) -> None:
    for event in ("e1", "e2"):
        (folder / "day.csv").write_text(csv_text(row(event)))
        assert drop_once(city, folder).exit_code == 0
    first, second, *reports = sorted(
        (folder / "done").iterdir(), key=lambda p: (p.suffix, len(p.name))
    )
    assert (first.name, second.name[:4], second.suffix) == ("day.csv", "day.", ".csv")
    assert ("e1" in first.read_text(), "e2" in second.read_text()) == (True, True)
    assert {r.name for r in reports} == {f"{file.name}.report.txt" for file in (first, second)}


def test_names_that_are_long_or_in_an_old_encoding_are_kept(city: City, folder: Path) -> None:
    long = "长" * 83 + ".csv"  # 253 bytes
    (folder / long).write_text(csv_text(row("e1")))
    old = os.fsencode(folder) + b"/" + "三月.csv".encode("gb18030")
    Path(os.fsdecode(old)).write_text(csv_text(row("e2")))
    said = drop_once(city, folder)
    assert said.exit_code == 0, said.output
    assert "三月.csv: 1 reports, 1 new" in said.stdout
    done = [os.fsencode(name) for name in names(folder, "done")]
    assert "三月.csv".encode("gb18030") in done
    assert len(done) == 4
    assert (is_known(city, "e1"), is_known(city, "e2")) == (True, True)


# Root reads everything, unless it gives that up.
MORTAL = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


def test_a_file_that_cannot_be_read_fails_with_the_reason(city: City, folder: Path) -> None:
    (folder / "locked.csv").write_text(csv_text(row("e1")))
    (folder / "locked.csv").chmod(0)
    said = drop_once_apart(city, folder, MORTAL)
    assert (said.returncode, "locked.csv cannot be read" in said.stdout) == (1, True), said
    assert names(folder, "failed") == ["locked.csv", "locked.csv.report.txt"]
    assert not is_known(city, "e1")


def test_a_report_that_cannot_be_written_keeps_the_file_until_it_can(
    city: City, folder: Path
) -> None:
    (folder / "day.ndjson").write_text(f"{json.dumps(report('n1'))}\n{{\n")
    # No file may grow beyond a few bytes, as on a disk that is full.
    said = drop_once_apart(city, folder, ["prlimit", "--fsize=200"])
    assert said.returncode == 1, said
    assert "day.ndjson cannot be written, read or moved (File too large)" in said.stdout
    assert names(folder, "working") == ["day.ndjson"]
    assert names(folder, "failed") == names(folder, "done") == []
    again = drop_once(city, folder)
    assert "2 reports, 0 new, 1 known, 1 refused → failed/day.ndjson" in again.stdout
    assert len(names(folder, "failed")) == 4


# --- While it is watched ------------------------------------------------------------------------


def test_a_file_is_left_until_its_writer_is_done_with_it(city: City, folder: Path) -> None:
    url, key = f"{city.url}/meat", city.keys["seller"]
    with watching(folder, url, key) as watcher, (folder / "slow.csv").open("w") as file:
        text = csv_text(row("w1"), row("w2"))
        file.write(text[:-40])
        file.flush()
        (folder / "quick.csv").write_text(csv_text(row("q1")))
        wait_for(lambda: is_known(city, "q1"), watcher.said())
        os.utime(file.fileno(), (0, 0))  # a clock of another machine says that it is old
        wait_for((folder / "done" / "quick.csv").exists)
        assert (folder / "slow.csv").exists(), watcher.said()
        file.write(text[-40:])
        file.close()
        wait_for((folder / "done" / "slow.csv").exists, watcher.said())
    assert (is_known(city, "w1"), is_known(city, "w2")) == (True, True)


def test_a_folder_that_vanishes_and_returns_is_watched_again(city: City, folder: Path) -> None:
    with watching(folder, f"{city.url}/meat", city.keys["seller"]) as watcher:
        wait_for((folder / ".suyuan" / "status.json").exists)
        away = folder.with_name("away")
        folder.rename(away)
        wait_for(lambda: "The folder is not there" in watcher.said())
        shutil.copytree(away, folder)  # as a share that is mounted again: another folder
        (folder / "a.csv").write_text(csv_text(row("e1")))
        wait_for((folder / "done" / "a.csv").exists, watcher.said())
    assert watcher.process.returncode == -9
    assert not (away / "done" / "a.csv").exists()


def test_one_watcher_is_enough(city: City, folder: Path) -> None:
    with watching(folder, f"{city.url}/meat", city.keys["seller"]) as watcher:
        wait_for(lambda: "Watching" in watcher.said())
        said = drop_once(city, folder)
        assert said.exit_code == 1
        assert f"is being watched already (process {watcher.process.pid})" in said.stderr
        how = CliRunner().invoke(app, ["drop", str(folder), "--status"])
        assert (how.exit_code, "watched, 0 waiting" in how.stdout) == (0, True), how.output
    how = CliRunner().invoke(app, ["drop", str(folder), "--status"])
    assert (how.exit_code, "unwatched, 0 waiting" in how.stdout) == (1, True), how.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name a folder and --to"),
        (["F"], "Name a folder and --to"),
        (["F", "--to", "http://127.0.0.1:9"], "environment variable SUYUAN_KEY"),
        (["F", "--to", "localhost:8000"], '"localhost:8000" is no address of a service'),
        (["--subsystem", "food"], "Name a folder and --to"),
    ],
)
def test_what_is_missing_is_said(arguments: list[str], said: str) -> None:
    environment = {"SUYUAN_KEY": "", "SUYUAN_REGISTRY": "", "LC_ALL": "en_US.UTF-8"}
    answer = CliRunner().invoke(app, ["drop", *arguments], env=environment)
    assert (answer.exit_code, said in answer.stderr) == (2, True), answer.output
