"""How many different enterprises were on file in each month, and reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from suyuan.domain.coverage import By, Enterprises, Group, Window, district_range, is_month
from suyuan.domain.register import today
from suyuan.storage.coverage import ANY_DISTRICT, ANY_SECTOR
from suyuan.storage.engine import ReadConnection, driver_of

# Enterprises of longer windows are not told: a row each is read, ten thousand in a month, and a
# year is to be answered at once.
MOST_MONTHS = 3

# Each row is an enterprise, unless it moved within the districts that are asked for.
_ACTIVE = """
    SELECT month, count(*) FROM coverage_months
    WHERE month = ANY($1::date[]) AND sector = $2 AND district = $3 GROUP BY month
"""
_ACTIVE_WITHIN = """
    SELECT month, count(DISTINCT party) FROM coverage_months
    WHERE month = ANY($1::date[]) AND sector = $2 AND district BETWEEN $3 AND $4 GROUP BY month
"""
# The months of each time on file, from the first one that no earlier time of the same enterprise
# reaches into; and how many enterprises have each of them.
_FILED = """
    WITH times AS (
        SELECT date_trunc('month', since)::date AS first,
               date_trunc('month', coalesce(until - 1, $2))::date AS last,
               date_trunc('month', lag(until) OVER (PARTITION BY party ORDER BY since) - 1)::date
               AS before
        FROM coverage_filings
        WHERE since <= $2 AND (until IS NULL OR until > $1)
          AND ($3::text IS NULL OR district BETWEEN $3 AND $4)
    ), months AS (
        SELECT CASE WHEN before >= first THEN (before + interval '1 month')::date
                    ELSE first END AS first, last FROM times
    )
    SELECT first, last, count(*) FROM months WHERE first <= last GROUP BY first, last
"""


async def find_enterprises(
    connection: ReadConnection, window: Window, groups: Iterable[Group], *, on_file: bool
) -> dict[Group, Enterprises]:
    """Of each whole month among ``groups``; ``on_file``: whether any is, in the window's sector."""
    now = today(datetime.now(UTC))
    months = [group for group in groups if is_month(group, now)] if window.by is By.MONTH else []
    if not months or len(months) > MOST_MONTHS:
        return {}
    active = await _active(connection, window, [group.first for group in months])
    filed = await _filed(connection, window) if on_file else []
    return {
        group: Enterprises(
            sum(n for first, last, n in filed if first <= group.first <= last),
            active.get(group.first, 0),
        )
        for group in months
    }


async def _active(
    connection: ReadConnection, window: Window, months: Sequence[date]
) -> dict[date, int]:
    driver = await driver_of(connection)
    sector = window.sector or ANY_SECTOR
    within = (ANY_DISTRICT,) if window.district is None else district_range(window.district)
    exact = within[0] == within[-1]
    if exact:
        rows = await driver.fetch(_ACTIVE, months, sector, within[0])
    else:
        rows = await driver.fetch(_ACTIVE_WITHIN, months, sector, *within)
    return dict(rows)


async def _filed(connection: ReadConnection, window: Window) -> list[tuple[date, date, int]]:
    driver = await driver_of(connection)
    within = (None, None) if window.district is None else district_range(window.district)
    return [tuple(row) for row in await driver.fetch(_FILED, window.first, window.last, *within)]
