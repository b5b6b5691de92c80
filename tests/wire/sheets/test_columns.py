"""Headers: both languages, any order, and what is said of those that are none."""

from __future__ import annotations

import pytest

from suyuan.domain.activities import KINDS, SECTORS
from suyuan.domain.errors import ReportRefused
from suyuan.domain.policy import PUBLIC_DOCUMENTS
from suyuan.domain.sentences import sentence
from suyuan.web.pages.words import DOCUMENTS
from suyuan.wire.city import MEMBERS
from suyuan.wire.sheets.columns import COLUMNS, REPORT_COLUMNS, read_headings
from suyuan.wire.sheets.template import header
from suyuan.wire.sheets.words import (
    ACTIVITY_WORDS,
    DOCUMENT_WORDS,
    KIND_WORDS,
    SECTOR_WORDS,
    activity_of,
)


def names(*headers: str) -> list[str | None]:
    return [h.column.name if h.column else h.extra for h in read_headings(headers)]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_each_column_is_known_by_all_its_names(column: object) -> None:
    ways = [
        [column.name, column.zh, column.en, header(column), f"{column.zh}({column.name})"]
        for column in COLUMNS
    ]
    for way in zip(*ways, strict=True):
        assert names(*way) == [c.name for c in COLUMNS]


@pytest.mark.parametrize("written", [" 时间 ", "*时间", "时间*", "TIME", "发生时间", "时间\nTime"])
def test_marks_case_and_gaps_do_not_matter(written: str) -> None:
    assert names(written) == ["time"]


def test_a_column_of_ones_own_is_a_member_of_extra() -> None:
    assert names("id", "extra.温度", "Extra.Temp") == ["id", "温度", "Temp"]


def test_what_a_report_adds_is_ignored_and_so_is_a_column_without_header() -> None:
    added = [header for pair in REPORT_COLUMNS for header in pair]
    assert names("id", "", *added) == ["id", None, *([None] * len(added))]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (["id", "colour"], "header_unknown"),
        (["id", "编号"], "header_twice"),
        (["id", "时间 Place"], "header_unknown"),
        (["", " "], "header_missing"),
        (["请在第二个工作表填写", "7"], "header_missing"),
    ],
)
def test_a_header_row_that_is_wrong_is_refused(headers: list[str], code: str) -> None:
    with pytest.raises(ReportRefused) as refused:
        read_headings(headers)
    assert [fault.code for fault in refused.value.faults] == [code]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("产品", "；最接近的是“产品编码”；自定的列请写成 extra.产品。"),
        ("备注", "；自定的列请写成 extra.备注。"),
        ("数量(公斤)", "；最接近的是“数量”；自定的列请写成 extra.数量(公斤)。"),
    ],
)
def test_the_closest_header_is_offered_only_where_it_is_near(written: str, said: str) -> None:
    with pytest.raises(ReportRefused) as refused:
        read_headings([written, "时间"])
    (fault,) = refused.value.faults
    told = sentence(fault.code, fault.params, "zh")
    assert told == f"第 1 列“{written}”不是可用的列名{said}"


def test_every_member_of_the_city_form_has_a_column() -> None:
    told = {column.path.split("/")[1] for column in COLUMNS} | {"extra"}
    assert told == MEMBERS


def test_every_word_of_the_city_form_can_be_written_in_chinese() -> None:
    assert list(KIND_WORDS) == list(KINDS)
    assert {kind: set(words) for kind, words in ACTIVITY_WORDS.items()} == {
        kind: set(activities) for kind, activities in KINDS.items()
    }
    assert tuple(SECTOR_WORDS) == SECTORS


def test_no_word_means_two_activities_of_a_kind() -> None:
    for kind, activities in ACTIVITY_WORDS.items():
        written = [way for ways in activities.values() for way in ways]
        assert len(written) == len(set(written)), kind
        for activity, ways in activities.items():
            assert {activity_of(kind, way) for way in (activity, *ways)} == {activity}


def test_documents_are_called_in_files_what_the_pages_call_them() -> None:
    assert set(DOCUMENT_WORDS) == set(PUBLIC_DOCUMENTS)
    assert {name: ways[0] for name, ways in DOCUMENT_WORDS.items()} == {
        name: label.zh for name, label in DOCUMENTS.items()
    }
