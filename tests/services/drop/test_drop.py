"""``suyuan drop``, typed against a running city: what becomes of each kind of file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.city import City
from tests.services.drop.dropping import drop_once, is_known, names
from tests.services.files import csv_text, row
from tests.services.reports import report


def test_a_spreadsheet_is_taken_in_and_put_aside_with_its_report(city: City, folder: Path) -> None:
    (folder / "三月.csv").write_text(csv_text(row("e1"), row("e2")), "gb18030")
    said = drop_once(city, folder)
    assert said.exit_code == 0, said.output
    assert "三月.csv: 2 reports, 2 new, 0 known, 0 refused → done/三月.csv" in said.stdout
    assert names(folder, "done") == ["三月.csv", "三月.csv.report.txt"]
    assert names(folder, ".") == [".suyuan", "done", "failed", "working"]
    assert names(folder, "working") == names(folder, "failed") == []
    assert names(folder, ".suyuan") == ["status.json", "watcher.pid"]
    told = (folder / "done" / "三月.csv.report.txt").read_text("utf-8-sig")
    assert "共 2 条：新增 2，已有 0，有误 0。" in told
    assert "2 reports: 2 new, 0 known, 0 refused." in told
    assert is_known(city, "e1")


def test_refused_rows_are_listed_in_both_languages_and_can_be_dropped_again(
    city: City, folder: Path
) -> None:
    (folder / "march.csv").write_text(csv_text(row("e1"), row("e2", 数量="many")))
    said = drop_once(city, folder)
    assert said.exit_code == 1, said.output
    assert names(folder, "failed") == [
        "march.csv",
        "march.csv.rejected.csv",
        "march.csv.report.txt",
    ]
    assert is_known(city, "e1")
    listed = folder / "failed" / "march.csv.rejected.csv"
    with listed.open(encoding="utf-8-sig", newline="") as file:
        (refused,) = csv.DictReader(file)
    assert (refused["编号"], refused["行号"], refused["Row"]) == ("e2", "3", "3")
    assert "many" in refused["原因"]
    assert "many" in refused["Reason"]
    assert refused["原因"] != refused["Reason"]
    corrected = listed.read_text("utf-8").replace("many", "5", 1)
    (folder / "march.rejected.csv").write_text(corrected, "utf-8")
    again = drop_once(city, folder)
    assert (again.exit_code, "1 new" in again.stdout) == (0, True), again.output
    assert is_known(city, "e2")


def test_ndjson_arrays_and_epcis_documents_are_taken_in(city: City, folder: Path) -> None:
    lines = [json.dumps(report(f"n{n}"), ensure_ascii=False) for n in range(3)]
    (folder / "lines.ndjson").write_text("\n".join(lines) + "\n")
    (folder / "array.json").write_text(json.dumps([report("a1"), report("a2")], indent=2))
    events = [epcis_event("ni:///sha-256;a?ver=CBV2.0", 1), epcis_event(None, 2)]
    (folder / "epcis.json").write_text(json.dumps(document(events), indent=1))
    said = drop_once(city, folder)
    assert said.exit_code == 0, said.output
    assert names(folder, "done") == sorted(
        f"{stem}{ending}"
        for stem, suffix in (("lines", ".ndjson"), ("array", ".json"), ("epcis", ".json"))
        for ending in (suffix, f"{suffix}.report.txt")
    )
    assert all(is_known(city, event_id) for event_id in ("n0", "n2", "a1", "a2"))
    again = folder / "again.json"
    again.write_text(json.dumps(document(events)))
    assert "again.json: 2 reports, 0 new, 2 known" in drop_once(city, folder).stdout


def epcis_event(event_id: str | None, day: int) -> dict[str, object]:
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": f"2026-03-0{day}T08:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": ["https://id.gs1.org/01/06901234567892/21/S1"],
        "bizStep": "shipping",
        **(
            {} if event_id is None else {"eventID": "urn:uuid:5a3cf1a5-2f5c-4f5a-9a65-1e5a9a65aaaa"}
        ),
    }


def document(events: list[dict[str, object]]) -> dict[str, object]:
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T08:00:00Z",
        "epcisBody": {"eventList": events},
    }


def test_reports_that_are_refused_are_kept_as_they_came_with_the_reasons(
    city: City, folder: Path
) -> None:
    good, bad = report("n1"), report("n2", kind="prodution")
    (folder / "day.ndjson").write_text(f"{json.dumps(good)}\n\n{json.dumps(bad)}\n{{\n")
    said = drop_once(city, folder)
    assert said.exit_code == 1, said.output
    assert "3 reports, 1 new, 0 known, 2 refused → failed/day.ndjson" in said.stdout
    assert names(folder, "failed") == [
        "day.ndjson",
        "day.ndjson.reasons.csv",
        "day.ndjson.rejected.ndjson",
        "day.ndjson.report.txt",
    ]
    rejected = (folder / "failed" / "day.ndjson.rejected.ndjson").read_text().splitlines()
    assert rejected == [json.dumps(bad), "{"]
    with (folder / "failed" / "day.ndjson.reasons.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        reasons = list(csv.DictReader(file))
    assert [(r["Row"], r["Pointer"]) for r in reasons] == [("3", "/kind"), ("4", "")]
    assert all(r["原因"] and r["Reason"] and r["原因"] != r["Reason"] for r in reasons)
