"""docs/files.md says what the columns are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from suyuan.wire.sheets.columns import COLUMNS, Column

PAGE = (Path(__file__).parents[3] / "docs" / "files.md").read_text("utf-8")
TABLE = PAGE.split("## Columns", 1)[1].split("\n## ", 1)[0]


ROWS = [
    line.split("|")
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith(("| 列", "| ---"))
]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_every_column_is_in_the_docs_with_its_member(column: Column) -> None:
    (members,) = [row[3] for row in ROWS if column.zh in re.split(", *", row[1].strip())]
    assert f"`{column.path.split('/')[1]}" in members


def test_the_docs_have_no_column_that_the_files_have_not() -> None:
    named = {name for row in ROWS for name in re.split(", *", row[1].strip())}
    assert named == {column.zh for column in COLUMNS}
