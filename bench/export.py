"""How long a chain of 100,000 rows takes as CSV and XLSX, over HTTP, and what memory it needs.

``python -m bench.export [--quick]`` loads one lot that was stored and checked so many times, asks
the query service for both files, counts their rows, and prints one JSON line.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Iterator
from urllib.parse import quote

import httpx
from python_calamine import CalamineWorkbook

from bench.figures import Figure, machine, report, say
from bench.histories import GTIN, Event, event, item, load_events
from bench.servers import Served, city_key, postgres, serving, vacuum

SETTINGS = {"SUYUAN_KEY_RATE": "0"}
FULL, QUICK = 100_000, 5_000
LOT = f"{GTIN}(10)LONG"
GOAL_SECONDS = 20.0
# Beside what the service has at rest; the file itself is on disk.
GOAL_MB = 400.0
# A page begins with the walk of the whole chain, so the answer's first byte may take long.
TIMEOUT_SECONDS = 170.0


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


def exported(served: Served, key: str, form: str) -> tuple[float, bytes]:
    """Seconds until the last byte, and the file."""
    began = time.perf_counter()
    answer = httpx.get(
        f"{served.url}/v1/exports/chains/{quote(LOT, safe='')}.{form}",
        headers={"Authorization": f"Bearer {key}"},
        params={"direction": "own"},
        timeout=TIMEOUT_SECONDS,
    )
    answer.raise_for_status()
    return time.perf_counter() - began, answer.content


def csv_rows(body: bytes) -> int:
    return sum(line.startswith("事件,".encode()) for line in body.split(b"\r\n"))


def xlsx_rows(body: bytes) -> int:
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    return len(book.get_sheet_by_name("事件").to_python()) - 1


def measure(server_url: str, events: int) -> list[Figure]:
    key = city_key(server_url)
    load_events(server_url, long_history(events))
    vacuum(server_url)
    figures = []
    with serving("query", server_url, settings=SETTINGS) as served:
        for form, count in (("csv", csv_rows), ("xlsx", xlsx_rows)):
            seconds, body = exported(served, key, form)
            rows = count(body)
            say(f"{form}: {rows} rows, {len(body) / 1e6:.1f} MB in {seconds:.1f} s")
            if rows != events:
                raise RuntimeError(f"{form}: {rows} rows of {events}")
            goal = events / GOAL_SECONDS if events == FULL else None
            figures.append(Figure(f"{form}_rows_per_s", round(rows / seconds), "1/s", goal))
            figures.append(Figure(f"{form}_s", round(seconds, 2), "s"))
        memory = round(served.rss_mb, 1)
    figures.append(Figure("rss_mb", memory, "MB", GOAL_MB, "lower"))
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
