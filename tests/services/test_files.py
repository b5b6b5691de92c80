"""``POST /v1/files`` and ``/v1/jobs``: what becomes of a spreadsheet, told over real HTTP."""

from __future__ import annotations

import csv
import io
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from tests.city import BUYER, SELLER, City
from tests.services.files import CSV, HEADER, XLSX, csv_text, ended, report, row, send
from tests.services.reports import LOT


@pytest.fixture
def meat(city: City) -> httpx.Client:
    return city.client("seller", at="meat")


def events_of(client: httpx.Client, code: str = LOT) -> list[str]:
    return [e["id"] for e in client.get(f"/v1/chains/{code}").json()["events"]]


def counts(job: dict[str, Any]) -> tuple[str, int, int, int, int]:
    return (job["state"], job["rows_read"], job["accepted"], job["repeated"], job["rejected"])


def test_a_file_is_a_job_and_its_rows_are_events(meat: httpx.Client) -> None:
    answer = send(meat, csv_text(row("e1"), row("e2", 环节="放行")), name="三月.csv")
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/jobs/{answer.json()['id']}"
    job = ended(meat, answer)
    assert counts(job) == ("done", 2, 2, 0, 0)
    assert (job["name"], job["format"], job["rows_total"]) == ("三月.csv", "csv", 2)
    assert sorted(events_of(meat)) == ["e1", "e2"]


def test_the_same_file_again_changes_nothing(meat: httpx.Client) -> None:
    body = csv_text(row("e1"), row("", 时间="2026-03-02 08:00"))
    assert counts(ended(meat, send(meat, body))) == ("done", 2, 2, 0, 0)
    assert counts(ended(meat, send(meat, body))) == ("done", 2, 0, 2, 0)
    assert len(events_of(meat)) == 2


def test_a_row_is_the_same_event_as_its_json(meat: httpx.Client) -> None:
    ended(meat, send(meat, csv_text(row("e1"))))
    stored = meat.get("/v1/events/e1").json()
    assert stored["time"] == "2026-03-01T08:00:00+08:00"
    assert meat.post("/v1/events", json=stored).json()["repeated"] == 1


def test_wrong_rows_are_listed_with_their_column_and_the_rest_is_stored(
    meat: httpx.Client,
) -> None:
    body = csv_text(row("e1"), row("e2", 编码="6901234567893"), row("e3", 类别="魔法"))
    job = ended(meat, send(meat, body))
    assert counts(job) == ("done", 3, 1, 0, 2)
    second, third = report(meat, job)
    assert (second["编号"], second["行号"], second["出错列"]) == ("e2", "3", "编码")
    assert "应为 2" in second["原因"]
    assert (third["行号"], third["出错列"]) == ("4", "类别")
    assert "生产, 批发" in third["原因"]


def test_the_report_is_in_the_callers_language(meat: httpx.Client) -> None:
    job = ended(meat, send(meat, csv_text(row("e1", 数量="many"))))
    (told,) = report(meat, job, "en")
    assert (told["Row"], told["Faulty column"]) == ("2", "数量")
    assert told["Reason"].startswith('"many" is not a quantity')


def test_a_report_that_was_corrected_can_be_sent_as_it_is(meat: httpx.Client) -> None:
    job = ended(meat, send(meat, csv_text(row("e1"), row("e2", 数量="many"))))
    listed = meat.get(job["report"]).content.decode("utf-8-sig")
    again = ended(meat, send(meat, listed.replace("many", "12.5", 1)))
    assert counts(again) == ("done", 1, 1, 0, 0)
    assert sorted(events_of(meat)) == ["e1", "e2"]


def test_a_known_id_with_other_content_is_a_refused_row(meat: httpx.Client) -> None:
    ended(meat, send(meat, csv_text(row("e1"))))
    job = ended(meat, send(meat, csv_text(row("e1", 地点="350203002"))))
    assert counts(job) == ("done", 1, 0, 0, 1)
    assert report(meat, job)[0]["出错列"] == "编号"


def test_gb18030_and_utf_8_give_the_same_events(meat: httpx.Client) -> None:
    body = csv_text(row("e1"), row("e2", 环节="放行"))
    assert ended(meat, send(meat, body.encode("gb18030")))["accepted"] == 2
    assert ended(meat, send(meat, body.encode("utf-8")))["repeated"] == 2
    assert ended(meat, send(meat, body.encode("utf-8-sig")))["repeated"] == 2


def test_english_headers_in_another_order_give_the_same_events(meat: httpx.Client) -> None:
    ended(meat, send(meat, csv_text(row("e1", 类别="零售", 环节="销售"))))
    english = csv_text(
        ["L1", "KGM", "100", "6901234567892", "350203001", "2026/3/1 8:00", "sale", "e1", "retail"],
        header=["Lot", "unit", "Quantity", "Code", "Place", "time", "Activity", "id", "Kind"],
        delimiter="\t",
    )
    assert ended(meat, send(meat, english))["repeated"] == 1


def test_the_templates_come_back_as_they_were_filled_in(meat: httpx.Client) -> None:
    for name, media_type in (("csv", CSV), ("xlsx", XLSX)):
        template = meat.get(f"/v1/files/template.{name}")
        assert template.headers["content-type"].startswith(media_type)
        job = ended(meat, send(meat, template.content, media_type))
        assert counts(job) == ("done", 0, 0, 0, 0), "the example is nobody's event"


def test_what_stands_above_the_header_is_no_row(meat: httpx.Client) -> None:
    above = "三月台账,,\r\n填报单位：合作社,,填报人：某某\r\n"
    job = ended(meat, send(meat, above + csv_text(row("e1"), row("e2", 数量="-1"))))
    assert (*counts(job), job["rows_total"]) == ("done", 2, 1, 0, 1, 2)
    (told,) = report(meat, job)
    assert (told["编号"], told["行号"], told["出错列"]) == ("e2", "5", "数量")


def test_a_file_with_a_wrong_header_fails_and_says_which(meat: httpx.Client) -> None:
    job = ended(meat, send(meat, csv_text(row("e1"), header=["编号", "种类", *HEADER[2:]])))
    assert (job["state"], job["problem"]["code"]) == ("failed", "file_refused")
    (fault,) = job["problem"]["errors"]
    assert fault["code"] == "header_unknown"
    assert "种类" in fault["detail"]


@pytest.mark.parametrize(
    ("body", "media_type", "code"),
    [
        (b"\xff\xfe\xfd\xff\xff", CSV, "encoding_unknown"),
        (b'\xe7\xbc\x96\xe5\x8f\xb7,"', CSV, "csv_malformed"),
        (b"PK\x03\x04 not a workbook", XLSX, "workbook_malformed"),
        (b"\n\n", CSV, "file_empty"),
    ],
)
def test_a_damaged_file_fails_with_a_reason(
    meat: httpx.Client, body: bytes, media_type: str, code: str
) -> None:
    job = ended(meat, send(meat, body, media_type))
    assert job["state"] == "failed"
    assert [e["code"] for e in job["problem"]["errors"]] == [code]


def test_a_dry_run_checks_everything_and_stores_nothing(meat: httpx.Client) -> None:
    body = csv_text(row("e1"), row("e2", 数量="many"))
    job = ended(meat, send(meat, body, dry_run=True))
    assert counts(job) == ("done", 2, 1, 0, 1)
    assert len(report(meat, job)) == 1
    assert events_of(meat) == []


def test_an_enterprise_reports_only_as_itself_and_a_department_for_anybody(city: City) -> None:
    header = [*HEADER, "经营者"]
    body = csv_text([*row("e1"), SELLER], [*row("e2"), BUYER], header=header)
    seller, department = city.client("seller", at="meat"), city.client("department meat", at="meat")
    job = ended(seller, send(seller, body))
    assert counts(job) == ("done", 2, 1, 0, 1)
    assert report(seller, job)[0]["出错列"] == "经营者"
    assert counts(ended(department, send(department, body)))[2:] == (1, 1, 0)
    nobodys = ended(department, send(department, csv_text(row("e3"))))
    assert "party" in report(department, nobodys, "en")[0]["Reason"]


@pytest.mark.parametrize(("key", "status"), [(None, 401), ("city", 403), ("inspector meat", 403)])
def test_others_may_not_send_files(city: City, key: str | None, status: int) -> None:
    assert send(city.client(key, at="meat"), csv_text(row("e1"))).status_code == status


def test_only_its_sender_the_department_and_the_city_see_a_job(city: City) -> None:
    seller = city.client("seller", at="meat")
    answer = send(seller, csv_text(row("e1")))
    job = ended(seller, answer)
    seen = {
        key: city.client(key, at="meat").get(answer.headers["Location"]).status_code
        for key in ("seller", "department meat", "city")
    }
    hidden = {
        (key, path): city.client(key, at="meat").get(path).status_code
        for key in (None, "buyer", "department food", "inspector meat")
        for path in (answer.headers["Location"], job["report"])
    }
    assert set(seen.values()) == {200}
    assert set(hidden.values()) == {404}
    assert city.client("buyer", at="meat").delete(answer.headers["Location"]).status_code == 404


@pytest.mark.parametrize("name", ["nothing", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_job_is_404(meat: httpx.Client, name: str) -> None:
    answer = meat.get(f"/v1/jobs/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "job_unknown")


def test_a_job_that_is_cancelled_stops_and_what_it_stored_stays(meat: httpx.Client) -> None:
    body = csv_text(*(row(f"e{n}") for n in range(20_000)))
    answer = send(meat, body)
    path = answer.headers["Location"]
    while meat.get(path).json()["rows_read"] == 0:
        pass
    cancelled = meat.delete(path).json()
    assert cancelled["state"] == "cancelled"
    assert 0 < cancelled["rows_read"] < 20_000
    assert cancelled["accepted"] == cancelled["rows_read"]
    repeated = ended(meat, send(meat, csv_text(*(row(f"e{n}") for n in range(1000)))))
    assert repeated["repeated"] == 1000
    assert meat.get(path).json()["rows_read"] == cancelled["rows_read"]


def test_another_kind_of_body_is_415(meat: httpx.Client) -> None:
    assert send(meat, b"{}", "application/json").status_code == 415
    assert send(meat, b"x", "text/csv; charset=big5").status_code == 415


def test_an_empty_body_is_refused_at_once(meat: httpx.Client) -> None:
    answer = send(meat, b"")
    assert (answer.status_code, answer.json()["code"]) == (422, "file_empty")


def test_a_file_may_be_larger_than_any_other_body(meat: httpx.Client) -> None:
    def body() -> Iterator[bytes]:
        yield csv_text(header=[*HEADER, "extra.x"]).encode()
        line = ",".join([*row("e1"), "x" * 100_000]) + "\r\n"
        for _ in range(180):
            yield line.encode()

    answer = meat.post("/v1/files", content=body(), headers={"Content-Type": CSV})
    job = ended(meat, answer)
    assert job["size"] > 17 * 1024 * 1024
    assert (job["rows_read"], job["state"]) == (180, "done")


def test_thirty_seven_wrong_rows_among_five_thousand(meat: httpx.Client) -> None:
    wrong = set(range(0, 5000, 137))
    assert len(wrong) == 37
    rows = [row(f"e{n}", 数量="-1" if n in wrong else str(n + 1)) for n in range(5000)]
    body = csv_text(*rows)
    job = ended(meat, send(meat, body.encode("gb18030")))
    assert counts(job) == ("done", 5000, 4963, 0, 37)
    listed = report(meat, job)
    assert [int(r["行号"]) for r in listed] == [n + 2 for n in sorted(wrong)]
    assert {r["出错列"] for r in listed} == {"数量"}
    assert counts(ended(meat, send(meat, body))) == ("done", 5000, 0, 4963, 37)
    lines = csv.reader(io.StringIO(meat.get(job["report"]).content.decode("utf-8-sig")))
    corrected = [[cell if cell != "-1" else "1" for cell in line] for line in lines]
    again = csv_text(*corrected[1:], header=corrected[0])
    assert counts(ended(meat, send(meat, again))) == ("done", 37, 37, 0, 0)


# --- At the gateway ---------------------------------------------------------------------------


def test_at_the_gateway_a_file_goes_to_its_senders_home(city: City) -> None:
    seller = city.client("seller")
    answer = send(seller, csv_text(row("e1"), row("e2", 数量="many")))
    job = ended(seller, answer)
    assert counts(job) == ("done", 2, 1, 0, 1)
    assert report(seller, job)[0]["出错列"] == "数量"
    assert events_of(city.client("seller", at="meat")) == ["e1"]
    assert city.client("buyer").get(answer.headers["Location"]).status_code == 404
    assert city.client("city").get(answer.headers["Location"]).status_code == 200


def test_at_the_gateway_a_file_may_name_its_sector(city: City) -> None:
    seller = city.client("seller")
    answer = send(seller, csv_text(row("e1")), sector="food")
    assert counts(ended(seller, answer)) == ("done", 1, 1, 0, 0)
    assert events_of(city.client("seller", at="food")) == ["e1"]
    assert send(seller, csv_text(row("e1")), sector="steel").status_code == 422


def test_through_the_gateway_a_subsystem_takes_a_large_file(city: City) -> None:
    department = city.client("department meat")
    header = [*HEADER, "经营者", "extra.x"]
    body = csv_text(*([*row(f"e{n}"), SELLER, "x" * 100_000] for n in range(170)), header=header)
    answer = department.post("/meat/v1/files", content=body.encode(), headers={"Content-Type": CSV})
    assert counts(ended(department, answer)) == ("done", 170, 170, 0, 0)


def test_a_consumer_learns_of_no_job_and_sends_no_file(city: City) -> None:
    anybody = city.client()
    for at in ("gateway", "meat"):
        refused = send(city.client(at=at), csv_text(row("e1")))
        assert (refused.status_code, refused.headers["www-authenticate"][:6]) == (401, "Bearer")
    for name in ("00000000-0000-0000-0000-000000000000", "没有", "..", "a b"):
        assert anybody.get(f"/v1/jobs/{name}").status_code == 404
    assert anybody.get("/v1/files/template.csv").status_code == 200


# --- Senders that are cut off, or at the wrong door ---------------------------------------------


def test_a_department_sends_files_to_its_own_subsystem_only(city: City) -> None:
    answer = send(city.client("department food", at="meat"), csv_text([*row("e1")]))
    assert (answer.status_code, answer.json()["code"]) == (403, "department_elsewhere")


def test_a_sender_who_is_cut_off_leaves_nothing_behind(city: City) -> None:
    port = city.served["meat"].port
    head = (
        "POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
        f"Authorization: Bearer {city.keys['seller']}\r\nContent-Length: 10000000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head.encode() + b"id,time\n" * 300_000)
        until = time.monotonic() + 20
        while _receiving(city) != (1, True) and time.monotonic() < until:
            time.sleep(0.05)
        assert _receiving(city) == (1, True), "a part of the file is kept"
    while _receiving(city) != (0, False) and time.monotonic() < until:
        time.sleep(0.05)
    assert _receiving(city) == (0, False)


def _receiving(city: City) -> tuple[int, bool]:
    """How many jobs are still being sent, and whether any part of a file is kept."""

    async def count() -> tuple[int, bool]:
        database = Database(service_url(city.server_url, "meat"), roles=False)
        async with database.writing() as connection:
            jobs = await connection.scalar(
                text("SELECT count(*) FROM jobs WHERE state = 'receiving'")
            )
            parts = await connection.scalar(text("SELECT EXISTS (SELECT FROM job_parts)"))
        await database.close()
        return int(jobs or 0), bool(parts)

    return city.run(count())
