"""The table of scans: counts are added up by code and day, many at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from sqlalchemy import text

from suyuan.domain.scans import ScanCount, Tally
from suyuan.storage.engine import ReadConnection, WriteConnection, driver_of

_ADD = text("""
    INSERT INTO scans (code, day, trade, count)
    SELECT * FROM unnest(
        CAST(:codes AS text[]), CAST(:days AS date[]), CAST(:trades AS boolean[]),
        CAST(:counts AS bigint[]))
    ON CONFLICT (code, day, trade) DO UPDATE SET count = scans.count + excluded.count
""")

_ADD_BY_DAY = text("""
    INSERT INTO scan_days (day, trade, count)
    SELECT * FROM unnest(
        CAST(:days AS date[]), CAST(:trades AS boolean[]), CAST(:counts AS bigint[]))
    ON CONFLICT (day, trade) DO UPDATE SET count = scan_days.count + excluded.count
""")

_OF_CODE = """
    SELECT min(day) FILTER (WHERE NOT trade),
           coalesce(sum(count) FILTER (WHERE NOT trade), 0)::bigint,
           coalesce(sum(count) FILTER (WHERE trade), 0)::bigint
    FROM scans WHERE code = $1
"""


async def add(connection: WriteConnection, counts: Mapping[Tally, int]) -> None:
    """Add to the counts. Rows go in ordered by key, so that two writers never wait in a circle."""
    ordered = sorted(counts.items())
    await connection.execute(
        _ADD,
        {
            "codes": [tally.code for tally, _ in ordered],
            "days": [tally.day for tally, _ in ordered],
            "trades": [tally.trade for tally, _ in ordered],
            "counts": [count for _, count in ordered],
        },
    )
    by_day: Counter[tuple[date, bool]] = Counter()
    for tally, count in ordered:
        by_day[tally.day, tally.trade] += count
    days = sorted(by_day.items())
    await connection.execute(
        _ADD_BY_DAY,
        {
            "days": [day for (day, _), _ in days],
            "trades": [trade for (_, trade), _ in days],
            "counts": [count for _, count in days],
        },
    )


async def of_code(connection: ReadConnection, code: str) -> ScanCount:
    """What is counted of one canonical code."""
    driver = await driver_of(connection)
    row = await driver.fetchrow(_OF_CODE, code)
    return ScanCount(*row)
