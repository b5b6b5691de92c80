"""Exports over real HTTP, opened again with another program's reader, and held against the JSON."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from suyuan.web import exports
from tests.city import BUYER, SELLER, City
from tests.services.entries import BUYER_NAMES, SELLER_NAMES, put
from tests.services.reports import GTIN, LOT, item, report

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEETS = ["事件", "持有", "缺口与矛盾", "说明"]
EVIL = '=HYPERLINK("https://evil.example","领奖")'
SALE = report(
    "sale",
    kind="wholesale",
    activity="sale",
    time="2026-03-02T08:00:00+08:00",
    items=[item(f"(01){GTIN}(10)L1", "40.5")],
    to={"party": BUYER, "place": "350203002"},
    documents=[
        {"type": "quarantine_certificate", "number": "Q-1"},
        {"type": "invoice", "number": "I-9"},
    ],
)


@pytest.fixture
def sold(city: City) -> City:
    """A harvest and a sale of part of it, with names, and a certificate and an invoice."""
    seller = city.client("seller", at="meat")
    for one in (report("harvest", product={"name": "上海青"}), SALE):
        answer = seller.post("/v1/events", json=one)
        assert answer.status_code == 200, answer.text
    put(seller, f"/v1/parties/{SELLER}", names=SELLER_NAMES)
    put(city.client("buyer", at="food"), f"/v1/parties/{BUYER}", names=BUYER_NAMES)
    return city


def export(client: httpx.Client, form: str, code: str = LOT, **query: str) -> httpx.Response:
    answer = client.get(f"/v1/exports/chains/{code}.{form}", params=query)
    assert answer.status_code == 200, answer.text
    return answer


def records(answer: httpx.Response) -> list[dict[str, str]]:
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def of_kind(answer: httpx.Response, kind: str) -> list[dict[str, str]]:
    return [row for row in records(answer) if row["记录类型"] == kind]


def sheet(answer: httpx.Response, name: str) -> list[dict[str, Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    header, *rows = book.get_sheet_by_name(name).to_python()
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_every_event_and_thing_is_a_row_with_its_key_data(sold: City, at: str) -> None:
    sale, *_ = (
        row
        for row in of_kind(export(sold.client("seller", at=at), "csv"), "事件")
        if row["事件编号"] == "sale"
    )
    assert sale["关键追溯事件"] == "批发·销售"
    assert sale["追溯批次代码"] == LOT
    assert sale["产品名称"] == "上海青"
    assert (sale["数量"], sale["单位"]) == ("40.5", "千克")
    assert sale["事件时间（北京时间）"] == "2026-03-02T08:00:00+08:00"
    assert (sale["主体代码"], sale["主体名称"]) == (SELLER, "鹭洋肉品")
    assert (sale["去向主体"], sale["去向地点"]) == (BUYER, "350203002")
    assert sale["参考文件"] == "检疫合格证明 Q-1; invoice I-9"


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_a_workbook_has_a_sheet_for_each_and_says_the_same_as_csv(sold: City, at: str) -> None:
    client = sold.client("seller", at=at)
    book = export(client, "xlsx")
    assert CalamineWorkbook.from_filelike(io.BytesIO(book.content)).sheet_names == SHEETS
    told = of_kind(export(client, "csv"), "事件")
    read = sheet(book, "事件")
    assert [row["事件编号"] for row in read] == [row["事件编号"] for row in told]
    sale = next(row for row in read if row["事件编号"] == "sale")
    assert sale["数量"] == 40.5
    assert sale["事件时间（北京时间）"] == datetime(2026, 3, 2, 8)  # noqa: DTZ001


def test_holders_are_rows_with_what_they_hold(sold: City) -> None:
    held = of_kind(export(sold.client("city"), "csv"), "持有")
    json = sold.client("city").get(f"/v1/chains/{LOT}").json()
    assert [(r["主体代码"], Decimal(r["数量"])) for r in held] == [
        (b["party"].removeprefix("urn:suyuan:cn:"), Decimal(b["quantity"]))
        for b in json["balances"]
    ]
    assert held


def test_english_is_asked_for_by_language(sold: City) -> None:
    client = sold.client("seller")
    answer = client.get(f"/v1/exports/chains/{LOT}.csv", headers={"Accept-Language": "en"})
    rows = records(answer)
    assert rows[0]["Record"] == "Events"
    assert {row["Critical tracking event"] for row in rows[:2]} == {
        "production harvest",
        "wholesale sale",
    }
    assert answer.headers["content-language"] == "en"


@pytest.mark.parametrize("who", [None, "seller", "buyer", "inspector meat", "city"])
@pytest.mark.parametrize("direction", ["up", "both"])
def test_nobody_sees_more_in_a_file_than_in_the_json(
    sold: City, who: str | None, direction: str
) -> None:
    client = sold.client(who)
    json = client.get(f"/v1/chains/{LOT}", params={"direction": direction})
    answer = client.get(f"/v1/exports/chains/{LOT}.csv", params={"direction": direction})
    assert answer.status_code == json.status_code
    if json.status_code != 200:
        assert (who, answer.json()["code"]) == (None, "downstream_not_public")
        return
    seen = json.json()
    rows = of_kind(answer, "事件")
    assert {row["事件编号"] for row in rows} == {event["id"] for event in seen["events"]}
    for event in seen["events"]:
        (row, *_) = [one for one in rows if one["事件编号"] == event["id"]]
        assert row["去向主体"] == ((event["to"] or {}).get("party") or "")
        assert row["未显示的项"].split() == event["redacted"]
        assert ("I-9" in row["参考文件"]) == any(d["number"] == "I-9" for d in event["documents"])
    assert len(of_kind(answer, "持有")) == len(seen["balances"])


def test_a_consumer_never_reads_a_buyer_out_of_a_file(sold: City) -> None:
    for form in ("csv", "xlsx"):
        client = sold.client()
        answer = export(client, form)
        text = answer.text if form == "csv" else str(sheet(answer, "事件"))
        assert BUYER not in text
        assert "I-9" not in text


@pytest.mark.parametrize("accept", [CSV, XLSX, f"application/json;q=0.5, {CSV}"])
@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_a_chain_is_a_file_by_accept(sold: City, at: str, accept: str) -> None:
    answer = sold.client("seller", at=at).get(f"/v1/chains/{LOT}", headers={"Accept": accept})
    assert answer.status_code == 200
    form = CSV if CSV in accept else XLSX
    assert answer.headers["content-type"].startswith(form)
    ending = "csv" if form == CSV else "xlsx"
    name = f'attachment; filename="chain-01-{GTIN}-10-L1.{ending}"'
    assert answer.headers["content-disposition"] == name
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["content-length"]) == len(answer.content)
    rows = of_kind(answer, "事件") if form == CSV else sheet(answer, "事件")
    assert {row["事件编号"] for row in rows} == {"harvest", "sale"}


def test_json_stays_what_is_answered_to_everybody_else(sold: City) -> None:
    for accept in ("*/*", "application/json", f"{CSV};q=0.1, application/json"):
        answer = sold.client().get(f"/v1/chains/{LOT}", headers={"Accept": accept})
        assert answer.headers["content-type"] == "application/json"
        assert "Accept" in answer.headers["vary"].split(", ")


def test_who_asked_and_when_and_for_what_stands_in_the_file(sold: City) -> None:
    about = {
        row["项目"]: row["说明"]
        for row in of_kind(export(sold.client("inspector meat"), "csv", direction="down"), "说明")
    }
    assert about["查询者"] == "inspector:meat"
    assert about["查询的编码"] == LOT
    assert about["方向"] == "down"
    assert about["是否完整"] == "是"
    assert datetime.fromisoformat(about["查询时间"]).tzinfo is not None


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_silent_department_is_said_in_the_file(sold: City, form: str) -> None:
    served = sold.served["imports"]
    served.stop()
    try:
        answer = export(sold.client("city"), form)
        json = sold.client("city").get(f"/v1/chains/{LOT}").json()
    finally:
        served.start()
    gaps = of_kind(answer, "缺口与矛盾") if form == "csv" else sheet(answer, "缺口与矛盾")
    assert {row["子系统"] for row in gaps if row["类型"] in ("hole", "source")} == {"imports"}
    holes = [key for hole in json["holes"] for key in hole["keys"]]
    assert len([row for row in gaps if row["类型"] == "hole"]) == len(set(holes)) or not holes
    told = of_kind(answer, "说明") if form == "csv" else sheet(answer, "说明")
    assert {row["项目"]: row["说明"] for row in told}["是否完整"] == "否"


def test_findings_are_rows_with_the_sentence_of_the_json(sold: City) -> None:
    over = report("over", kind="wholesale", activity="sale", time="2026-03-03T08:00:00+08:00")
    over["items"] = [item(f"(01){GTIN}(10)L1", "900")]
    assert sold.client("seller", at="meat").post("/v1/events", json=over).status_code == 200
    client = sold.client("city")
    json = client.get(f"/v1/chains/{LOT}").json()
    gaps = of_kind(export(client, "csv"), "缺口与矛盾")
    assert json["findings"]
    assert [(g["类型"], g["说明"]) for g in gaps] == [
        (f["type"], f["detail"]) for f in json["findings"]
    ]


def test_an_unknown_code_is_a_file_that_says_so(city: City) -> None:
    answer = export(city.client(), "csv", f"(01){GTIN}(10)NOTHING")
    assert of_kind(answer, "事件") == []
    assert [row["类型"] for row in of_kind(answer, "缺口与矛盾")] == ["unknown_code"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_a_reporter_wrote_is_never_a_formula(city: City, form: str) -> None:
    evil = report(
        "=1+1", product={"name": EVIL}, documents=[{"type": "test_report", "number": "@x"}]
    )
    assert city.client("seller", at="meat").post("/v1/events", json=evil).status_code == 200
    answer = export(city.client("seller"), form)
    (row,) = of_kind(answer, "事件") if form == "csv" else sheet(answer, "事件")
    assert row["产品名称"] == f"'{EVIL}"
    assert row["事件编号"] == "'=1+1"


def assert_uncounted(answer: httpx.Response) -> None:
    """The sheet of holders says why nobody is in it."""
    (row,) = of_kind(answer, "持有")
    assert "未计算持有数量" in row["追溯批次代码"]
    assert row["数量"] == ""


def test_a_step_of_an_earlier_page_is_not_missing_on_a_later_one(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller = city.client("seller", at="meat")
    made = [
        report(f"e{n}", kind="wholesale", activity=did, time=f"2026-03-01T08:{n:02}:00+08:00")
        for n, did in enumerate(["entry", "sale", "sale", "sale"])
    ]
    assert seller.post("/v1/events", json=made).status_code == 200
    whole = missing(export(seller, "csv"))
    monkeypatch.setattr(exports, "PAGE_EVENTS", 2)
    assert whole == {("gap", "e0")}
    assert missing(export(seller, "csv")) <= whole


def missing(answer: httpx.Response) -> set[tuple[str, str]]:
    rows = of_kind(answer, "缺口与矛盾")
    return {(r["类型"], r["事件编号"]) for r in rows if r["类型"] == "gap"}


def test_a_long_chain_is_read_to_its_end_and_to_the_page_by_accept(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller = city.client("seller", at="meat")
    made = [
        report(f"e{n}", kind="logistics", activity="store", time=f"2026-03-01T08:{n:02}:00+08:00")
        for n in range(50)
    ]
    assert seller.post("/v1/events", json=made).status_code == 200
    page = seller.get(f"/v1/chains/{LOT}", params={"max_events": 20}, headers={"Accept": CSV})
    assert len(of_kind(page, "事件")) == 20
    assert [r["类型"] for r in of_kind(page, "缺口与矛盾") if r["类型"] == "limit"] == ["limit"]
    assert_uncounted(page)
    first = seller.get(f"/v1/chains/{LOT}", params={"max_events": 20}).json()
    rest = {"max_events": "30", "after": first["next"]}
    assert_uncounted(seller.get(f"/v1/chains/{LOT}", params=rest, headers={"Accept": CSV}))
    monkeypatch.setattr(exports, "PAGE_EVENTS", 20)
    whole = export(seller, "csv")
    told = of_kind(whole, "事件")
    assert [row["事件编号"] for row in told] == [f"e{n}" for n in range(50)]
    assert_uncounted(whole)
    (left_out,) = [r for r in of_kind(whole, "缺口与矛盾") if r["类型"] == "limit"]
    assert "未判断缺失的环节" in left_out["说明"]
    about = {row["项目"]: row["说明"] for row in of_kind(whole, "说明")}
    assert (about["导出的事件数"], about["是否完整"]) == ("50", "是")
    assert len(sheet(export(seller, "xlsx"), "事件")) == 50


def test_a_consumers_file_ends_with_the_first_page_and_says_so(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [report(f"e{n}", time=f"2026-03-01T08:{n:02}:00+08:00") for n in range(5)]
    assert city.client("seller", at="meat").post("/v1/events", json=made).status_code == 200
    monkeypatch.setattr(exports, "PAGE_EVENTS", 3)
    answer = export(city.client(), "csv")
    assert len(of_kind(answer, "事件")) == 3
    assert [r["类型"] for r in of_kind(answer, "缺口与矛盾")] == ["limit"]
    assert {r["项目"]: r["说明"] for r in of_kind(answer, "说明")}["是否完整"] == "否"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"depth": "3"}, 422, "parameters_refused"),
        ({"direction": "sideways"}, 422, "parameters_refused"),
        ({"since": "2026-03-02T00:00:00Z", "as_of": "2026-03-01T00:00:00Z"}, 422, "window_empty"),
    ],
)
def test_a_wrong_question_is_a_problem_and_no_file(
    city: City, query: dict[str, str], status: int, code: str
) -> None:
    for form in ("csv", "xlsx"):
        answer = city.client("city").get(f"/v1/exports/chains/{LOT}.{form}", params=query)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert "content-disposition" not in answer.headers


def test_a_wrong_check_digit_is_a_problem_and_no_file(city: City) -> None:
    answer = city.client("city").get("/v1/exports/chains/(01)06901234567891.csv")
    assert (answer.status_code, answer.json()["code"]) == (400, "check_digit")
