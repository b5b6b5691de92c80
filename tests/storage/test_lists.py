"""A page of a list is one statement down an index: nothing is sorted whole, nothing is scanned."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from suyuan.storage import lists
from suyuan.storage.engine import WriteConnection

PLACE = {
    ":after_time": "timestamptz '2026-03-01'",
    ":after_record_time": "timestamptz '2026-03-02'",
    ":after_key": "uuid '80000000-0000-0000-0000-000000000000'",
    ":after_party": "'p'",
}


async def plan(connection: WriteConnection, statement: str, **values: str) -> str:
    """The plan where the planner must not scan or sort: a test's tables are too small to choose."""
    given = {**PLACE, ":most": "101"} | {f":{name}": value for name, value in values.items()}
    for name in sorted(given, key=len, reverse=True):
        statement = statement.replace(name, given[name])
    await connection.execute(text("SET LOCAL enable_seqscan = off"))
    await connection.execute(text("SET LOCAL enable_bitmapscan = off"))
    await connection.execute(text("SET LOCAL enable_sort = off"))
    rows = await connection.execute(text(f"EXPLAIN (COSTS OFF) {statement}"))
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("conditions", [[], [lists._AFTER], [lists._FILTERS["kind"], lists._AFTER]])
async def test_everybodys_events_come_down_the_index_of_times(
    writing: WriteConnection, conditions: list[str]
) -> None:
    found = await plan(writing, lists._of_all(conditions), kind="'retail'")
    assert "Index Scan Backward using events_by_time" in found
    assert 'Presorted Key: e."time", e.record_time' in found


@pytest.mark.parametrize("conditions", [[], [lists._AFTER]])
async def test_a_partys_events_come_down_the_index_of_parties(
    writing: WriteConnection, conditions: list[str]
) -> None:
    statement = lists._of_all([lists._FILTERS["party"], *conditions])
    found = await plan(writing, statement, party="'p'")
    assert "Index Scan Backward using events_by_party" in found
    assert "Presorted Key" in found


# Of an empty table every index promises the same.
_SOME_EVENTS = """
    INSERT INTO events (key, party, declaration, authority, content, time, form, id, reporter,
                        document)
    SELECT gen_random_uuid(), 'p' || n % 9, false, false, gen_random_uuid(), now(), 0, n, 'r', '{}'
    FROM generate_series(1, 2000) AS made (n)
"""
_THEIR_EDGES = """
    INSERT INTO edges (code, time, event, role, rank, ends, is_lot, id, party)
    SELECT 'c' || row_number() OVER () % 500, time, key, 0, 1, false, false, id, party FROM events
"""


async def test_a_codes_events_come_down_the_index_of_edges(writing: WriteConnection) -> None:
    await writing.execute(text(_SOME_EVENTS))
    await writing.execute(text(_THEIR_EDGES))
    await writing.execute(text("ANALYZE events, edges"))
    found = await plan(writing, lists._of_code([lists._AFTER]), code="'c7'")
    assert re.search(r"Index Scan Backward using edges_by_code", found)
    assert "using events_pkey" in found
