"""Files of the register: the rows that are right are versions, the others are told with reasons."""

from __future__ import annotations

import csv
import io

import pytest

from suyuan.wire.sheets.columns import EXAMPLE_ID
from tests.city import BUYER, SELLER, City
from tests.services.entries import put
from tests.services.files import CSV, XLSX, csv_text, ended, send

HEADER = ("商品条码", "产品名称", "英文名称", "规格", "生效日期")


def gtin(number: int) -> str:
    body = f"690123{number:06}"
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body))
    return f"{body}{-total % 10}"


def rows(count: int) -> list[list[str]]:
    return [[gtin(n), f"产品 {n}", f"Product {n}", "500 g", "2026-01-01"] for n in range(count)]


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_a_file_of_products_is_taken_in_and_sent_again_changes_nothing(city: City, at: str) -> None:
    seller = city.client("seller", at=at)
    text = csv_text(*rows(1_200), header=HEADER)
    job = ended(seller, send(seller, text, kind="products"))
    assert (job["state"], job["kind"]) == ("done", "products"), job
    assert (job["accepted"], job["repeated"], job["rejected"]) == (1_200, 0, 0)
    again = ended(seller, send(seller, text, kind="products"))
    assert (again["accepted"], again["repeated"]) == (0, 1_200)
    shown = seller.get(f"/v1/products/{gtin(7)}").json()
    assert (shown["names"], shown["spec"]) == ({"zh": "产品 7", "en": "Product 7"}, "500 g")
    assert shown["party"] == SELLER


def test_what_stands_above_the_header_is_no_row(city: City) -> None:
    seller = city.client("seller", at="meat")
    text = "产品登记表,,,,\r\n" + csv_text(*rows(2), header=HEADER)
    job = ended(seller, send(seller, text, kind="products"))
    assert (job["state"], job["accepted"], job["rows_total"]) == ("done", 2, 2)


def test_bad_rows_are_listed_with_their_columns_and_reasons(city: City) -> None:
    buyer = city.client("buyer", at="meat")
    put(buyer, f"/v1/products/{gtin(1)}", names={"zh": "别人的"})
    seller = city.client("seller", at="meat")
    good = rows(5)
    good[2][0] = gtin(2)[:-1] + str((int(gtin(2)[-1]) + 1) % 10)
    good[3][1] = good[3][2] = ""
    good[4][4] = "某天"
    job = ended(seller, send(seller, csv_text(*good, header=HEADER), kind="products"))
    assert (job["state"], job["accepted"], job["rejected"]) == ("done", 1, 4)
    report = seller.get(job["report"]).text.splitlines()
    assert len(report) == 5
    assert "已由他人登记" in report[1]
    assert "商品条码" in report[2]
    assert "产品名称" in report[3]
    assert "生效日期" in report[4]


def test_an_enterprise_registers_nobody_else_by_file(city: City) -> None:
    seller = city.client("seller", at="meat")
    text = csv_text([BUYER, "别人"], [SELLER, "自己"], header=("统一社会信用代码", "名称"))
    job = ended(seller, send(seller, text, kind="parties"))
    assert (job["accepted"], job["rejected"]) == (1, 1)
    department = city.client("department meat", at="meat")
    again = ended(department, send(department, text, kind="parties"))
    assert (again["accepted"], again["repeated"], again["rejected"]) == (1, 1, 0)
    assert city.client().get(f"/v1/parties/{BUYER}").json()["said_by"] == "department"


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_any_delimiter_is_found(city: City, delimiter: str) -> None:
    seller = city.client("seller", at="meat")
    header = ("Place id", "Name", "District")
    text = csv_text(["350203001", "Market", "350203"], header=header, delimiter=delimiter)
    assert ended(seller, send(seller, text, kind="places"))["accepted"] == 1


def test_a_dry_run_stores_nothing(city: City) -> None:
    seller = city.client("seller", at="meat")
    text = csv_text(*rows(3), header=HEADER)
    job = ended(seller, send(seller, text, kind="products", dry_run="true"))
    assert job["accepted"] == 3
    assert seller.get(f"/v1/products/{gtin(1)}").status_code == 404


def test_a_file_with_the_columns_of_another_kind_fails_and_says_which(city: City) -> None:
    seller = city.client("seller", at="meat")
    job = ended(seller, send(seller, csv_text(*rows(1), header=HEADER), kind="parties"))
    assert job["state"] == "failed"
    assert "商品条码" in str(job["problem"])


@pytest.mark.parametrize("kind", ["parties", "places", "products"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_the_template_of_a_kind_comes_back_as_it_is_without_storing_its_example(
    city: City, at: str, form: str, kind: str
) -> None:
    seller = city.client("seller", at=at)
    template = seller.get(f"/v1/files/template.{form}", params={"kind": kind})
    assert f'filename="suyuan-{kind}.{form}"' in template.headers["content-disposition"]
    media_type = CSV if form == "csv" else XLSX
    job = ended(seller, send(seller, template.content, media_type, kind=kind))
    assert (job["state"], job["rows_read"], job["rejected"]) == ("done", 0, 0), job


def test_a_filled_in_template_of_products_is_stored(city: City) -> None:
    seller = city.client("seller", at="meat")
    template = seller.get("/v1/files/template.csv?kind=products").content.decode("utf-8-sig")
    header, example = csv.reader(io.StringIO(template))
    filled = [gtin(1) if cell == EXAMPLE_ID else cell for cell in example]
    filled[header.index("产品名称 Name")] = "青菜"
    job = ended(seller, send(seller, csv_text(example, filled, header=header), kind="products"))
    assert (job["accepted"], job["rejected"]) == (1, 0), job
    assert seller.get(f"/v1/products/{gtin(1)}").json()["names"]["zh"] == "青菜"


def test_a_template_of_an_unknown_kind_is_422(city: City) -> None:
    assert city.client().get("/v1/files/template.csv?kind=people").status_code == 422


def test_an_unknown_kind_is_422(city: City) -> None:
    seller = city.client("seller", at="meat")
    assert send(seller, csv_text(*rows(1), header=HEADER), kind="people").status_code == 422
