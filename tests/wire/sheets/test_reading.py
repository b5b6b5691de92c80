"""A row as an event of the city form, and each fault under the column that it is in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from suyuan.domain.codes import Use, recognise
from suyuan.wire.reports import Report
from suyuan.wire.sheets import refusals
from suyuan.wire.sheets.columns import COLUMNS, EXAMPLE_ID, read_headings
from suyuan.wire.sheets.reading import RowFault, RowReader
from suyuan.wire.sheets.refusals import Refusal
from suyuan.wire.sheets.sheet import Line
from tests.city import SELLER

ME = recognise(SELLER, use=Use.PARTY)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
BASE = {"kind": "production", "activity": "harvest", "time": "2026-03-01 08:00", "code": "A-1"}


def read(**cells: str) -> Report | list[RowFault]:
    reader = RowReader(read_headings(list(cells)), ME)
    return reader.read(Line(2, list(cells.values())), NOW)


def told(**cells: str) -> dict[str, Any]:
    """The city form that a row is stored as."""
    found = read(**cells)
    assert isinstance(found, Report), found
    document: dict[str, Any] = json.loads(found.document)
    return document


def faults(**cells: str) -> list[tuple[str, str]]:
    found = read(**cells)
    assert isinstance(found, list)
    return [(fault.column, fault.code) for fault in found]


def test_every_column_fills_its_member() -> None:
    items = dict.fromkeys(("inputs", "outputs", "parent", "children", "transformation"), "")
    cells = {column.name: column.example for column in COLUMNS if column.example}
    document = told(
        **{**cells, **items},
        id="e1",
        from_party=SELLER,
        to_place="350203002",
        document_type="检疫证",
        document_number="0012",
        document_date="2026/3/1",
        sector="肉菜",
        corrected_at="2026-03-02 09:30",
        correction_reason="did_not_occur",
        replaced_by="e2; e3",
        **{"extra.温度": "4", "extra.a.b": "x"},
    )
    assert document == {
        "id": "e1",
        "kind": "production",
        "activity": "harvest",
        "time": "2026-03-01T08:00:00+08:00",
        "place": "350203001",
        "items": [{"code": "6901234567892", "quantity": "100", "unit": "KGM"}],
        "product": {
            "name": "青菜",
            "lot": "L1",
            "produced_on": "2026-03-01",
            "expires_on": "2026-03-08",
            "origin": "福建厦门",
        },
        "from": {"party": SELLER},
        "to": {"place": "350203002"},
        "documents": [
            {"type": "quarantine_certificate", "number": "0012", "issued_on": "2026-03-01"}
        ],
        "sector": "meat",
        "correction": {
            "declared_at": "2026-03-02T09:30:00+08:00",
            "reason": "did_not_occur",
            "replaced_by": ["e2", "e3"],
        },
        "extra": {"温度": "4", "a.b": "x"},
    }


@pytest.mark.parametrize("unit", [{}, {"unit": "公斤"}])
def test_a_quantity_with_its_unit_in_one_cell_is_both(unit: dict[str, str]) -> None:
    document = told(**BASE, quantity="12.5公斤", **unit)
    assert document["items"] == [{"code": "A-1", "quantity": "12.5", "unit": "KGM"}]


def test_a_transformation_and_a_packing_are_rows_too() -> None:
    made = told(kind="生产", activity="加工", time=BASE["time"], inputs="A*2 KGM;B", outputs="C")
    assert made["inputs"] == [{"code": "A", "quantity": "2", "unit": "KGM"}, {"code": "B"}]
    packed = told(kind="物流", activity="装箱", time=BASE["time"], parent="BOX", children="A;B")
    assert (packed["parent"], packed["children"]) == ("BOX", [{"code": "A"}, {"code": "B"}])


def test_the_kind_of_a_row_settles_what_its_activity_means() -> None:
    assert told(**{**BASE, "kind": "零售", "activity": "销售"})["activity"] == "sale"
    assert told(**{**BASE, "kind": "进口", "activity": "放行"})["activity"] == "release"
    assert told(**{**BASE, "activity": "销售", "kind": "批发"})["kind"] == "wholesale"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"time": ""}, [("time", "missing")]),
        ({"time": "2026-03-01"}, [("time", "time_without_hour")]),
        ({"time": "2026-13-40"}, [("time", "time_malformed")]),
        ({"time": "2027-03-01 08:00"}, [("time", "time_in_future")]),
        ({"code": "6901234567893"}, [("code", "check_digit")]),
        ({"code": "6.9E+12"}, [("code", "code_as_number")]),
        ({"code": ""}, [("", "no_code")]),
        ({"quantity": "1,000"}, [("quantity", "quantity_malformed")]),
        ({"quantity": "2公斤", "unit": "吨"}, [("quantity", "quantity_malformed")]),
        ({"time": "46082.5"}, [("time", "day_as_number")]),
        ({"unit": "斤", "quantity": "1"}, [("unit", "unit_unknown")]),
        ({"outputs": "B"}, [("", "shape_conflict")]),
        ({"to_party": "(414)123"}, [("to_party", "code_malformed")]),
        ({"produced_on": "3/1/2026"}, [("produced_on", "date_malformed")]),
        ({"document_number": "7"}, [("document_type", "missing")]),
        ({"extra.x": "a\x00"}, [("extra.x", "text_control")]),
        ({"kind": "生产", "activity": "销售"}, [("activity", "activity_unknown")]),
    ],
)
def test_a_fault_names_its_column(cells: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert faults(**{**BASE, **cells}) == expected


def test_a_unit_of_markets_is_told_to_be_converted() -> None:
    found = read(**BASE, quantity="3", unit="斤")
    assert isinstance(found, list)
    assert "1 斤 = 0.5 KGM，请换算数量" in refusals.reason(found[0], "zh")


def test_a_cell_without_header_is_a_fault_and_an_ignored_one_is_not() -> None:
    reader = RowReader(read_headings([*BASE, "", "原因"]), ME)
    assert isinstance(reader.read(Line(2, [*BASE.values(), "", "old reason"]), NOW), Report)
    (fault,) = reader.read(Line(2, [*BASE.values(), "x", "", "y"]), NOW)[:1]  # type: ignore[index]
    assert (fault.code, fault.place) == ("cell_without_header", len(BASE))


def test_a_row_of_many_faults_says_so() -> None:
    found = faults(**{**BASE, "code": "", "children": ";".join(["6901234567893"] * 50)})
    assert found[-1] == ("", "more_faults")
    assert len(found) <= 22


def test_only_the_row_with_the_templates_own_id_is_its_example() -> None:
    reader = RowReader(read_headings(["code", "id"]), ME)
    assert reader.is_example(Line(2, ["A", EXAMPLE_ID]))
    assert not reader.is_example(Line(2, ["A", "示例"]))
    assert not reader.is_example(Line(2, [EXAMPLE_ID]))


def test_the_list_of_refused_rows_speaks_the_words_of_the_file() -> None:
    header = ["类别", "Activity", "extra.x"]
    fault = RowFault("activity_unknown", {"kind": "retail", "value": "卖", "allowed": ["sale"]})
    missing = RowFault("missing", {"field": "time"}, "time")
    text = refusals.lines(header, [Refusal(7, ["零售", "卖"], [fault, missing])], "zh").decode()
    assert text == "零售,卖,,7,时间,“零售”环节没有“卖”这一活动；可用：销售。 缺少必填项 时间。\r\n"


def test_a_list_that_was_sent_again_does_not_grow() -> None:
    again = refusals.header_line(["id", "行号", "出错列", "原因"], "en")
    assert again == "\ufeffid,Row,Faulty column,Reason\r\n".encode()
