"""Coverage figures as a table: a row for each day, district or sector, and one for each hole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from suyuan.domain.chain import SourceReport
from suyuan.domain.coverage import COUNTED, SHARES, Answer, Enterprises
from suyuan.wire.coverage import holes_of, ordered, write_row
from suyuan.wire.exports.tables import Column, Row, Table

_COUNTS = {
    "filed": ("备案企业·天", "Enterprises on file, days"),
    "active": ("上报企业·天", "Of those, reporting, days"),
    "unfiled": ("未备案上报企业·天", "Reporting, not on file, days"),
    "reports": ("上报事件", "Reports"),
    "in_time": ("及时上报", "In time"),
    "checked": ("已校验", "Checked"),
    "complete": ("完整", "Complete"),
    "evidenced": ("有佐证", "Evidenced"),
    "links": ("应知来源", "Sources to be known"),
    "broken": ("断链", "Broken"),
}
_SHARES = {
    "reported": ("上报率", "Reported share"),
    "in_time": ("及时率", "In time share"),
    "complete": ("完整率", "Complete share"),
    "broken": ("断链率", "Broken share"),
    "evidenced": ("佐证率", "Evidenced share"),
}

FIGURES = Table(
    "figures",
    "覆盖率",
    "Coverage",
    (
        Column("from", "起", "From", 12),
        Column("to", "止", "To", 12),
        Column("sector", "行业", "Sector", 10),
        Column("district", "行政区划代码", "District", 10),
        Column("district_name", "行政区划", "District name", 24),
        *(Column(name, *_COUNTS[name]) for name in COUNTED),
        Column("scans", "消费者扫码", "Scans", 12),
        Column("enterprises_filed", "备案企业（当月，户）", "Enterprises on file in the month"),
        Column("enterprises_active", "上报企业（当月，户）", "Of those, reporting in the month"),
        *(Column(f"share_{name}", *_SHARES[name]) for name in SHARES),
    ),
)
HOLES = Table(
    "hole",
    "缺口",
    "Holes",
    (
        Column("subsystem", "子系统", "Subsystem", 12),
        Column("reason", "原因", "Reason", 14),
    ),
)


def figure_rows(answer: Answer) -> Iterator[Row]:
    """A row for each of the answer; a share of nothing is an empty cell."""
    for group in ordered(answer):
        row = write_row(group, answer)
        told = {f"share_{name}": share for name, share in row.pop("shares").items()}
        enterprises: Enterprises | None = row.pop("enterprises")
        if enterprises is not None:
            told["enterprises_filed"] = enterprises.filed
            told["enterprises_active"] = enterprises.active
        yield {**row, **told}


def hole_rows(sources: Sequence[SourceReport]) -> Iterator[Row]:
    """A row for each subsystem that is missing from the sums."""
    yield from holes_of(sources)
