"""How long a chain of ten events takes, and whether that grows with what is stored.

``python -m bench.chain [--quick]`` loads chains of ten events with two transformations, asks for
some of them upwards over HTTP at two sizes of the store, and prints one JSON line. A chain a second
and core counts the processor time of the query service and of PostgreSQL together.
"""

from __future__ import annotations

import argparse
import random
from itertools import chain
from pathlib import Path
from urllib.parse import quote

from bench.asking import chain_path, closed_loop, median_ms, percentile
from bench.figures import Figure, machine, report, say
from bench.histories import last_of, load_events, ten_events
from bench.servers import Served, city_key, cpu_seconds, postgres, postmaster, serving, vacuum

SETTINGS = {"SUYUAN_KEY_RATE": "0"}
FULL, QUICK = (200_000, 2_000_000), (5_000, 50_000)
ROUNDS = 5


class Chains:
    """The service that is asked, and the processes whose time an answer costs."""

    def __init__(self, served: Served, key: str, parent: int) -> None:
        self._served = served
        self._key = key
        self._postmaster = parent
        self._chance = random.Random(0)

    def ask(self, chains: int, count: int, clients: int = 1) -> list[float]:
        numbers = [self._chance.randrange(chains) for _ in range(count)]
        paths = [chain_path(last_of(n), "up") for n in numbers]
        return closed_loop(self._served.url, self._key, paths, clients)

    def read(self, chains: int, count: int) -> list[float]:
        numbers = [self._chance.randrange(chains) for _ in range(count)]
        paths = [f"/v1/events/{quote(f'{n}-3')}" for n in numbers]
        return closed_loop(self._served.url, self._key, paths)

    def per_core(self, chains: int, count: int) -> float:
        """Chains a second of processor time, with several clients at once."""
        before = self._cpu()
        self.ask(chains, count, clients=4)
        return count / (self._cpu() - before)

    def _cpu(self) -> float:
        children = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children").read_text()
        pids = [*self._served.pids, self._postmaster, *map(int, children.split())]
        return sum(map(cpu_seconds, pids))


def measure(server_url: str, sizes: tuple[int, int], requests: int) -> list[Figure]:
    """Every figure; the smaller store is measured while it grows to the larger."""
    key, medians, loaded = city_key(server_url), [], 0
    for size in sizes:
        events = chain.from_iterable(ten_events(n) for n in range(loaded // 10, size // 10))
        loaded += load_events(server_url, events)
        vacuum(server_url)
        with serving("query", server_url, settings=SETTINGS) as served:
            asked = Chains(served, key, postmaster(server_url))
            asked.ask(size // 10, requests)  # warm
            spans, reads = [], []
            for _ in range(ROUNDS):
                spans += asked.ask(size // 10, requests)
                reads += asked.read(size // 10, requests)
            medians.append(median_ms(spans))
            per_core = asked.per_core(size // 10, 4 * requests)
        say(f"{size} events: chain {medians[-1]:.2f} ms, event {median_ms(reads):.2f} ms")
    return [
        Figure("growth", round(medians[1] / medians[0], 2), "", 1.4, "lower"),
        Figure("ratio_to_event_read", round(medians[1] / median_ms(reads), 2), "", 5, "lower"),
        Figure("p50_ms", round(medians[1], 2), "ms"),
        Figure("p99_ms", round(percentile(spans, 0.99), 2), "ms", 30, "lower"),
        Figure("chains_per_s_per_core", round(per_core), "1/s", 200),
    ]


def main() -> None:
    """Measure, and print the one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the form that CI runs")
    quick = parser.parse_args().quick
    sizes, requests = (QUICK, 100) if quick else (FULL, 500)
    with postgres() as url:
        figures = measure(url, sizes, requests)
        report("chain", {**machine(), "events": sizes[1], "requests": requests * ROUNDS}, figures)


if __name__ == "__main__":
    main()
