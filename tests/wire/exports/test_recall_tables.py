"""What a recall reaches as rows: one for each affected thing."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

from python_calamine import CalamineWorkbook

from suyuan.domain.codes import Code
from suyuan.domain.naming import Known
from suyuan.domain.recall_scope import ScopeThing
from suyuan.domain.register import Naming, Party, Product
from suyuan.wire.exports.recall_tables import AFFECTED, RECALL_TABLES, affected_rows
from suyuan.wire.exports.workbook import XlsxWriter
from suyuan.wire.exports.writing import CsvWriter

HOLDER = "urn:suyuan:cn:91350203MA00000005"
PLACE = "urn:suyuan:place:350203002"
GTIN = "https://id.gs1.org/01/06901234567892"
WHOLE = ScopeThing(
    f"{GTIN}/10/L1",
    True,
    "in_transit",
    HOLDER,
    PLACE,
    datetime(2026, 3, 2, tzinfo=UTC),
    Decimal("40.5"),
    Decimal("12.25"),
    "KGM",
)
BARE = ScopeThing("urn:suyuan:cn:35021300100120000456", False)


def known() -> Known:
    date = datetime(2026, 1, 1, tzinfo=UTC).date()
    party = Party(code=Code(HOLDER), names=Naming(zh="=闽味香肠厂"), valid_from=date)
    product = Product(code=Code(GTIN), names=Naming(zh="上海青"), valid_from=date)
    return Known({HOLDER: party}, {}, {GTIN: product})


def test_each_thing_is_a_row_and_what_is_not_known_an_empty_cell() -> None:
    file = io.BytesIO()
    writer = CsvWriter(file, RECALL_TABLES, "zh")
    writer.write(AFFECTED, affected_rows([WHOLE, BARE], known(), "zh"))
    writer.close()
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))
    assert [row["追溯批次代码"] for row in rows] == [
        f"{GTIN}/10/L1",
        "35021300100120000456",
    ]
    assert (rows[0]["持有者名称"], rows[0]["产品名称"]) == ("'=闽味香肠厂", "上海青")
    assert (rows[0]["状态"], rows[0]["最大数量"], rows[0]["单位"]) == ("在途", "40.5", "千克")
    assert rows[0]["最后事件时间（北京时间）"] == "2026-03-02T08:00:00+08:00"
    assert {
        value
        for name, value in rows[1].items()
        if name not in rows[1].keys() & {"记录类型", "追溯批次代码", "粒度"}
    } == {""}


def test_a_workbook_of_many_things_has_every_one_as_a_number_and_a_word() -> None:
    file = io.BytesIO()
    writer = XlsxWriter(file, RECALL_TABLES, "en")
    writer.write(AFFECTED, affected_rows((WHOLE for _ in range(3_000)), known(), "en"))
    writer.close()
    book = CalamineWorkbook.from_filelike(io.BytesIO(file.getvalue()))
    assert book.sheet_names == [table.en for table in RECALL_TABLES]
    header, *rows = book.get_sheet_by_name("Affected things").to_python()
    assert len(rows) == 3_000
    assert rows[-1][header.index("Worst case")] == 40.5
    assert rows[-1][header.index("State")] == "in transit"
