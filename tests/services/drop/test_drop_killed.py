"""The watcher killed, the file taken away or written to, the service away: nothing is lost."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from tests.city import City
from tests.services.drop.dropping import (
    drop_once,
    is_known,
    names,
    stored,
    wait_for,
    wait_until_known,
    watching,
)
from tests.services.files import csv_text, row
from tests.services.reports import report


def test_killed_in_the_middle_of_a_spreadsheet_the_same_job_is_gone_on_with(
    city: City, folder: Path
) -> None:
    count = 9_000
    url, key = f"{city.url}/meat", city.keys["seller"]
    rows = (row(f"k{n}", 数量="many" if n == 8_999 else str(n)) for n in range(count))
    (folder / "long.csv").write_text(csv_text(*rows))
    with watching(folder, url, key) as watcher:
        wait_until_known(city, "k0", watcher)
        watcher.kill()
    assert stored(city, "k") < count - 1, "it was killed in the middle"
    assert names(folder, "working") == ["long.csv"]
    with watching(folder, url, key) as watcher:
        wait_for((folder / "failed" / "long.csv").exists, watcher.said())
        # Another job would have found the first thousand known.
        told = f"{count} reports, {count - 1} new, 0 known, 1 refused"
        wait_for(lambda: told in watcher.said(), watcher.said())
    assert stored(city, "k") == count - 1
    assert names(folder, "failed") == ["long.csv", "long.csv.rejected.csv", "long.csv.report.txt"]


def test_killed_again_and_again_every_report_is_stored_once(city: City, folder: Path) -> None:
    count = 6_000
    url, key = f"{city.url}/meat", city.keys["seller"]
    lines = (json.dumps(report(f"m{n}")) for n in range(count))
    (folder / "long.ndjson").write_text("\n".join([*lines, "{"]))
    for delay in (0.05, 0.2, 0.4):
        before = stored(city, "m")
        with watching(folder, url, key) as watcher:
            if not before:
                wait_until_known(city, "m0", watcher)
            else:
                wait_for(lambda log=watcher: "Watching" in log.said())
                time.sleep(0.2 + delay)
            watcher.kill()
    with watching(folder, url, key) as watcher:
        wait_for((folder / "failed" / "long.ndjson").exists, watcher.said())
    assert stored(city, "m") == count
    assert names(folder, "failed") == [
        "long.ndjson",
        "long.ndjson.reasons.csv",
        "long.ndjson.rejected.ndjson",
        "long.ndjson.report.txt",
    ]
    assert (folder / "failed" / "long.ndjson.rejected.ndjson").read_text() == "{\n"
    assert names(folder, "working") == []


def test_a_file_that_is_written_to_while_it_is_read_is_read_again(city: City, folder: Path) -> None:
    count = 6_000
    with watching(folder, f"{city.url}/meat", city.keys["seller"]) as watcher:
        lines = [json.dumps(report(f"c{n}")) for n in range(count)]
        (folder / "a.ndjson").write_text("\n".join(lines))
        wait_until_known(city, "c0", watcher)
        with (folder / "working" / "a.ndjson").open("r+") as file:
            file.seek(0, os.SEEK_END)
            file.write("\n" + json.dumps(report("last")))
        wait_for((folder / "done" / "a.ndjson").exists, watcher.said())
        # It is told once it is done.
        wait_for(lambda: f"{count + 1} reports, " in watcher.said(), watcher.said())
        assert "a.ndjson is still being written" in watcher.said()
    assert (stored(city, "c"), is_known(city, "last")) == (count, True)


def test_a_file_that_is_deleted_while_it_is_read_is_reported_on(city: City, folder: Path) -> None:
    count = 6_000
    with watching(folder, f"{city.url}/meat", city.keys["seller"]) as watcher:
        lines = [json.dumps(report(f"d{n}")) for n in range(count)]
        (folder / "a.ndjson").write_text("\n".join(lines))
        wait_until_known(city, "d0", watcher)
        (folder / "working" / "a.ndjson").unlink()
        (folder / "a.ndjson").write_text(json.dumps(report("next")))  # another of its name
        wait_for(lambda: len(names(folder, "done")) == 3, watcher.said())
    assert (stored(city, "d"), is_known(city, "next")) == (count, True)
    assert "a.ndjson.report.txt" in names(folder, "done")


def test_a_service_that_is_away_is_waited_for(city: City, folder: Path) -> None:
    meat = city.served["meat"]
    (folder / "a.csv").write_text(csv_text(row("s1")))
    (folder / "b.ndjson").write_text(json.dumps(report("s2")))
    with watching(folder, meat.url, city.keys["seller"]) as watcher:
        meat.stop()
        try:
            wait_for(lambda: "does not answer" in watcher.said())
            assert (state(folder)["problem"], state(folder)["waiting"]) == ("no_answer", 2)
        finally:
            meat.start()
        wait_for(lambda: stored(city, "s") == 2, watcher.said())
        wait_for(lambda: names(folder, "working") == [])
        assert "The service is back" in watcher.said()
        assert len(names(folder, "done")) == 4
        wait_for(lambda: state(folder)["done"] == 2)
        assert (state(folder)["problem"], state(folder)["waiting"]) == (None, 0)
    meat.stop()
    try:
        (folder / "c.csv").write_text(csv_text(row("s3")))
        said = drop_once(city, folder, at="meat", to="")
        assert (said.exit_code, "Not everything was taken in" in said.stderr) == (1, True), said
        assert names(folder, "working") == ["c.csv"]
    finally:
        meat.start()


def test_a_key_that_is_refused_is_waited_for(city: City, folder: Path) -> None:
    (folder / "a.csv").write_text(csv_text(row("k1")))
    with watching(folder, city.served["meat"].url, "sk_" + "x" * 43) as watcher:
        wait_for(lambda: "HTTP 401" in watcher.said(), watcher.said())
        assert names(folder, "working") == ["a.csv"]
        watcher.process.terminate()  # while it waits for the next try
        assert watcher.process.wait(5) == 0
        assert "Traceback" not in watcher.said()
    assert drop_once(city, folder).exit_code == 0


def test_a_huge_file_takes_little_memory(city: City, folder: Path) -> None:
    """One line of 200 MB, which no report is, among others."""
    with (folder / "huge.ndjson").open("w") as file:
        file.write(json.dumps(report("h1")) + '\n{"extra": "')
        for _ in range(200):
            file.write("x" * 1_000_000)
        file.write('"}\n' + json.dumps(report("h2")))
    with watching(folder, f"{city.url}/meat", city.keys["seller"]) as watcher:
        most = 0.0
        while not (folder / "failed" / "huge.ndjson").exists():
            most = max(most, resident_mb(watcher.process.pid))
            time.sleep(0.02)
    assert 0 < most < 150
    assert "3 reports, 2 new, 0 known, 1 refused" in watcher.said()


def state(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / ".suyuan" / "status.json").read_text())
    return told


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
