"""How long the larger questions take: nested containers, deep trees, and a lattice.

``python -m bench.trace [--quick]`` loads, beside other events, items in two nested containers, a
tree of 19 levels and a diamond lattice of 20 levels with a million paths, asks for them over HTTP,
reaches forward to 276,000 lots and to a million objects, asks for the chain of those all the same,
and for the first chain of a worker that has just begun, and prints one JSON line.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from itertools import chain

from bench import reach
from bench.asking import chain_path, closed_loop, median_ms, open_loop, percentile
from bench.figures import Figure, machine, report, say
from bench.histories import GTIN, Event, event, item, load_events, ten_events
from bench.servers import city_key, postgres, serving, vacuum

SETTINGS = {"SUYUAN_KEY_RATE": "0"}
FULL, QUICK = 2_000_000, 40_000
BOXES, PER_SECOND = 2_000, 200
LEVELS = 20
WORKERS, FRESH = 2, 3


def boxes(count: int) -> Iterator[Event]:
    """Items in boxes on pallets, each of which is shipped, received and unpacked."""
    for n in range(count):
        own, box, pallet = f"{GTIN}(21)I{n}", f"CASE-{n}", f"PALLET-{n}"
        ids = [f"box-{n}-{step}" for step in range(7)]
        yield event(ids[0], n, "production", "commission", items=[item(own)])
        yield event(ids[1], n + 1, "logistics", "pack", parent=box, children=[item(own)])
        yield event(ids[2], n + 2, "logistics", "pack", parent=pallet, children=[item(box)])
        yield event(ids[3], n + 3, "logistics", "ship", items=[item(pallet)])
        yield event(ids[4], n + 4, "logistics", "receive", 1, items=[item(pallet)])
        yield event(ids[5], n + 5, "logistics", "unpack", 1, parent=pallet, children=[item(box)])
        yield event(ids[6], n + 6, "logistics", "unpack", 1, parent=box, children=[item(own)])


def lot(name: str) -> str:
    return f"{GTIN}(10){name}"


def _made(name: str, level: int, inputs: list[str], output: str) -> Event:
    things = [item(lot(i), "1") for i in inputs]
    made = [item(lot(output), "1")]
    return event(name, level * 60, "production", "process", inputs=things, outputs=made)


def tree(name: str, lots: int, levels: int) -> Iterator[Event]:
    """``lots`` lots on ``levels`` levels, each but the first level's made of one or more of it."""
    width = lots // levels
    for level in range(1, levels):
        for n in range(width if level < levels - 1 else 1):
            inputs = [f"{name}-{level - 1}-{n}"]
            if level == levels - 1:
                inputs = [f"{name}-{level - 1}-{m}" for m in range(width)]
            yield _made(f"{name}-{level}-{n}", level, inputs, f"{name}-{level}-{n}")


def lattice(name: str, levels: int) -> Iterator[Event]:
    """Two lots a level, both made of both of the level before: 2 ** levels paths."""
    for level in range(1, levels + 1):
        inputs = [f"{name}-{level - 1}-0", f"{name}-{level - 1}-1"]
        for n in range(2):
            yield _made(f"{name}-{level}-{n}", level, inputs, f"{name}-{level}-{n}")


def measure(server_url: str, events: int, requests: int) -> list[Figure]:
    """Every figure, at that many events."""
    told = [boxes(BOXES), tree("T", 600, 19), tree("N", 2 * LEVELS, LEVELS), lattice("D", LEVELS)]
    others = chain.from_iterable(ten_events(n) for n in range(events // 10))
    count = load_events(server_url, chain(*told, others))
    say(f"{count} events")
    reach.load(server_url, quick=events <= QUICK)
    vacuum(server_url)
    key, chance = city_key(server_url), random.Random(0)
    with serving("query", server_url, workers=WORKERS, settings=SETTINGS) as served:
        numbers = [chance.randrange(BOXES) for _ in range(requests)]
        own = [chain_path(f"{GTIN}(21)I{n}", "own") for n in numbers]
        deep = [chain_path(lot("T-18-0"), "up")]
        plain, diamond = chain_path(lot("N-19-0"), "up"), chain_path(lot(f"D-{LEVELS}-0"), "up")
        # Warm: every connection of both workers, each of which knows nothing of the other's.
        closed_loop(served.url, key, [*own[:400], *deep * 16, plain, diamond], clients=16)
        spans = open_loop(served.url, key, own, PER_SECOND)
        traceback = closed_loop(served.url, key, deep * 40)
        pairs = [
            closed_loop(served.url, key, [path])[0] for _ in range(20) for path in (plain, diamond)
        ]
        recalls = reach.measure(server_url, served, key, quick=events <= QUICK)
        recalls.append(reach.measure_chain(served, key))
    fresh = [_first_chain(server_url, key, own[n]) for n in range(FRESH)]
    ratio = median_ms(pairs[1::2]) / median_ms(pairs[::2])
    return [
        Figure("own_p50_ms", round(median_ms(spans), 2), "ms", 10, "lower"),
        Figure("own_p99_ms", round(percentile(spans, 0.99), 2), "ms", 80, "lower"),
        Figure("traceback_600_p95_ms", round(percentile(traceback, 0.95), 1), "ms", 100, "lower"),
        Figure("lattice_ratio", round(ratio, 2), "", 10, "lower"),
        Figure("first_chain_ms", round(max(fresh), 1), "ms", 200, "lower"),
        *recalls,
    ]


def _first_chain(server_url: str, key: str, path: str) -> float:
    """Milliseconds of the first question to a worker that says it is ready."""
    with serving("query", server_url, settings=SETTINGS) as served:
        return closed_loop(served.url, key, [path])[0] * 1e3


def main() -> None:
    """Measure, and print the one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the form that CI runs")
    quick = parser.parse_args().quick
    events, requests = (QUICK, 400) if quick else (FULL, 4_000)
    with postgres() as url:
        figures = measure(url, events, requests)
        setup = {**machine(), "events": events, "own_requests_per_s": PER_SECOND}
        report("trace", setup, figures)


if __name__ == "__main__":
    main()
