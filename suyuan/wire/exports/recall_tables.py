"""The scope of a recall as a table: one row for each affected thing and holder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from suyuan.wire.exports.chain_tables import ABOUT, FINDINGS
from suyuan.wire.exports.tables import Column, Row, Table
from suyuan.wire.exports.words import said, unit_word

AFFECTED = Table(
    "affected",
    "受影响的货物",
    "Affected things",
    (
        Column("lot_code", "追溯批次代码", "Traceability lot code", 36),
        Column("level", "粒度", "Level", 10),
        Column("product", "产品名称", "Product description", 24),
        Column("holder", "持有者代码", "Holder", 22),
        Column("holder_name", "持有者名称", "Holder name", 24),
        Column("place", "地点代码", "Location", 22),
        Column("place_name", "地点名称", "Location name", 24),
        Column("state", "状态", "State", 12),
        Column("time", "最后事件时间（北京时间）", "Last event (UTC+8)", 22),
        Column("worst_case", "最大数量", "Worst case", 12),
        Column("pro_rata", "按比例数量", "Pro rata", 12),
        Column("unit", "单位", "Unit", 10),
        Column("event", "最后事件编号", "Last event id", 36),
        Column("subsystem", "子系统", "Subsystem", 14),
    ),
)
RECALL_TABLES = (AFFECTED, FINDINGS, ABOUT)


@dataclass(frozen=True, slots=True)
class AffectedThing:
    """One thing with one holder; what is not known is ``None`` and stays an empty cell.

    ``level`` is ``lot`` or ``serial``; ``state`` a word of ``suyuan.domain.reach.State``; codes as
    people type them.
    """

    code: str
    level: str
    holder: str | None = None
    holder_name: str | None = None
    place: str | None = None
    place_name: str | None = None
    state: str | None = None
    time: datetime | None = None
    product: str | None = None
    worst_case: Decimal | None = None
    pro_rata: Decimal | None = None
    unit: str | None = None
    event: str | None = None
    subsystem: str | None = None


def affected_rows(things: Iterable[AffectedThing], language: str) -> Iterator[Row]:
    """A row for each, as they come: nothing is kept."""
    for one in things:
        yield {
            "lot_code": one.code,
            "level": said(one.level, language),
            "product": one.product,
            "holder": one.holder,
            "holder_name": one.holder_name,
            "place": one.place,
            "place_name": one.place_name,
            "state": said(one.state, language) if one.state else None,
            "time": one.time,
            "worst_case": one.worst_case,
            "pro_rata": one.pro_rata,
            "unit": unit_word(one.unit, language),
            "event": one.event,
            "subsystem": one.subsystem,
        }
