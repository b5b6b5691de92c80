"""Where a sheet begins: at its header, whatever stands above."""

from __future__ import annotations

from collections.abc import Sequence

from suyuan.wire.sheets.columns import recognised_headers
from suyuan.wire.sheets.sheet import Line, Sheet, without_titles

HEADER, ROW = ["编号", "时间"], ["e1", "x"]


def below(*rows: Sequence[str]) -> Sheet:
    header, *lines = ([*row] for row in rows)
    sheet = Sheet(header, (Line(n, cells) for n, cells in enumerate(lines, 2)), len(lines))
    return without_titles(sheet, recognised_headers)


def rows(sheet: Sheet) -> list[tuple[int, list[str]]]:
    return [(line.number, line.cells) for line in sheet.lines]


def test_a_sheet_without_titles_is_left_as_it_is() -> None:
    sheet = below(HEADER, ROW)
    assert (sheet.header, rows(sheet), sheet.total) == (HEADER, [(2, ROW)], 1)


def test_titles_above_the_header_are_left_out_and_rows_keep_their_numbers() -> None:
    sheet = below(["三月台账"], ["填报单位：合作社", "", "时间"], HEADER, ROW, ROW)
    assert (sheet.header, rows(sheet), sheet.total) == (HEADER, [(4, ROW), (5, ROW)], 2)


def test_a_sheet_without_a_header_keeps_every_row() -> None:
    sheet = below(["三月台账"], *[ROW] * 20, HEADER)
    assert (sheet.header, len(rows(sheet)), sheet.total) == (["三月台账"], 21, 21)
