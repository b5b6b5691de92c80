"""Recalls as files over real HTTP, opened again with another program's reader."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from suyuan.web.recalls import export
from tests.city import BUYER, SELLER, City
from tests.services.entries import SELLER_NAMES, put
from tests.services.recalls import MADE_LOT, SOURCE_LOT, Recall, trade
from tests.services.test_recalls import key

SHEETS = ["受影响的货物", "持有者", "召回批次余量", "缺口", "步骤", "说明"]
EVIL = '=HYPERLINK("https://evil.example")'


def records(answer: httpx.Response, kind: str) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    text = answer.content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [row for row in rows if row["记录类型"] == kind]


def sheet(answer: httpx.Response, name: str) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == SHEETS
    header, *rows = book.get_sheet_by_name(name).to_python()
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def recalled(city: City, at: str, **more: Any) -> tuple[httpx.Client, Recall]:
    trade(city)
    put(city.client("seller", at="meat"), f"/v1/parties/{SELLER}", names=SELLER_NAMES)
    department = city.client("department meat", at=at)
    recall = Recall(department, **more)
    recall.scoped()
    return department, recall


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_every_thing_is_a_row_as_in_the_json(
    city: City, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE_THINGS", 2)
    department, recall = recalled(city, at)
    told = recall.things()
    rows = records(department.get(f"{recall.path}/things.csv"), "受影响的货物")
    assert len(rows) == len(told) == 3
    made = next(row for row in rows if row["追溯批次代码"] == key(MADE_LOT))
    assert made["持有者代码"] == (told[key(MADE_LOT)]["holder"] or "")
    if at == "meat":
        assert (made["持有者代码"], made["持有者名称"]) == (SELLER, "鹭洋肉品")
        assert made["最后事件时间（北京时间）"] == "2026-03-02T08:00:00+08:00"
    assert (made["最大数量"], made["按比例数量"], made["单位"]) == ("90", "36.0", "千克")


def test_the_other_sheets_tell_what_the_recall_tells(city: City) -> None:
    department, recall = recalled(city, "meat")
    book = department.get(f"{recall.path}/things.xlsx")
    shown = recall.shown()
    assert {row["持有者代码"]: row["对象数"] for row in sheet(book, "持有者")} == {
        h["party"]: h["things"] for h in shown["holders"]
    }
    balances = sheet(book, "召回批次余量")
    assert {(r["持有者代码"], r["数量"]) for r in balances} == {(SELLER, 30.0), (BUYER, 30.0)}
    assert sheet(book, "缺口") == []
    assert [row["步骤"] for row in sheet(book, "步骤")] == ["提出", "查明范围"]
    about = {row["项目"]: row["说明"] for row in sheet(book, "说明")}
    assert about["召回的编码"] == key(SOURCE_LOT)
    assert (about["是否完整"], about["导出的对象数"]) == ("是", "3")
    assert about["查询者"] == "department:meat"
    assert about["查询时间"]


def test_a_reason_that_would_be_a_formula_is_text(city: City) -> None:
    department, recall = recalled(city, "meat", reason={"zh": EVIL})
    about = records(department.get(f"{recall.path}/things.csv"), "说明")
    assert f"'{EVIL}" in {row["说明"] for row in about}
    told = sheet(department.get(f"{recall.path}/things.xlsx"), "说明")
    assert f"'{EVIL}" in {row["说明"] for row in told}


def test_english_is_asked_for_by_language(city: City) -> None:
    department, recall = recalled(city, "meat")
    answer = department.get(f"{recall.path}/things.csv", headers={"Accept-Language": "en"})
    assert answer.headers["content-language"] == "en"
    name = f'attachment; filename="{recall.path.rpartition("/")[2]}'
    assert answer.headers["content-disposition"] == name.replace('="', '="recall-') + '.csv"'
    assert answer.content.decode("utf-8-sig").startswith("Record,Traceability lot code,")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_who_may_not_see_the_things_gets_no_file(city: City, form: str) -> None:
    _, recall = recalled(city, "meat")
    for who, status in (("seller", 403), ("department food", 404), (None, 401)):
        client = city.client(who, at="gateway" if who == "department food" else "meat")
        for path in ("things", f"things.{form}"):
            assert client.get(f"{recall.path}/{path}").status_code == status, (who, path)
