"""How quickly events are taken in, with all checks, against what PostgreSQL's COPY can do.

``python -m bench.ingest [--quick]`` starts a PostgreSQL with the product's settings and
two ingest processes, posts reports over HTTP, and prints one JSON line. Ratios compare what is
measured in turn in the same rounds: the yardstick is a COPY of the same texts, a thousand to a
transaction, by one connection, into a table of one column without an index.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import asyncpg

from bench.clients import Poster, post_singly
from bench.figures import Figure, machine, report, say
from bench.servers import SUBSYSTEM, Served, enterprise_key, postgres, serving
from bench.trade import SELLER, Supply, bodies
from suyuan.storage.provision import service_url

BATCH = 1_000
CLIENTS = 4
WORKERS = 2
SINGLE_CLIENTS = 64
# Far above what is measured: a bench is not to be told to slow down.
SETTINGS = {"SUYUAN_KEY_RATE": "0"}
# After this share of the load every cache is full; what memory grows from then on is a leak.
WARM_SHARE = 0.25
GROWTH_ALLOWED = 1.15


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: batches of a round, single events of a round, rounds, events in all."""

    rounds: int
    batches: int
    one_by_one: int
    singles: int
    events: int


FULL = Scale(rounds=7, batches=12, one_by_one=200, singles=4_000, events=2_000_000)
QUICK = Scale(rounds=5, batches=4, one_by_one=60, singles=1_200, events=40_000)


@dataclass(slots=True)
class Rates:
    """Events a second of each thing measured, one value for each round."""

    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, events: int, seconds: float) -> None:
        self.values.setdefault(name, []).append(events / seconds)

    def median(self, name: str) -> float:
        return statistics.median(self.values[name])

    def ratio(self, name: str, other: str) -> float:
        """The median of the rounds' own ratios: what disturbs a round disturbs both."""
        pairs = zip(self.values[name], self.values[other], strict=True)
        return statistics.median([one / another for one, another in pairs])


class Yardstick:
    """COPY of texts into a bare table, over one connection."""

    def __init__(self, server_url: str) -> None:
        self._url = service_url(server_url, SUBSYSTEM).replace("+asyncpg", "")

    def seconds(self, batches: Sequence[Sequence[bytes]]) -> float:
        """How long it takes to copy the batches, each in a transaction of its own."""
        return asyncio.run(self._copy([b"\n".join(texts) + b"\n" for texts in batches]))

    async def _copy(self, batches: Sequence[bytes]) -> float:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute("CREATE TABLE IF NOT EXISTS plain (document text)")
            await connection.execute("TRUNCATE plain")
            began = time.perf_counter()
            for batch in batches:
                await connection.copy_to_table("plain", source=BytesIO(batch))
            return time.perf_counter() - began
        finally:
            await connection.close()


class Ingest:
    """The measurement: rounds of everything in turn, then the rest of the events for memory."""

    def __init__(self, scale: Scale, server_url: str, served: Served) -> None:
        self._scale = scale
        self._served = served
        self._key = enterprise_key(server_url, SELLER)
        self._poster = Poster(served.url, self._key)
        self._yardstick = Yardstick(server_url)
        self._supply = Supply()
        self._rates = Rates()
        self._memory: list[float] = []
        self._taken = 0

    def run(self) -> list[Figure]:
        self._warm_up()
        for number in range(self._scale.rounds):
            say(f"round {number + 1} of {self._scale.rounds}")
            for measure in (self._copy, self._one, self._four, self._scattered, self._singles):
                measure()
            self._one_by_one()
        self._load_the_rest()
        return self._figures()

    def _warm_up(self) -> None:
        """The first requests import, connect and prepare."""
        self._poster.post_all(self._bodies(2 * WORKERS), WORKERS)
        self._copy()
        self._rates.values.clear()

    def _bodies(self, batches: int, *, scattered: bool = False) -> list[bytes]:
        texts = self._supply.texts(batches * BATCH, scattered=scattered)
        if scattered:
            random.Random(0).shuffle(texts)
        return bodies(texts, BATCH)

    def _copy(self) -> None:
        count = self._scale.batches
        batches = [self._supply.texts(BATCH) for _ in range(count)]
        self._rates.add("copy", count * BATCH, self._yardstick.seconds(batches))

    def _one(self) -> None:
        self._post("one", self._bodies(self._scale.batches), 1)

    def _four(self) -> None:
        self._post("four", self._bodies(2 * self._scale.batches), CLIENTS)

    def _scattered(self) -> None:
        self._post("scattered", self._bodies(self._scale.batches, scattered=True), 1)

    def _post(self, name: str, batches: list[bytes], clients: int) -> None:
        events = len(batches) * BATCH
        self._rates.add(name, events, self._poster.post_all(batches, clients))
        self._note_memory(events)

    def _one_by_one(self) -> None:
        texts = self._supply.texts(self._scale.one_by_one)
        seconds = post_singly(self._served.url, self._key, texts, 1, 1)
        self._rates.add("one_by_one", len(texts), seconds)

    def _singles(self) -> None:
        texts = self._supply.texts(self._scale.singles)
        seconds = post_singly(self._served.url, self._key, texts, SINGLE_CLIENTS, WORKERS)
        self._rates.add("singles", len(texts), seconds)

    def _load_the_rest(self) -> None:
        while self._taken < self._scale.events:
            batches = self._bodies(4 * CLIENTS)
            self._poster.post_all(batches, CLIENTS)
            self._note_memory(len(batches) * BATCH)
            if self._taken % 200_000 < len(batches) * BATCH:
                say(f"{self._taken} events, {self._memory[-1]:.0f} MB")

    def _note_memory(self, events: int) -> None:
        self._taken += events
        self._memory.append(self._served.rss_mb)

    def _figures(self) -> list[Figure]:
        rates = self._rates
        warm = max(self._memory[: max(1, round(len(self._memory) * WARM_SHARE))])
        return [
            Figure("ratio_to_copy", round(rates.ratio("four", "copy"), 3), "", 0.25),
            Figure("ratio_to_copy_one_client", round(rates.ratio("one", "copy"), 3), "", 0.12),
            Figure("ratio_to_one_row", round(rates.ratio("one", "one_by_one"), 1), "", 10),
            Figure("events_per_s", round(rates.median("four")), "1/s"),
            Figure("single_events_per_s", round(rates.median("singles")), "1/s", 800),
            Figure(
                "out_of_order_ratio", round(rates.ratio("one", "scattered"), 2), "", 1.5, "lower"
            ),
            Figure(
                "rss_mb",
                round(max(self._memory)),
                "MB",
                round(warm * GROWTH_ALLOWED),
                "lower",
            ),
        ]

    def setup(self) -> dict[str, Any]:
        return {
            **machine(),
            "workers": WORKERS,
            "batch": BATCH,
            "events": self._taken,
            "event_bytes": round(statistics.mean(map(len, self._supply.texts(BATCH)))),
            "rounds": self._scale.rounds,
            "copy_per_s": round(self._rates.median("copy")),
            "one_client_per_s": round(self._rates.median("one")),
            "one_by_one_per_s": round(self._rates.median("one_by_one")),
        }


def main() -> None:
    """Measure, and print the one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the form that CI runs")
    scale = QUICK if parser.parse_args().quick else FULL
    with postgres() as url, serving("ingest", url, workers=WORKERS, settings=SETTINGS) as served:
        ingest = Ingest(scale, url, served)
        figures = ingest.run()
        report("ingest", ingest.setup(), figures)


if __name__ == "__main__":
    main()
