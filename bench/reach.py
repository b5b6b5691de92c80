"""Reach for recalls: worlds of hundreds of thousands of things, and how long it takes to find all.

Its figures are of ``bench.trace``: ``recall_276k_s``, ``recall_1m_s`` and ``recall_rss_mb``.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from bench.figures import Figure, say
from bench.histories import GTIN, Event, event, item, load_events
from bench.servers import Served

# 6 + 6 * 6 ... lots: a lot that is split in six, six times over, has 335,922 below it; the last
# level is cut so that there are 276,000.
FAN = 6
LOTS, QUICK_LOTS = 276_000, 2_000
OBJECTS, QUICK_OBJECTS = 1_000_000, 5_000
_PER_CASE, _PER_PALLET = 100, 50


def lots(count: int) -> Iterator[Event]:
    """Lot R0, and ``count`` lots that were made of it, each of six of the level before's one."""
    for first in range(1, count + 1, FAN):
        mother = (first - 1) // FAN
        made = [item(_lot(n), "1") for n in range(first, min(first + FAN, count + 1))]
        yield event(
            f"R-{first}", _depth(first) * 60, "production", "process",
            inputs=[item(_lot(mother), "6")], outputs=made,
        )  # fmt: skip


def objects(count: int) -> Iterator[Event]:
    """Lot O, filled into objects with serials, packed in cases on pallets that were shipped."""
    for case in range(0, count, _PER_CASE):
        serials = [item(f"{GTIN}(21)O{n}") for n in range(case, min(case + _PER_CASE, count))]
        number, pallet = case // _PER_CASE, case // (_PER_CASE * _PER_PALLET)
        box, truck = f"OCASE-{number}", f"OPALLET-{pallet}"
        yield event(
            f"O-made-{number}", 1, "production", "process",
            inputs=[item(f"{GTIN}(10)O", "1")], outputs=serials,
        )  # fmt: skip
        yield event(f"O-case-{number}", 2, "logistics", "pack", parent=box, children=serials)
        yield event(f"O-load-{number}", 3, "logistics", "pack", parent=truck, children=[item(box)])
        if number % _PER_PALLET == 0:
            yield event(f"O-ship-{pallet}", 4, "logistics", "ship", items=[item(truck)])
            yield event(f"O-there-{pallet}", 5, "logistics", "receive", 1, items=[item(truck)])


def load(server_url: str, *, quick: bool) -> None:
    """Load both worlds."""
    load_events(server_url, lots(QUICK_LOTS if quick else LOTS))
    load_events(server_url, objects(QUICK_OBJECTS if quick else OBJECTS))


def measure(served: Served, key: str, *, quick: bool) -> list[Figure]:
    """The three figures; each world is asked for three times, and the fastest counts as warm."""
    many, more = (QUICK_LOTS, QUICK_OBJECTS) if quick else (LOTS, OBJECTS)
    spans: dict[str, float] = {}
    for name, code, least in (("276k", _lot(0), many), ("1m", f"{GTIN}(10)O", more)):
        told = [_ask(served.url, key, code, least) for _ in range(3)]
        spans[name] = min(told)
        say(f"reach {name}: {told}")
    return [
        Figure("recall_276k_s", round(spans["276k"], 2), "s", 2, "lower"),
        Figure("recall_1m_s", round(spans["1m"], 2), "s", 10, "lower"),
        Figure("recall_rss_mb", round(served.rss_mb, 1), "MB", 500, "lower"),
    ]


def _ask(url: str, key: str, code: str, least: int) -> float:
    """The seconds until everything had come."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=300)
    began = time.perf_counter()
    path = f"/v1/reach/{quote(code, safe='')}"
    connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    lines = 0
    while part := answer.read1(1 << 20):
        lines += part.count(b"\n")
    span = time.perf_counter() - began
    connection.close()
    if answer.status != 200 or lines < least:
        raise RuntimeError(f"{code}: {answer.status}, {lines} lines")
    return span


def _lot(number: int) -> str:
    return f"{GTIN}(10)R{number}"


def _depth(number: int) -> int:
    depth = 0
    while number > 0:
        number, depth = (number - 1) // FAN, depth + 1
    return depth
