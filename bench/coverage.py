"""Coverage figures: how fast events are counted, and a year's question.

``python -m bench.coverage [--quick]`` starts a PostgreSQL of its own, and prints one JSON line as
every bench does. Events are counted beside ingest, so no figure of it is in an event's time.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.figures import Figure, machine, report, say
from bench.histories import PARTY, load_batch
from bench.trade import report as trade_report
from suyuan.domain.codes import Use, recognise
from suyuan.domain.coverage import By, Window
from suyuan.sources.coverage import Counting
from suyuan.storage.coverage_figures import find_figures
from suyuan.storage.engine import Database
from suyuan.storage.provision import provision, service_url
from suyuan.storage.server import EmbeddedServer

SUBSYSTEM = "coverage"
_BATCH = 1_000
_ROUNDS = 15
# A city of forty districts, whose department knows three sectors, and ten thousand enterprises.
DISTRICTS, SECTORS, ENTERPRISES = 40, 3, 10_000
YEAR = (date(2025, 1, 1), date(2025, 12, 31))

_FILED = """
    INSERT INTO coverage_filings (party, since, until, district)
    SELECT 'urn:suyuan:cn:' || n, DATE '2024-01-01' + n % 700, NULL::date,
           (350200 + n % CAST(:districts AS int))::text
    FROM generate_series(1, CAST(:enterprises AS int)) AS n
    UNION ALL SELECT CAST(:party AS text), DATE '2024-01-01', NULL, '350203'
"""
_A_YEAR = """
    INSERT INTO coverage_days
    SELECT DATE '2025-01-01' + d, (ARRAY['food', 'meat', 'produce'])[s],
           (350200 + n)::text, 100, 80, 3, 3, 5000, 4000, 5000, 4000, 3000, 4000, 100
    FROM generate_series(0, 364) AS d, generate_series(1, CAST(:sectors AS int)) AS s,
         generate_series(0, CAST(:districts AS int) - 1) AS n
"""


_MONTHS = """
    INSERT INTO coverage_months
    SELECT DATE '2025-01-01' + make_interval(months => m), k.sector, k.district,
           'urn:suyuan:cn:' || n, 20
    FROM generate_series(0, 11) AS m, generate_series(1, CAST(:enterprises AS int)) AS n,
         LATERAL (VALUES ('', '*'), ('food', '*'), ('', (350200 + n % 40)::text),
                         ('food', (350200 + n % 40)::text)) AS k (sector, district)
"""


async def measure(server_url: str, events: int) -> list[Figure]:
    """Every figure, in a database of its own."""
    await provision(server_url, [SUBSYSTEM])
    database = Database(service_url(server_url, SUBSYSTEM), roles=False)
    try:
        await _do(database, _FILED, districts=DISTRICTS, enterprises=ENTERPRISES, party=_party())
        await _load(database, (trade_report(n, scattered=True) for n in range(events)))
        counting = Counting(database, "food", dict)
        began = time.perf_counter()
        await counting.drain()
        seconds = time.perf_counter() - began
        say(f"{events} events counted in {seconds:.1f} s")
        late = await _late(database, counting, events)
        await _do(database, "TRUNCATE coverage_days")
        await _do(database, _A_YEAR, sectors=SECTORS, districts=DISTRICTS)
        await _do(database, "TRUNCATE coverage_months")
        await _do(database, _MONTHS, enterprises=ENTERPRISES)
        await _do(database, "ANALYZE coverage_days, coverage_filings, coverage_months")
        asked = {by: await _asked(database, by) for by in (By.DAY, By.MONTH, By.DISTRICT)}
    finally:
        await database.close()
    return [
        Figure("events_per_s", round(events / seconds), "1/s", 2_000),
        Figure("late_report_counted_ms", late, "ms", 2_500, "lower"),
        *(Figure(f"year_by_{by.value}_p95_ms", ms, "ms", 200, "lower") for by, ms in asked.items()),
    ]


async def _late(database: Database, counting: Counting, events: int) -> float:
    """Milliseconds until one more report of a year ago is in the figures."""
    await _load(database, [trade_report(events, scattered=True)])
    began = time.perf_counter()
    await counting.drain()
    return round((time.perf_counter() - began) * 1000, 1)


async def _asked(database: Database, by: By) -> float:
    """How long a question for a year over all districts takes, in milliseconds."""
    took = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        async with database.reading() as connection:
            await find_figures(connection, Window(*YEAR, by=by))
        took.append((time.perf_counter() - began) * 1000)
    return round(statistics.quantiles(took, n=20)[-1], 1)


async def _load(database: Database, events: Iterable[dict[str, Any]]) -> None:
    now = datetime.now(UTC) + timedelta(minutes=1)
    waiting: Iterator[dict[str, Any]] = iter(events)
    while batch := list(islice(waiting, _BATCH)):
        await load_batch(database, batch, now)


async def _do(database: Database, statement: str, **told: Any) -> None:
    async with database.writing() as connection:
        await connection.execute(text(statement), told)


def _party() -> str:
    return recognise(PARTY, use=Use.PARTY).key


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer events")
    events = 20_000 if parser.parse_args().quick else 100_000
    with tempfile.TemporaryDirectory() as home, EmbeddedServer(Path(home)) as server:
        figures = asyncio.run(measure(server.url, events))
    setup = {
        **machine(),
        "events": events,
        "districts": DISTRICTS,
        "sectors": SECTORS,
        "enterprises": ENTERPRISES,
    }
    report("coverage", setup, figures)


if __name__ == "__main__":
    main()
