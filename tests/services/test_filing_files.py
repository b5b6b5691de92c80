"""Files of filings: a department puts a whole city on file at once, an enterprise itself."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

from services.ingest import filing_batch, rows_job
from suyuan.domain.codes.check_digits import USCC_ALPHABET, uscc_check_character
from suyuan.wire.sheets.columns import EXAMPLE_ID
from tests.city import BUYER, SELLER, City
from tests.services.entries import put
from tests.services.files import CSV, XLSX, csv_text, ended, report, send
from tests.services.filings import LICENCE, dossier, filed, stepped

HEADER = (
    *("统一社会信用代码", "名称", "经营类别", "行政区划", "许可证编号", "地点编码", "地点名称"),
    *("责任人职责", "责任人姓名", "责任人电话", "生效日期"),
)
PERSON = "欧阳示例"

Row = list[str]


def uscc(number: int) -> str:
    """The code of the ``number``-th enterprise of a city that is not there."""
    high, low = divmod(number, len(USCC_ALPHABET) ** 2)
    digits = [high, *divmod(low, len(USCC_ALPHABET))]
    body = "91350203MA" + "".join(USCC_ALPHABET[d] for d in digits) + "0000"
    return body + uscc_check_character(body)


def row(number: int, **cells: str) -> Row:
    told = {
        "统一社会信用代码": uscc(number),
        "名称": f"示例企业 {number}",
        "经营类别": "批发；零售",
        "行政区划": "350203",
        "许可证编号": LICENCE,
        "地点编码": f"GATE-{number}",
        "地点名称": f"{number} 号门店",
        "责任人职责": "食品安全员",
        "责任人姓名": PERSON,
        "责任人电话": "000",
        "生效日期": "2026-01-01",
    }
    return list({**told, **cells}.values())


# A wrong cell, and a column and a piece of a sentence that tell of it.
WRONG: Sequence[tuple[Callable[[int], Row], str, str]] = (
    (lambda n: row(n, 统一社会信用代码=uscc(n)[:-1] + "I"), "统一社会信用代码", ""),
    (lambda n: row(n, 名称=""), "名称", ""),
    (lambda n: row(n, 经营类别="魔法"), "经营类别", "魔法"),
    (lambda n: row(n, 行政区划="350299"), "行政区划", "350299"),
    (lambda n: row(n, 许可证编号="SC10744030704995"), "许可证编号", "SC10744030704995"),
    (lambda n: row(n, 地点编码="350203777"), "地点编码", "已由他人登记"),
    (lambda n: row(n, 责任人职责="", 责任人姓名="", 责任人电话=""), "责任人姓名", "责任人"),
    (lambda n: row(n, 统一社会信用代码="9521234900016"), "统一社会信用代码", "18 位"),
    (lambda n: row(n, 生效日期="某天"), "生效日期", ""),
)


def count(city: City, **query: Any) -> int:
    """How many filings the department of meat has."""
    department, found, after = city.client("department meat", at="meat"), 0, {}
    while True:
        asked = {"limit": 500, **query, **after}
        page = department.get("/v1/filings", params=asked).json()["filings"]
        found += len(page)
        if len(page) < 500:
            return found
        after = {"after": page[-1]["id"]}


def test_of_ten_thousand_rows_those_that_are_right_are_on_file_and_37_are_told(
    city: City, department: httpx.Client
) -> None:
    put(department, "/v1/places/350203777", names={"zh": "别人的"}, party=BUYER)
    rows = [row(number) for number in range(10_000)]
    wrong = {250 * n + 17: WRONG[n % len(WRONG)] for n in range(37)}
    for number, (spoil, _, _) in wrong.items():
        rows[number] = spoil(number)
    job = ended(department, send(department, csv_text(*rows, header=HEADER), kind="filings"))
    assert (job["state"], job["kind"], job["rows_read"]) == ("done", "filings", 10_000), job
    assert (job["accepted"], job["repeated"], job["rejected"]) == (9_963, 0, 37)
    listed = report(department, job)
    assert [int(one["行号"]) - 2 for one in listed] == sorted(wrong)
    for one, (_, column, piece) in zip(listed, [wrong[n] for n in sorted(wrong)], strict=True):
        assert one["出错列"] == column, one
        assert piece in one["原因"], one
    assert count(city, state="approved") == 9_963
    page = city.client().get("/v1/directory", params={"limit": 2}).json()
    assert page["parties"][0]["names"]["zh"].startswith("示例企业")
    assert PERSON not in str(page)


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_whom_a_department_sends_is_filed_and_approved_in_its_name(city: City, at: str) -> None:
    department = city.client("department meat", at=at)
    job = ended(department, send(department, csv_text(row(1), header=HEADER), kind="filings"))
    assert (job["accepted"], job["rejected"]) == (1, 0), job
    (head,) = department.get("/v1/filings", params={"party": uscc(1)}).json()["filings"]
    filing = department.get(f"/v1/filings/{head['id']}").json()
    assert [(s["action"], s["by"]) for s in filing["steps"]] == [
        ("file", "department:meat"),
        ("approve", "department:meat"),
    ]
    assert filing["dossier"]["people"] == [{"role": "food_safety", "name": PERSON, "phone": "000"}]
    assert city.client("city", at="meat").get(f"/v1/filings/{head['id']}").json()["redacted"]
    told = city.client(at=at).get(f"/v1/parties/{uscc(1)}").json()
    assert (told["said_by"], told["categories"]) == ("department", ["wholesale", "retail"])
    place = city.client(at=at).get(f"/v1/places/urn:suyuan:{uscc(1)}:GATE-1").json()
    assert (place["party"], place["names"]["zh"]) == (uscc(1), "1 号门店")


def test_sent_again_it_files_nothing_and_what_changed_is_filed_anew(
    city: City, department: httpx.Client
) -> None:
    def sent(*rows: Row) -> tuple[int, int, int]:
        job = ended(department, send(department, csv_text(*rows, header=HEADER), kind="filings"))
        return job["accepted"], job["repeated"], job["rejected"]

    assert sent(row(1), row(2), row(1)) == (2, 1, 0)
    assert sent(row(1), row(2)) == (0, 2, 0)
    # Another day alone is nothing new: a list may be sent every night.
    assert sent(row(1, 生效日期=""), row(2)) == (0, 2, 0)
    assert count(city) == 2
    assert sent(row(1, 名称="改名", 生效日期="2026-05-01"), row(2, 责任人姓名="某某")) == (2, 0, 0)
    names = [
        department.get(f"/v1/parties/{uscc(1)}", params={"as_of": day}).json()["names"]["zh"]
        for day in ("2026-04-30", "2026-05-01")
    ]
    assert names == ["示例企业 1", "改名"]
    assert count(city) == 4


def test_who_was_revoked_is_not_on_file_again_because_the_old_list_comes_again(
    city: City, department: httpx.Client
) -> None:
    text = csv_text(row(1), header=HEADER)
    ended(department, send(department, text, kind="filings"))
    (head,) = department.get("/v1/filings", params={"party": uscc(1)}).json()["filings"]
    stepped(department, head, "revoke", note="虚假备案")
    assert ended(department, send(department, text, kind="filings"))["repeated"] == 1
    assert count(city, state="revoked") == count(city) == 1


def test_a_licence_that_was_revoked_and_a_filing_under_way_are_told(
    city: City, department: httpx.Client
) -> None:
    seller = city.client("seller", at="meat")
    own = dossier(places=[], products=[])
    open_one = filed(seller, own)
    mine = row(0, 统一社会信用代码=SELLER)
    job = ended(department, send(department, csv_text(mine, header=HEADER), kind="filings"))
    (told,) = report(department, job)
    assert open_one["id"] in told["原因"]
    decided = stepped(department, open_one, "approve")
    stepped(department, decided, "revoke-licence", licence=LICENCE, note="出借")
    job = ended(department, send(department, csv_text(mine, header=HEADER), kind="filings"))
    (told,) = report(department, job)
    assert "已于" in told["原因"]
    assert told["出错列"] == "许可证编号"


def test_an_enterprise_files_itself_alone_and_waits_for_its_department(city: City) -> None:
    seller = city.client("seller", at="meat")
    rows = [row(0, 统一社会信用代码=SELLER), row(1), row(2, 统一社会信用代码=SELLER, 名称="又一个")]
    job = ended(seller, send(seller, csv_text(*rows, header=HEADER), kind="filings"))
    assert (job["accepted"], job["rejected"]) == (1, 2), job
    other, second = report(seller, job)
    assert uscc(1) in other["原因"]
    assert "正在办理" in second["原因"]
    (head,) = seller.get("/v1/filings").json()["filings"]
    assert (head["state"], head["step"]) == ("filed", 1)
    assert seller.get(f"/v1/parties/{SELLER}").status_code == 404
    again = ended(seller, send(seller, csv_text(rows[0], header=HEADER), kind="filings"))
    assert again["repeated"] == 1
    stepped(city.client("department meat", at="meat"), head, "approve")
    assert seller.get(f"/v1/parties/{SELLER}").json()["said_by"] == "department"


def test_two_rows_do_not_share_a_place(department: httpx.Client) -> None:
    rows = [row(1, 地点编码="350203777"), row(2, 地点编码="350203777")]
    job = ended(department, send(department, csv_text(*rows, header=HEADER), kind="filings"))
    assert (job["accepted"], job["rejected"]) == (1, 1)


def test_a_dry_run_files_nothing(city: City, department: httpx.Client) -> None:
    text = csv_text(row(1), row(2, 名称=""), header=HEADER)
    job = ended(department, send(department, text, kind="filings", dry_run="true"))
    assert (job["accepted"], job["rejected"]) == (1, 1)
    assert count(city) == 0
    assert city.client().get(f"/v1/parties/{uscc(1)}").status_code == 404


def test_a_batch_whose_id_is_taken_meanwhile_is_done_again(
    city: City, department: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another writer's place stands in the register between the look and the write."""
    look = filing_batch.find_holders
    taken: list[bool] = []

    async def too_early(connection: Any, ids: Any) -> Any:
        if taken:
            return await look(connection, ids)
        taken.append(True)
        buyer = city.client("buyer", at="meat")
        await asyncio.to_thread(put, buyer, "/v1/places/350203777", names={"zh": "先到"})
        return {}

    monkeypatch.setattr(filing_batch, "find_holders", too_early)
    monkeypatch.setattr(rows_job, "BATCH_ROWS", 1)
    rows = [row(1, 地点编码="350203777"), row(2)]
    job = ended(department, send(department, csv_text(*rows, header=HEADER), kind="filings"))
    assert (job["state"], job["accepted"], job["rejected"]) == ("done", 1, 1), job
    assert count(city) == 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_comes_back_without_storing_its_example(city: City, form: str) -> None:
    department = city.client("department meat")
    template = department.get(f"/v1/files/template.{form}", params={"kind": "filings"})
    media_type = CSV if form == "csv" else XLSX
    job = ended(department, send(department, template.content, media_type, kind="filings"))
    assert (job["state"], job["rows_read"], job["rejected"]) == ("done", 0, 0), job
    if form == "csv":
        text = template.content.decode("utf-8-sig")
        header, example = csv.reader(io.StringIO(text))
        filled = dict(zip(header, example, strict=True))
        filled |= {
            header[example.index(EXAMPLE_ID)]: uscc(3),
            "名称 Name": "三",
            "行政区划 District": "350203",
            "地点名称 Place name": "门店",
            "责任人姓名 Person": "某某",
        }
        job = ended(
            department,
            send(department, csv_text(list(filled.values()), header=header), kind="filings"),
        )
        assert (job["accepted"], job["rejected"]) == (1, 0), report(department, job)


def test_people_in_refused_rows_are_for_the_sender_and_the_department(city: City) -> None:
    department, official = city.client("department food"), city.client("city")
    sent = send(department, csv_text(row(1, 行政区划="999999"), header=HEADER), kind="filings")
    job = ended(department, sent)
    assert job["rejected"] == 1
    assert PERSON in department.get(job["report"]).text
    for client in (official, city.client("city", at="food")):
        assert client.get(f"/v1/jobs/{job['id']}").json()["rejected"] == 1
        refused = client.get(job["report"])
        assert (refused.status_code, refused.json()["code"]) == (403, "report_of_people")
        assert PERSON not in refused.text
