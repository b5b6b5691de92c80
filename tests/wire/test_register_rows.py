"""Rows of a spreadsheet as entries of the register: any language, every fault with its column."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.codes import Use, recognise
from suyuan.domain.errors import ReportRefused
from suyuan.domain.register import Kind, Licence, Naming, Party, Product, ProductLink
from suyuan.wire.register_columns import REGISTER_COLUMNS
from suyuan.wire.register_rows import read_rows
from suyuan.wire.sheets.columns import plain

USCC = "91350206MADEMA0101"
ME = recognise(USCC, use=Use.PARTY)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def read(kind: Kind, *rows: dict[str, str], department: bool = False) -> tuple[Any, Any]:
    entries, faults = read_rows(kind, rows, None if department else ME, NOW)
    return entries, [(f.index, f.pointer, f.code) for f in faults]


@pytest.mark.parametrize(
    "row",
    [
        {
            "统一社会信用代码": USCC,
            "名称": "厂",
            "英文名称": "Plant",
            "行政区划": "350212",
            "许可证编号": "SC10744030704994",
            "许可证有效期至": "2029年4月30日",
            "生效日期": "2026/1/1",
        },
        {
            "Party id": USCC,
            "Name": "厂",
            "English name": "Plant",
            "District *": "350212",
            "Licence": "SC10744030704994",
            "Licence until": "2029-04-30",
            "Valid from": "20260101",
        },
        {
            "id": USCC,
            "name_zh": "厂",
            "name_en": "Plant",
            "district": "350212",
            "licence": "SC10744030704994",
            "licence_to": "2029.4.30",
            "valid_from": "2026-01-01",
        },
    ],
)
def test_a_row_is_an_entry_in_either_language(row: dict[str, str]) -> None:
    entries, faults = read(Kind.PARTY, row)
    assert faults == []
    assert entries == [
        Party(
            ME,
            Naming("厂", "Plant"),
            date(2026, 1, 1),
            district="350212",
            licences=(Licence("SC10744030704994", valid_to=date(2029, 4, 30)),),
        )
    ]


def test_words_are_understood_in_chinese() -> None:
    entries, faults = read(
        Kind.PARTY, {"统一社会信用代码": "FARM-7", "名称": "社", "类型": "合作社"}
    )
    assert (entries[0].organisation, faults) == (True, [])
    (product,), faults = read(
        Kind.PRODUCT, {"商品条码": "6901234567892", "品名": "青菜", "保质期": "7 天", "规格": ""}
    )
    assert faults == []
    assert product == Product(
        recognise("6901234567892"), Naming("青菜"), date(2026, 3, 1), ME, shelf_life="7 天"
    )


PRODUCT_ROW = {"商品条码": "6901234567892", "品名": "青菜"}


def test_a_row_registers_links_by_their_chinese_names_or_the_words_of_gs1() -> None:
    (product,), faults = read(
        Kind.PRODUCT,
        PRODUCT_ROW
        | {"链接类型": "使用说明", "链接网址": "https://brand.example/m", "链接语言": "zh;en"}
        | {"链接名称": "说明", "链接英文名称": "Manual"}
        | {"Link type 3": "gs1:recipeInfo", "Link 3": "https://brand.example/r"},
    )
    assert faults == []
    assert product.links == (
        ProductLink(
            "instructions", "https://brand.example/m", Naming("说明", "Manual"), ("zh", "en")
        ),
        ProductLink("recipeInfo", "https://brand.example/r"),
    )


def test_a_fault_of_a_link_is_told_at_its_own_columns() -> None:
    rows = [
        {"链接类型2": "食谱", "链接网址2": "http://10.0.0.1/x"},
        {"链接类型3": "追溯信息", "链接网址3": "https://brand.example/r"},
        {"链接网址": "https://brand.example/r"},
        {"链接类型": "食谱"},
        {"链接类型": "食谱", "链接网址": "https://brand.example/r", "链接语言": "中文"},
    ]
    found = [read(Kind.PRODUCT, PRODUCT_ROW | row)[1] for row in rows]
    assert found == [
        [(0, "/link_2", "link_url")],
        [(0, "/link_type_3", "unknown_word")],
        [(0, "/link_type", "missing")],
        [(0, "/link", "missing")],
        [(0, "/link_languages", "link_language")],
    ]


def test_good_rows_are_taken_and_each_bad_one_is_told_by_its_columns() -> None:
    entries, faults = read(
        Kind.PARTY,
        {"统一社会信用代码": USCC, "名称": "厂", "许可证编号2": ""},
        {"统一社会信用代码": "", "名称": "", "许可证编号2": ""},
        {"统一社会信用代码": "9.135E+17", "名称": "厂", "许可证编号2": ""},
        {"统一社会信用代码": "91350206MADEMA0102", "名称": "厂", "许可证编号2": ""},
        {"统一社会信用代码": USCC, "名称": "厂", "许可证编号2": "SC10744030704995"},
        {"统一社会信用代码": USCC, "名称": "厂", "行政区划": "999999", "生效日期": "某天"},
    )
    assert [entry is not None for entry in entries] == [True, *[False] * 5]
    assert faults == [
        (1, "/id", "missing"),
        (1, "/name_zh", "names_missing"),
        (2, "/id", "code_as_number"),
        (3, "/id", "check_digit"),
        (4, "/licence_2", "licence_check_digit"),
        (5, "/valid_from", "date_malformed"),
        (5, "/district", "division_unknown"),
    ]


def test_a_department_says_whose_own_code_it_is() -> None:
    row = {"地点编码": "COLD-1", "地点名称": "库"}
    assert read(Kind.PLACE, row, department=True)[1] == [(0, "/id", "register_id_unowned")]
    assert read(Kind.PLACE, row)[1] == []


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (["统一社会信用代码", "名称", "价格"], "header_unknown"),
        (["统一社会信用代码", "名称", "企业名称"], "header_twice"),
        (["", " "], "header_missing"),
    ],
)
def test_a_header_that_is_unknown_or_there_twice_refuses_the_file(
    header: list[str], code: str
) -> None:
    with pytest.raises(ReportRefused) as refused:
        read(Kind.PARTY, dict.fromkeys(header, ""))
    assert [fault.code for fault in refused.value.faults] == [code]


def test_the_columns_of_a_report_on_refused_rows_are_passed_over() -> None:
    row = {"行号": "2", "原因": "x", "统一社会信用代码": USCC, "名称": "厂"}
    assert read(Kind.PARTY, row)[1] == []


@pytest.mark.parametrize("kind", list(Kind))
def test_no_header_means_two_columns(kind: Kind) -> None:
    headers = [
        (plain(header), column.name)
        for column in REGISTER_COLUMNS[kind]
        for header in {column.name, column.zh, column.en, *column.aliases}
    ]
    assert len({header for header, _ in set(headers)}) == len(set(headers))


HEADERS = {kind: [column.zh for column in REGISTER_COLUMNS[kind]] for kind in Kind}


@given(st.sampled_from(list(Kind)), st.lists(st.text(max_size=20), max_size=25))
def test_any_cells_are_an_entry_or_have_faults_and_never_raise(
    kind: Kind, cells: list[str]
) -> None:
    row = dict(zip(HEADERS[kind], cells, strict=False))
    if row:
        entries, faults = read(kind, row)
        assert (entries == [None]) == bool(faults)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_column_is_in_the_docs(kind: Kind) -> None:
    docs = (Path(__file__).parents[2] / "docs" / "register.md").read_text("utf-8")
    (line,) = [line for line in docs.splitlines() if line.startswith(f"| `{kind.plural}` |")]
    for column in REGISTER_COLUMNS[kind]:
        if not column.name[-1].isdigit():
            assert f"{column.zh} {column.en}" in line
