"""Coverage in a real PostgreSQL against plain loops, over random reports in any order.

``SUYUAN_COVERAGE_SETS`` is how many sets are compared.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from suyuan.domain.coverage import OnFile
from suyuan.domain.events import StoredEvent
from suyuan.sources import coverage
from suyuan.sources.coverage import Counting
from suyuan.storage.coverage import holding
from suyuan.storage.coverage_statements import SUMS
from suyuan.storage.engine import Database
from suyuan.storage.load import Row, load
from suyuan.storage.provision import provision, service_url
from tests.oracle.generate import event_sets
from tests.oracle.records import Record, stored
from tests.sources.coverage import Key, count

T = TypeVar("T")
SETS = int(os.environ.get("SUYUAN_COVERAGE_SETS", "25"))
SERVICE = "coverage"
OWN = "food"
# One party is on file all the time, in two districts one after the other; one for a while.
FILES: dict[str, list[tuple[date, date | None, str | None]]] = {
    "urn:party:p": [
        (date(2000, 1, 1), date(2026, 1, 4), "350203"),
        (date(2026, 1, 4), None, "350212"),
    ],
    "urn:party:q": [(date(2026, 1, 2), date(2026, 1, 6), None)],
}
TABLES = (
    "coverage_feed, coverage_cells, coverage_dirty, coverage_days, coverage_filings,"
    " coverage_months"
)


class Store:
    """A database that holds one set of reports at a time, and a loop to ask it in."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self.database = Database(url, roles=False)
        self.counting = Counting(self.database, OWN, dict)
        self.told: dict[tuple[bytes, str], StoredEvent] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    async def empty(self) -> None:
        async with self.database.writing() as connection:
            await connection.execute(text(f"TRUNCATE {TABLES}, events, edges, register"))
            self.told.clear()
        async with holding(self.database) as ledger:
            assert ledger is not None
            found = [OnFile(party, *filed) for party, some in FILES.items() for filed in some]
            await ledger.put_filings(list(FILES), found)

    async def load(self, reports: Sequence[StoredEvent]) -> None:
        async with self.database.writing() as connection:
            for one in reports:
                if one.event.correction is None:
                    self.told.setdefault((one.event.key, one.event.party.key), one)
                content, by = one.content.ljust(16), (one.reporter, one.authority)
                await load(connection, [Row(one.event, content, "city", "{}", *by)])
                for table in ("events", "edges"):
                    update = f"UPDATE {table} SET record_time = :time WHERE record_time = now()"
                    await connection.execute(text(update), {"time": one.record_time})

    async def days(self) -> dict[Key, Counter[str]]:
        async with self.database.reading() as connection:
            rows = await connection.execute(text("SELECT * FROM coverage_days"))
            found = {}
            for row in rows.mappings():
                sums = Counter({n: row[n] for n in SUMS if n not in ("checked", "complete")})
                found[row["day"], row["sector"], row["district"]] = +sums
            return {key: sums for key, sums in found.items() if sums}

    def close(self) -> None:
        self.run(self.database.close())
        self._loop.close()


@pytest.fixture(scope="module")
def store(postgres_url: str) -> Iterator[Store]:
    """A store that gives back what was loaded: no document says all that these reports do."""
    asyncio.run(provision(postgres_url, [SERVICE]))
    opened = Store(service_url(postgres_url, SERVICE))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coverage, "stored_event", lambda row, _: opened.told[row.key, row.party])
        yield opened
    opened.close()


@st.composite
def reports(draw: st.DrawFn) -> list[list[StoredEvent]]:
    """Random reports, some of another sector, in batches in any order."""
    records: Sequence[Record] = draw(event_sets())
    told = [stored(record) for record in draw(st.permutations(records))]
    sectors = [draw(st.sampled_from((None, None, "food", "meat"))) for _ in told]
    told = [
        replace(one, event=replace(one.event, sector=sector))
        for one, sector in zip(told, sectors, strict=True)
    ]
    size = draw(st.integers(1, max(1, len(told))))
    return [told[n : n + size] for n in range(0, len(told), size)]


async def counted(store: Store, batches: list[list[StoredEvent]]) -> dict[Key, Counter[str]]:
    await store.empty()
    for batch in batches:
        await store.load(batch)
        await store.counting.take()
    await store.counting.drain()
    return await store.days()


@settings(
    max_examples=SETS,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
@given(batches=reports())
def test_what_is_kept_up_is_what_all_events_together_say(
    store: Store, batches: list[list[StoredEvent]]
) -> None:
    everything = [one for batch in batches for one in batch]
    assert store.run(counted(store, batches)) == count(everything, FILES, own=OWN)
