"""Coverage figures as they are asked for: the days of a window added up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import accumulate

from suyuan.domain.coverage import Answer, By, Counts, Group, Window, district_range, periods
from suyuan.storage.coverage import counts_of
from suyuan.storage.coverage_months import find_enterprises
from suyuan.storage.engine import ReadConnection, driver_of
from suyuan.storage.tables.coverage import SUMS

_DAY = timedelta(days=1)
_SUMMED = ", ".join(f"sum({name})::bigint" for name in SUMS)
_WITHIN = """
    day BETWEEN $1 AND $2 AND ($3::text IS NULL OR sector = $3)
    AND ($4::text IS NULL OR district BETWEEN $4 AND $5)
"""
# What a row of each kind of answer is grouped by.
_KEYS = {
    By.DAY: "day",
    By.MONTH: "greatest(date_trunc('month', day)::date, $1)",
    By.YEAR: "greatest(date_trunc('year', day)::date, $1)",
    By.SECTOR: "sector",
    By.DISTRICT: "district",
    By.TOTAL: "true",
}
_FIGURES = f"SELECT {{key}}, {_SUMMED} FROM coverage_days WHERE {_WITHIN} GROUP BY 1"

_OF_DISTRICT = "($3::text IS NULL OR district BETWEEN $3 AND $4)"
# How many more enterprises are on file on each day than on the day before; the first day has all
# that were on file then.
_CHANGES = f"""
    SELECT day, sum(change)::bigint FROM (
        SELECT greatest(since, $1) AS day, 1 AS change FROM coverage_filings
        WHERE since <= $2 AND (until IS NULL OR until > $1) AND {_OF_DISTRICT}
        UNION ALL
        SELECT until, -1 FROM coverage_filings
        WHERE since <= $2 AND until > $1 AND until <= $2 AND {_OF_DISTRICT}
    ) AS each GROUP BY day
"""
_BY_DISTRICT = f"""
    SELECT district, sum(least(until, $2::date + 1) - greatest(since, $1::date))::bigint
    FROM coverage_filings
    WHERE since <= $2 AND (until IS NULL OR until > $1) AND {_OF_DISTRICT} GROUP BY district
"""
_SCANS = """
    SELECT day, sum(count)::bigint FROM scan_days
    WHERE NOT trade AND day BETWEEN $1 AND $2 GROUP BY day
"""
_STATE = """
    SELECT (SELECT count(*) FROM coverage_dirty),
           EXISTS (SELECT FROM coverage_feed f, events e
                   WHERE (e.xact, uuid_send(e.key), e.party, e.declaration)
                         > (f.xact, f.key, f.party, f.declaration))
           OR EXISTS (SELECT FROM coverage_feed f, register r
                      WHERE r.kind = 0 AND r.xact > f.register_xact)
           OR EXISTS (SELECT FROM coverage_feed f, revocations r
                      WHERE r.licence = '' AND r.xact > f.register_xact)
           OR NOT EXISTS (SELECT FROM coverage_feed)
"""


async def find_figures(
    connection: ReadConnection, window: Window, own: str | None = None
) -> Answer:
    """Every row of a window, also those in which nothing was reported.

    ``own`` is the department's sector, in which its enterprises are on file; ``None`` where it has
    several, and nothing says in which.
    """
    driver = await driver_of(connection)
    # First: what is not pending now is in the sums that are read after.
    pending, behind = await driver.fetchrow(_STATE)
    summed = await _sums(connection, window)
    if window.by is By.SECTOR:
        rows = await _by_sector(connection, window, summed, own)
    elif window.by is By.DISTRICT:
        rows = await _by_district(connection, window, summed, own)
    else:
        rows = await _by_time(connection, window, summed, own)
    on_file = _is_of(own, window.sector)
    enterprises = await find_enterprises(connection, window, rows, on_file=on_file)
    scans = await find_scans(connection, window)
    return Answer(rows, scans, pending, behind, enterprises)


async def _sums(connection: ReadConnection, window: Window) -> dict[object, Counts]:
    driver = await driver_of(connection)
    rows = await driver.fetch(
        _FIGURES.format(key=_KEYS[window.by]),
        *(window.first, window.last, window.sector, *_districts(window)),
    )
    of_sector = window.sector is not None or window.by is By.SECTOR
    return {row[0]: counts_of(row[1:], of_sector=of_sector) for row in rows}


def _districts(window: Window) -> tuple[str | None, str | None]:
    return (None, None) if window.district is None else district_range(window.district)


def _is_of(own: str | None, sector: str | None) -> bool:
    """Whether the department's enterprises are on file in a sector; ``None`` is all of them."""
    return sector is None or own is None or sector == own


async def _by_time(
    connection: ReadConnection, window: Window, summed: Mapping[object, Counts], own: str | None
) -> dict[Group, Counts]:
    days = (window.last - window.first).days + 1
    filed = await _filed_by_day(connection, window) if _is_of(own, window.sector) else [0] * days
    begins = [0, *accumulate(filed)]
    found = {}
    for group in periods(window):
        first, behind = ((day - window.first).days for day in (group.first, group.last + _DAY))
        key = True if window.by is By.TOTAL else group.first
        on_file = Counts(filed=begins[behind] - begins[first])
        found[group] = summed.get(key, Counts()) + on_file
    return found


async def _filed_by_day(connection: ReadConnection, window: Window) -> list[int]:
    """How many enterprises are on file on each day of the window."""
    driver = await driver_of(connection)
    rows = await driver.fetch(_CHANGES, window.first, window.last, *_districts(window))
    changes = {row[0]: row[1] for row in rows}
    days = (window.last - window.first).days + 1
    return list(accumulate(changes.get(window.first + _DAY * n, 0) for n in range(days)))


async def _by_district(
    connection: ReadConnection, window: Window, summed: Mapping[object, Counts], own: str | None
) -> dict[Group, Counts]:
    driver = await driver_of(connection)
    rows = await driver.fetch(_BY_DISTRICT, window.first, window.last, *_districts(window))
    found = {str(district): counts for district, counts in summed.items()}
    for district, filed in rows if _is_of(own, window.sector) else ():
        found[district] = found.get(district, Counts()) + Counts(filed=filed)
    return {
        Group(window.first, window.last, district=district or None): found[district]
        for district in sorted(found)
    }


async def _by_sector(
    connection: ReadConnection, window: Window, summed: Mapping[object, Counts], own: str | None
) -> dict[Group, Counts]:
    """The department's enterprises are on file in its own sector, whatever others report there."""
    filed = Counts(filed=sum(await _filed_by_day(connection, window)))
    found = {str(sector): counts for sector, counts in summed.items()}
    if own is not None and _is_of(own, window.sector):
        found.setdefault(own, Counts())
    return {
        Group(window.first, window.last, sector=sector): found[sector]
        + (filed if _is_of(own, sector) else Counts())
        for sector in sorted(found)
    }


async def find_scans(connection: ReadConnection, window: Window) -> dict[Group, int] | None:
    """A scan has no district and no sector; of days all of this window's scans are told."""
    if window.sector or window.district or window.by in (By.SECTOR, By.DISTRICT):
        return None
    driver = await driver_of(connection)
    rows = await driver.fetch(_SCANS, window.first, window.last)
    by_day = dict(rows)
    return {
        group: sum(n for day, n in by_day.items() if group.first <= day <= group.last)
        for group in periods(window)
    }
