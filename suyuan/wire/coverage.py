"""Coverage figures on the wire: ``GET /v1/coverage``, at a subsystem and at the gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

import msgspec

from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.domain.coverage import COUNTED, Answer, Counts, Enterprises, Group, Window, shares
from suyuan.wire.divisions import division_name
from suyuan.wire.source_reports import write_sources

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
# A day of each of ten years, or every district of the country, and some more.
_MOST_ROWS = 10_000


class _Enterprises(msgspec.Struct):
    filed: _Count
    active: _Count


class _Row(msgspec.Struct, rename={"first": "from", "last": "to"}):
    first: date
    last: date
    filed: _Count
    active: _Count
    unfiled: _Count
    reports: _Count
    in_time: _Count
    checked: _Count
    complete: _Count
    evidenced: _Count
    links: _Count
    broken: _Count
    scans: _Count | None = None
    enterprises: _Enterprises | None = None
    sector: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    district: Annotated[str, msgspec.Meta(pattern="^[0-9]{6}$")] | None = None


class _Answer(msgspec.Struct):
    rows: Annotated[list[_Row], msgspec.Meta(max_length=_MOST_ROWS)]
    pending: _Count
    behind: bool


_decoder = msgspec.json.Decoder(_Answer)


def write_answer(
    window: Window, answer: Answer, sources: Sequence[SourceReport]
) -> Mapping[str, Any]:
    """The whole answer: rows in order, who was asked, who is missing from the sums."""
    return {
        "from": window.first,
        "to": window.last,
        "by": window.by.value,
        "sector": window.sector,
        "district": window.district,
        "rows": [write_row(group, answer) for group in ordered(answer)],
        "pending": answer.pending,
        "behind": answer.behind,
        **write_sources(sources),
        "holes": holes_of(sources),
    }


def write_row(group: Group, answer: Answer) -> dict[str, Any]:
    """One row: what it is of, its counts, and the shares that follow from them."""
    counts = answer.rows[group]
    return {
        "from": group.first,
        "to": group.last,
        "sector": group.sector,
        "district": group.district,
        "district_name": None if group.district is None else division_name(group.district),
        **{name: getattr(counts, name) for name in COUNTED},
        "scans": None if answer.scans is None else answer.scans.get(group, 0),
        "enterprises": answer.enterprises.get(group),
        "shares": shares(counts),
    }


def holes_of(sources: Sequence[SourceReport]) -> list[dict[str, str]]:
    """The subsystems whose figures are not in the sums, and why."""
    return [
        {"subsystem": s.subsystem, "reason": s.status.value}
        for s in sources
        if s.status is not SourceStatus.ANSWERED
    ]


def ordered(answer: Answer) -> list[Group]:
    """The rows' groups by time, then by sector and district; what has none comes last."""
    return sorted(
        answer.rows,
        key=lambda g: (
            g.first,
            g.sector is None,
            g.sector or "",
            g.district is None,
            g.district or "",
        ),
    )


def read_answer(body: bytes) -> Answer:
    """What a subsystem answered. Raises ValueError when it is no such answer."""
    try:
        told = _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"no coverage figures: {error}") from error
    rows, scans = {}, {}
    for row in told.rows:
        group = Group(row.first, row.last, row.sector, row.district)
        rows[group] = Counts(*(getattr(row, name) for name in COUNTED))
        scans[group] = row.scans
    counted = {group: count for group, count in scans.items() if count is not None}
    whole = len(counted) == len(scans)
    enterprises = {
        Group(row.first, row.last, row.sector, row.district): Enterprises(
            row.enterprises.filed, row.enterprises.active
        )
        for row in told.rows
        if row.enterprises is not None
    }
    return Answer(rows, counted if whole else None, told.pending, told.behind, enterprises)
