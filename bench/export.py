"""How long a chain and a recall of 100,000 rows take as CSV and XLSX, over HTTP, and what memory.

``python -m bench.export [--quick]`` loads one lot that was stored and checked so many times, and
the scope of a recall with as many things, asks for both as files, counts their rows, and prints one
JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
from python_calamine import CalamineWorkbook

from bench.figures import Figure, machine, report, say
from bench.histories import GTIN, PARTY, PLACES, Event, event, item, load_events
from bench.servers import SUBSYSTEM, Served, city_key, postgres, serving, vacuum
from suyuan.domain.recall import Action, Actor, Proposal, Recall, RecallState, Step, Wording
from suyuan.domain.recall_scope import ScopeThing
from suyuan.storage import recalls
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.wire.recalls import keep

SETTINGS = {"SUYUAN_KEY_RATE": "0"}
FULL, QUICK = 100_000, 5_000
LOT = f"{GTIN}(10)LONG"
GOAL_SECONDS = 20.0
# Beside what the service has at rest; the file itself is on disk.
GOAL_MB = 400.0
# A page begins with the walk of the whole chain, so the answer's first byte may take long.
TIMEOUT_SECONDS = 170.0
_AT_ONCE = 5_000


def long_history(events: int) -> Iterator[Event]:
    """One lot, harvested once and looked at ever after."""
    yield event("long-0", 0, "production", "harvest", items=[item(LOT, "100")])
    for number in range(1, events):
        yield event(
            f"long-{number}",
            number / 10,
            "logistics",
            "store",
            items=[item(LOT, "100")],
            documents=[{"type": "test_report", "number": f"T-{number}"}],
        )


async def scope(server_url: str, things: int) -> UUID:
    """A recall whose scope has so many things, each with a holder and a place."""
    code = "https://id.gs1.org/01/06901234567892/10/LONG"
    proposal = Proposal((code,), 1, Wording("检出沙门氏菌"))
    now = datetime.now(UTC)
    step = Step(1, Action.PROPOSE, now, Actor("city", ""))
    recall = Recall(uuid4(), SUBSYSTEM, proposal, RecallState.PREVIEWED, (step,))
    holder, place = f"urn:suyuan:cn:{PARTY}", f"urn:suyuan:cn:{PLACES[0]}"
    known = ("at", holder, place, now, Decimal("40.5"), Decimal("12.25"), "KGM")
    database = Database(service_url(server_url, SUBSYSTEM), roles=False)
    try:
        async with database.writing() as connection:
            await recalls.propose(connection, recall, keep(proposal))
            for first in range(0, things, _AT_ONCE):
                numbers = range(first, min(first + _AT_ONCE, things))
                page = [ScopeThing(f"{code}{number:06}", True, *known) for number in numbers]
                await recalls.add_things(connection, recall.id, page)
    finally:
        await database.close()
    return recall.id


def exported(served: Served, key: str, path: str) -> tuple[float, bytes]:
    """Seconds until the last byte, and the file."""
    began = time.perf_counter()
    answer = httpx.get(
        f"{served.url}{path}",
        headers={"Authorization": f"Bearer {key}"},
        timeout=TIMEOUT_SECONDS,
    )
    answer.raise_for_status()
    return time.perf_counter() - began, answer.content


def csv_rows(body: bytes, title: str) -> int:
    return sum(line.startswith(f"{title},".encode()) for line in body.split(b"\r\n"))


def xlsx_rows(body: bytes, title: str) -> int:
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    return len(book.get_sheet_by_name(title).to_python()) - 1


def timed(served: Served, key: str, path: str, title: str, rows: int) -> float:
    """Seconds that a file takes. Raises RuntimeError unless it has so many rows of the kind."""
    seconds, body = exported(served, key, path)
    found = (csv_rows if ".csv" in path else xlsx_rows)(body, title)
    say(f"{path}: {found} rows, {len(body) / 1e6:.1f} MB in {seconds:.1f} s")
    if found != rows:
        raise RuntimeError(f"{path}: {found} rows of {rows}")
    return seconds


def measure(server_url: str, events: int) -> list[Figure]:
    key = city_key(server_url)
    load_events(server_url, long_history(events))
    recall = asyncio.run(scope(server_url, events))
    vacuum(server_url)
    goal = events / GOAL_SECONDS if events == FULL else None
    figures = []
    with serving("query", server_url, settings=SETTINGS) as served:
        for form in ("csv", "xlsx"):
            path = f"/v1/exports/chains/{quote(LOT, safe='')}.{form}?direction=own"
            seconds = timed(served, key, path, "事件", events)
            figures.append(Figure(f"{form}_rows_per_s", round(events / seconds), "1/s", goal))
            figures.append(Figure(f"{form}_s", round(seconds, 2), "s"))
        memory = round(served.rss_mb, 1)
    figures.append(Figure("rss_mb", memory, "MB", GOAL_MB, "lower"))
    with serving("ingest", server_url, settings=SETTINGS) as served:
        for form, name in (("csv", "recall_csv_rows_per_s"), ("xlsx", "recall_rows_per_s")):
            path = f"/v1/recalls/{recall}/things.{form}"
            seconds = timed(served, key, path, "受影响的货物", events)
            figures.append(Figure(name, round(events / seconds), "1/s", goal))
        memory = round(served.rss_mb, 1)
    figures.append(Figure("recall_rss_mb", memory, "MB", GOAL_MB, "lower"))
    return figures


def main() -> None:
    """Measure, and print the one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the form that CI runs")
    events = QUICK if parser.parse_args().quick else FULL
    with postgres() as url:
        report("export", {**machine(), "events": events}, measure(url, events))


if __name__ == "__main__":
    main()
