"""Reach for recalls: worlds of hundreds of thousands of things, and how long it takes to find all.

Its figures are of ``bench.trace``: ``recall_276k_s``, ``recall_1m_s``, ``recall_rss_mb``, and
``chain_of_1m_s``: the same million as a chain, of which an answer can hold a part.
"""

from __future__ import annotations

import asyncio
import http.client
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

import msgspec

from bench.asking import Asker, chain_path
from bench.figures import Figure, say
from bench.histories import GTIN, Event, event, item, load_events
from bench.servers import Served, postmaster

# Each lot is split into six: 276,000 lots are on seven levels.
FAN = 6
LOTS, QUICK_LOTS = 276_000, 2_000
OBJECTS, QUICK_OBJECTS = 1_000_000, 5_000
_PER_CASE, _PER_PALLET = 100, 50
_MILLION = f"{GTIN}(10)O"


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
            inputs=[item(_MILLION, "1")], outputs=serials,
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


def measure(server_url: str, served: Served, key: str, *, quick: bool) -> list[Figure]:
    """The three figures: lots by name, objects with their last places, and memory.

    Each world is asked for three times over HTTP, and the fastest counts as warm. Memory is the
    most at any moment, of a service's process and PostgreSQL's largest one together, without what
    PostgreSQL's processes share.
    """
    with _Memory(postmaster(server_url), served) as memory:
        figures = _reaches(served, key, quick=quick)
    return [*figures, Figure("recall_rss_mb", round(memory.most_mb, 1), "MB", 500, "lower")]


def measure_chain(served: Served, key: str) -> Figure:
    """The slowest of three answers to who asks for the million objects as a chain.

    The deadline is three seconds, and writing up what was found by then may take one more.
    """
    spans = [_ask_chain(served.url, key) for _ in range(3)]
    say(f"chain of a million: {spans}")
    return Figure("chain_of_1m_s", round(max(spans), 2), "s", 4, "lower")


def _ask_chain(url: str, key: str) -> float:
    began = time.perf_counter()
    answer = asyncio.run(_chain(url, key))
    span = time.perf_counter() - began
    if not answer["events"] or (not answer["limits_hit"] and not answer["complete"]):
        raise RuntimeError(f"a chain of nothing: {answer['limits_hit']}")
    return span


async def _chain(url: str, key: str) -> dict[str, Any]:
    async with Asker(url, key) as asker:
        told: dict[str, Any] = msgspec.json.decode(await asker.ask(chain_path(_MILLION, "down")))
        return told


def _reaches(served: Served, key: str, *, quick: bool) -> list[Figure]:
    many, more = (QUICK_LOTS, QUICK_OBJECTS) if quick else (LOTS, OBJECTS)
    spans: dict[str, float] = {}
    for name, code, least in (("276k", _lot(0), many), ("1m", _MILLION, more)):
        told = [_ask(served.url, key, code, least, last=name == "1m") for _ in range(3)]
        spans[name] = statistics.median(told)
        say(f"reach {name}: {told}")
    return [
        Figure("recall_276k_s", round(spans["276k"], 2), "s", 2, "lower"),
        Figure("recall_1m_s", round(spans["1m"], 2), "s", 10, "lower"),
    ]


class _Memory:
    """Looks every tenth of a second at how much memory a reach takes."""

    def __init__(self, postmaster: int, served: Served) -> None:
        self._postmaster = postmaster
        self._served = served
        self._ended = threading.Event()
        self._looking = threading.Thread(target=self._look)
        self.most_mb = 0.0

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._looking.join()

    def _look(self) -> None:
        children = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children")
        while not self._ended.wait(0.1):
            own = [_own_mb(int(pid)) for pid in children.read_text().split()]
            self.most_mb = max(self.most_mb, self._served.rss_mb + max(own, default=0.0))


def _own_mb(pid: int) -> float:
    """What a process has for itself alone; nothing of one that has ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon:")), 0.0)


def _ask(url: str, key: str, code: str, least: int, *, last: bool) -> float:
    """The seconds until everything had come."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=300)
    began = time.perf_counter()
    path = f"/v1/reach/{quote(code, safe='')}?last={str(last).lower()}"
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
