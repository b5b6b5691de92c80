"""``GET /v1/coverage``: numbers that were counted by hand, at a subsystem and over all of them."""

from __future__ import annotations

import csv
import io
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from suyuan.domain.register import today
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.web import background
from tests.city import BUYER, SELLER, City
from tests.services.entries import put
from tests.services.filings import approved, dossier, stepped
from tests.services.reports import item, report

LOT, OTHER = "(01)06901234567892(10)COV1", "(01)06901234567892(10)COV2"
TICKET = {"type": "quarantine_certificate", "number": "NO-1", "issuer": "站"}


def counted(client: httpx.Client, **asked: Any) -> dict[str, Any]:
    """The figures, once everything that came in is in them."""
    until = time.monotonic() + 20
    while True:
        answer = client.get("/v1/coverage", params=asked)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        if not found["pending"] and not found["behind"]:
            return found
        assert time.monotonic() < until, found
        time.sleep(0.1)


def post(client: httpx.Client, *events: dict[str, Any]) -> None:
    answer = client.post("/v1/events", json=list(events))
    assert answer.status_code == 200, answer.text


def at(day: int, hour: int = 8) -> str:
    return f"2026-03-{day:02}T{hour:02}:00:00+08:00"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits a second for what is counted in a millisecond."""
    monkeypatch.setattr(background, "POLL_SECONDS", 0.1)


@pytest.fixture
def filed(city: City) -> City:
    """The seller on file in 思明 with meat, the buyer in 同安 with food, since the beginning."""
    for key, party, department, district in (
        ("department meat", SELLER, "meat", "350203"),
        ("department food", BUYER, "food", "350212"),
    ):
        put(
            city.client(key, at=department),
            f"/v1/parties/{party}",
            names={"zh": "企业"},
            district=district,
            valid_from="2026-03-02",
        )
    return city


MARCH = {"from": "2026-03-01", "to": "2026-03-04"}


def test_a_small_set_counted_by_hand(filed: City) -> None:
    seller, meat = filed.client("seller", at="meat"), filed.client("department meat", at="meat")
    post(
        seller,
        # Before it was on file.
        report("early", time=at(1), items=[item(LOT, "5")]),
        # Made here, then sold: the source is known.
        report("made", time=at(2), items=[item(LOT, "5")]),
        sold("sold", 3, LOT),
        # Received and sold, and nobody ever sent or made it: two broken links, one evidenced.
        received("got", 3, OTHER, documents=[TICKET]),
        sold("on", 3, OTHER, hour=9),
    )
    rows = counted(meat, **MARCH)["rows"]
    assert [row["from"] for row in rows] == ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"]
    assert [row["filed"] for row in rows] == [0, 1, 1, 1]
    assert [row["active"] for row in rows] == [0, 1, 1, 0]
    assert [row["unfiled"] for row in rows] == [1, 0, 0, 0]
    assert [row["reports"] for row in rows] == [0, 1, 3, 0]
    assert [row["links"] for row in rows] == [0, 0, 3, 0]
    assert [row["broken"] for row in rows] == [0, 0, 1, 0]
    assert [row["evidenced"] for row in rows] == [0, 0, 1, 0]
    assert rows[0]["shares"]["reported"] is None  # of nobody on file there is no share
    assert rows[2]["shares"] == {
        "reported": "1.0000",
        "in_time": "0.0000",  # all of it was recorded months later
        "complete": rows[2]["shares"]["complete"],
        "broken": "0.3333",
        "evidenced": "0.3333",
    }


def sold(event_id: str, day: int, code: str, hour: int = 8, **more: Any) -> dict[str, Any]:
    return report(
        event_id,
        kind="wholesale",
        activity="sale",
        time=at(day, hour),
        items=[item(code, "5")],
        **{"to": {"party": BUYER}, **more},
    )


def received(event_id: str, day: int, code: str, **more: Any) -> dict[str, Any]:
    return report(
        event_id,
        kind="wholesale",
        activity="entry",
        time=at(day),
        items=[item(code, "5")],
        **{"from": {"party": SELLER}, **more},
    )


def test_what_comes_late_changes_the_day_it_happened_on(filed: City) -> None:
    seller, meat = filed.client("seller", at="meat"), filed.client("department meat", at="meat")
    post(seller, sold("sold", 3, LOT))
    before = counted(meat, **MARCH, by="total")["rows"][0]
    assert (before["links"], before["broken"], before["reports"]) == (1, 1, 1)
    post(seller, report("made", time=at(2), items=[item(LOT, "5")]))
    after = counted(meat, **MARCH)["rows"]
    assert [row["broken"] for row in after] == [0, 0, 0, 0]
    assert [row["reports"] for row in after] == [0, 1, 1, 0]
    post(
        seller,
        report(
            "made",
            time=at(2),
            items=[item(LOT, "5")],
            correction={"declared_at": at(4), "reason": "did_not_occur"},
        ),
    )
    again = counted(meat, **MARCH)["rows"]
    assert [row["broken"] for row in again] == [0, 0, 1, 0]
    assert [row["reports"] for row in again] == [0, 0, 1, 0]


def test_what_both_sides_tell_is_evidenced(filed: City) -> None:
    meat = filed.client("department meat", at="meat")
    post(filed.client("seller", at="meat"), sold("sold", 3, LOT))
    assert counted(meat, **MARCH, by="total")["rows"][0]["evidenced"] == 0
    # The buyer's report reaches the department too, where the buyer is not on file.
    post(filed.client("buyer", at="meat"), received("got", 4, LOT))
    found = counted(meat, **MARCH, by="total")["rows"][0]
    assert (found["evidenced"], found["reports"], found["unfiled"]) == (1, 1, 1)


def test_a_report_in_time_is_within_the_clock(filed: City) -> None:
    yesterday = today(datetime.now(UTC)) - timedelta(days=1)
    post(
        filed.client("seller", at="meat"),
        report("fresh", time=f"{yesterday}T23:59:00+08:00", items=[item(LOT, "5")]),
    )
    meat = filed.client("department meat", at="meat")
    rows = counted(meat, **{"from": str(yesterday), "to": str(yesterday)})["rows"]
    assert (rows[0]["in_time"], rows[0]["reports"]) == (1, 1)


def test_districts_contain_what_lies_in_them(filed: City) -> None:
    post(filed.client("seller", at="meat"), report("made", time=at(2), items=[item(LOT, "5")]))
    meat = filed.client("department meat", at="meat")
    found = {
        district: counted(meat, **MARCH, by="total", district=district)["rows"][0]
        for district in ("350203", "350200", "350000", "350212", "350300")
    }
    assert [found[d]["reports"] for d in found] == [1, 1, 1, 0, 0]
    assert [found[d]["filed"] for d in found] == [3, 3, 3, 0, 0]
    by_district = counted(meat, **MARCH, by="district")["rows"]
    assert [(row["district"], row["reports"]) for row in by_district] == [("350203", 1)]
    assert by_district[0]["district_name"] == "福建省厦门市思明区"


def test_an_enterprise_that_moves_takes_its_days_along(filed: City) -> None:
    post(filed.client("seller", at="meat"), report("made", time=at(3), items=[item(LOT, "5")]))
    meat = filed.client("department meat", at="meat")
    counted(meat, **MARCH)
    put(
        meat,
        f"/v1/parties/{SELLER}",
        names={"zh": "企业"},
        district="350206",
        valid_from="2026-03-03",
    )
    rows = counted(meat, **MARCH, by="district")["rows"]
    assert [(r["district"], r["filed"], r["reports"]) for r in rows] == [
        ("350203", 1, 0),
        ("350206", 2, 1),
    ]


def test_a_revoked_filing_leaves_the_enterprise_off_file_from_its_day_on(city: City) -> None:
    seller, meat = city.client("seller", at="meat"), city.client("department meat", at="meat")

    def told() -> list[tuple[int, int, int]]:
        rows = counted(meat, **MARCH)["rows"]
        return [(row["filed"], row["reports"], row["unfiled"]) for row in rows]

    first = approved(seller, meat, dossier(valid_from="2026-03-01"))
    post(seller, *(report(f"e{d}", time=at(d), items=[item(LOT, "5")]) for d in (2, 3)))
    assert told() == [(1, 0, 0), (1, 1, 0), (1, 1, 0), (1, 0, 0)]
    stepped(meat, first, "revoke", note="虚假备案", **{"from": "2026-03-03"})
    assert told() == [(1, 0, 0), (1, 1, 0), (0, 0, 1), (0, 0, 0)]
    approved(seller, meat, dossier(valid_from="2026-03-04"))
    assert told() == [(1, 0, 0), (1, 1, 0), (0, 0, 1), (1, 0, 0)]


def test_enterprises_are_on_file_in_their_departments_sector_alone(filed: City) -> None:
    seller, meat = filed.client("seller", at="meat"), filed.client("department meat", at="meat")
    post(seller, report("other", time=at(3), items=[item(LOT, "5")], sector="imports"))
    rows = counted(meat, **MARCH, by="sector")["rows"]
    told = [(row["sector"], row["filed"], row["active"], row["reports"]) for row in rows]
    assert told == [("imports", 0, 1, 1), ("meat", 3, 0, 0)]
    for sector, days in (("imports", 0), ("meat", 3)):
        (row,) = counted(meat, **MARCH, by="total", sector=sector)["rows"]
        assert row["filed"] == days
        by_district = counted(meat, **MARCH, by="district", sector=sector)["rows"]
        assert sum(row["filed"] for row in by_district) == days


def test_months_and_years_are_the_sums_of_their_days(filed: City) -> None:
    post(
        filed.client("seller", at="meat"),
        *(report(f"e{d}", time=at(d), items=[item(LOT, "5")]) for d in (2, 3, 30)),
    )
    meat = filed.client("department meat", at="meat")
    window = {"from": "2026-02-27", "to": "2026-04-02"}
    days = counted(meat, **window)["rows"]
    for by in ("month", "year", "total"):
        rows = counted(meat, **window, by=by)["rows"]
        for row in rows:
            inside = [day for day in days if row["from"] <= day["from"] <= row["to"]]
            for name in ("filed", "active", "reports", "links"):
                assert row[name] == sum(day[name] for day in inside)
    months = counted(meat, **window, by="month")["rows"]
    assert [(row["from"], row["to"]) for row in months] == [
        ("2026-02-27", "2026-02-28"),
        ("2026-03-01", "2026-03-31"),
        ("2026-04-01", "2026-04-02"),
    ]


def test_the_gateway_adds_counts_and_makes_shares_of_them(filed: City) -> None:
    post(filed.client("seller", at="meat"), *(sold(f"s{n}", 3, LOT) for n in range(3)))
    post(filed.client("buyer", at="food"), received("got", 3, OTHER, documents=[TICKET]))
    for name in ("meat", "food"):
        counted(filed.client(f"department {name}", at=name), **MARCH)
    found = counted(filed.client("city"), **MARCH, by="total")
    assert found["complete"]
    assert found["holes"] == []
    row = found["rows"][0]
    assert (row["filed"], row["active"], row["reports"]) == (6, 2, 4)
    assert row["shares"]["reported"] == "0.3333"  # 2 of 6, and no mean of a third and a third
    assert row["shares"]["evidenced"] == "0.2500"
    assert row["shares"]["broken"] == "1.0000"
    of_meat = counted(filed.client("city"), **MARCH, by="sector")["rows"]
    told = [(row["sector"], row["reports"]) for row in of_meat]
    assert told == [("food", 1), ("imports", 0), ("meat", 3)]


def test_a_silent_department_is_a_hole_and_no_smaller_number(filed: City) -> None:
    served = filed.served["meat"]
    served.stop()
    try:
        found = counted(filed.client("city"), **MARCH, by="total")
        assert not found["complete"]
        assert found["holes"] == [{"subsystem": "meat", "reason": "down"}]
        told = filed.client("city").get("/v1/coverage.csv", params={**MARCH, "by": "total"})
        rows = list(csv.reader(io.StringIO(told.content.decode("utf-8-sig"))))
        assert [row[0] for row in rows[1:]] == ["覆盖率", "缺口"]
        assert "meat" in rows[2]
    finally:
        served.start()


def test_a_department_sees_its_own_at_the_gateway(filed: City) -> None:
    found = counted(filed.client("department meat"), **MARCH, by="total")
    assert [s["subsystem"] for s in found["sources"]] == ["meat"]
    assert found["rows"][0]["filed"] == 3


def test_scans_are_those_of_the_windows(filed: City) -> None:
    async def scan(name: str, count: int) -> None:
        database = Database(service_url(filed.server_url, name), roles=False)
        async with database.writing() as connection:
            await connection.execute(text("DELETE FROM scan_days"))
            insert = text("INSERT INTO scan_days VALUES ('2026-03-03', false, :count)")
            await connection.execute(insert, {"count": count})
        await database.close()

    for name, count in (("meat", 2), ("gateway", 5)):
        filed.run(scan(name, count))
    assert counted(filed.client("city"), **MARCH, by="total")["rows"][0]["scans"] == 7
    of_meat = counted(filed.client("city"), **MARCH, by="total", sector="meat")["rows"][0]
    assert of_meat["scans"] is None  # a scan has no sector


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"from": "2026-03-04", "to": "2026-03-01"}, "coverage_reversed"),
        ({"from": "2924-03-04"}, "coverage_ahead"),
        ({"from": "2020-01-01", "to": "2024-01-01"}, "coverage_too_long"),
        ({"from": "1900-01-01", "by": "year"}, "coverage_too_long"),
        ({"from": "2026-02-30"}, "date_malformed"),
        ({"from": "20260301"}, "date_malformed"),
        ({"district": "35"}, "division_malformed"),
        ({"district": "999999"}, "division_unknown"),
        ({"district": "350203' OR 1=1"}, "division_malformed"),
        ({"sector": "weapons"}, "parameter_not_one_of"),
        ({"by": "hour"}, "parameter_not_one_of"),
        ({"since": "2026-03-01"}, "parameter_unknown"),
    ],
)
@pytest.mark.parametrize("where", ["meat", "gateway"])
def test_a_bad_question_is_told_what_would_be_right(
    city: City, where: str, asked: dict[str, str], code: str
) -> None:
    answer = city.client("city", at=where).get("/v1/coverage", params=asked)
    assert answer.status_code == 422
    assert [fault["code"] for fault in answer.json()["errors"]] == [code]


@pytest.mark.parametrize("days", [{"to": "0001-01-01"}, {"from": "0001-01-01", "to": "0001-01-02"}])
@pytest.mark.parametrize("ending", ["", ".csv", ".xlsx"])
def test_the_first_days_of_the_calendar_are_days_without_reports(
    city: City, ending: str, days: dict[str, str]
) -> None:
    for at in ("gateway", "meat"):
        answer = city.client("city", at=at).get(f"/v1/coverage{ending}", params=days)
        assert answer.status_code in (200, 422), answer.text


def test_a_spreadsheet_has_what_the_answer_has(filed: City) -> None:
    post(filed.client("seller", at="meat"), sold("sold", 3, LOT))
    meat = filed.client("department meat", at="meat")
    row = counted(meat, **MARCH, by="total")["rows"][0]
    told = meat.get(
        "/v1/coverage.csv", params={**MARCH, "by": "total"}, headers={"Accept-Language": "en"}
    )
    assert told.headers["content-type"].startswith("text/csv")
    (sheet,) = csv.DictReader(io.StringIO(told.content.decode("utf-8-sig")))
    assert sheet["Reports"] == str(row["reports"])
    assert sheet["Broken share"] == row["shares"]["broken"]
    xlsx = meat.get("/v1/coverage.xlsx", params={**MARCH, "by": "total"})
    assert xlsx.content.startswith(b"PK")


def test_a_month_tells_different_enterprises_each_once(filed: City) -> None:
    seller, meat = filed.client("seller", at="meat"), filed.client("department meat", at="meat")
    post(seller, *(report(f"e{d}", time=at(d), items=[item(LOT, "5")]) for d in (3, 9, 30)))
    put(
        meat, f"/v1/parties/{BUYER}", names={"zh": "二"}, district="350206", valid_from="2026-03-20"
    )
    # It moves within March: once in all, and once in each of its districts.
    moved = {"district": "350212", "valid_from": "2026-03-10"}
    put(meat, f"/v1/parties/{SELLER}", names={"zh": "企业"}, **moved)
    window = {"from": "2026-02-01", "to": "2026-04-15", "by": "month"}

    def told(**more: str) -> list[Any]:
        rows = counted(meat, **window, **more)["rows"]
        return [row["enterprises"] and tuple(row["enterprises"].values()) for row in rows]

    assert told() == [(0, 0), (2, 1), None]  # half of April is no month
    assert told(sector="meat") == [(0, 0), (2, 1), None]
    assert told(sector="food") == [(0, 0), (0, 0), None]
    assert told(district="350203") == [(0, 0), (1, 1), None]
    assert told(district="350212") == [(0, 0), (1, 1), None]
    assert told(district="350206") == [(0, 0), (1, 0), None]
    assert told(district="350200") == [(0, 0), (2, 1), None]
    assert counted(meat, **{**window, "by": "total"})["rows"][0]["enterprises"] is None
    correction = {"declared_at": at(31), "reason": "did_not_occur"}
    events = [report(f"e{d}", time=at(d), items=[item(LOT, "5")]) for d in (3, 9)]
    post(seller, *(event | {"correction": correction} for event in events))
    assert told(district="350203") == [(0, 0), (1, 0), None]
    assert told() == [(0, 0), (2, 1), None]


def test_the_gateway_adds_the_enterprises_of_each_department(filed: City) -> None:
    post(filed.client("seller", at="meat"), report("e1", time=at(3), items=[item(LOT, "5")]))
    counted(filed.client("department meat", at="meat"), **MARCH)
    window = {"from": "2026-03-01", "to": "2026-03-31", "by": "month"}
    (row,) = counted(filed.client("city"), **window)["rows"]
    assert row["enterprises"] == {"filed": 2, "active": 1}
    told = filed.client("city").get(
        "/v1/coverage.csv", params=window, headers={"Accept-Language": "en"}
    )
    (sheet,) = csv.DictReader(io.StringIO(told.content.decode("utf-8-sig")))
    assert sheet["Enterprises on file in the month"] == "2"
    assert sheet["Of those, reporting in the month"] == "1"
