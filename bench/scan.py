"""What a scan costs: the page of a chain of ten events, made anew and kept, and a bare answer.

``python -m bench.scan [--quick]`` asks one query service for pages as phones do, and a bare ASGI
app under the same server for the same bytes, in turn. Pages a second and core count the processor
time of the service, and where a page is made anew that of PostgreSQL too; the time of whoever asks
counts nowhere. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from statistics import median
from urllib.parse import quote

import httpx

from bench.asking import closed_loop, percentile
from bench.figures import Figure, machine, report, say
from bench.histories import last_of, load_events, ten_events
from bench.servers import (
    Served,
    cpu_seconds,
    free_port,
    postgres,
    postmaster,
    serving,
    vacuum,
    wait_until_ready,
)

SETTINGS = {"SUYUAN_ANONYMOUS_RATE": "0"}
BARE = (
    "an ASGI app that sends the page's bytes with two headers, under the same server with the same"
    " options, asked in the same words"
)
ROUNDS = 5
CLIENTS = 8
# A clock of processor time ticks a hundred times a second, and a kept page takes no tick of it.
_CHEAP = 10


def page_path(number: int) -> str:
    return f"/t/{quote(last_of(number), safe='')}"


class Meter:
    """What requests cost the processes that answer them."""

    def __init__(self, url: str, pids: Sequence[int], parent: int | None = None) -> None:
        self._url = url
        self._pids = pids
        self._postmaster = parent

    def per_core(self, paths: Sequence[str]) -> float:
        """Requests a second of processor time."""
        before = self._cpu()
        closed_loop(self._url, "", paths, CLIENTS)
        return len(paths) / (self._cpu() - before)

    def spans(self, paths: Sequence[str]) -> list[float]:
        return closed_loop(self._url, "", paths)

    def _cpu(self) -> float:
        pids = [*self._pids]
        if self._postmaster is not None:
            told = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children").read_text()
            pids += [self._postmaster, *map(int, told.split())]
        return sum(map(cpu_seconds, pids))


@contextmanager
def bare(page: bytes) -> Iterator[Meter]:
    """The bare app, under the server that the product uses, until the block ends."""
    with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryFile() as log:
        file.write(page)
        file.flush()
        port = free_port()
        # As the product's: services/serve.py.
        options = ["--port", str(port), "--no-access-log", "--log-level", "warning"]
        options += ["--no-proxy-headers", "--no-server-header"]
        process = subprocess.Popen(  # noqa: S603 - the command is ours
            [sys.executable, "-m", "uvicorn", "bench.bare:app", *options],
            env={**os.environ, "SUYUAN_BARE_PAGE": file.name},
            stdout=log,
            stderr=log,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(process, url, log)
            yield Meter(url, [process.pid])
        finally:
            process.terminate()
            process.wait(20)


def measure(server_url: str, chains: int, requests: int) -> list[Figure]:
    """Every figure: each round asks the bare app, for a kept page, and for pages made anew."""
    load_events(server_url, chain.from_iterable(ten_events(n) for n in range(chains)))
    vacuum(server_url)
    with serving("query", server_url, settings=SETTINGS) as served:
        page = _page(served)
        ours = Meter(served.url, served.pids)
        whole = Meter(served.url, served.pids, postmaster(server_url))
        anew = iter([page_path(n) for n in range(chains)])
        with bare(page) as plain:
            kept_rates, bare_rates, anew_rates, spans = [], [], [], []
            for _ in range(ROUNDS):
                bare_rates.append(plain.per_core([page_path(0)] * _CHEAP * requests))
                kept_rates.append(ours.per_core([page_path(0)] * _CHEAP * requests))
                anew_rates.append(whole.per_core([next(anew) for _ in range(requests)]))
                spans += whole.spans([next(anew) for _ in range(requests // 4)])
                say(f"bare {bare_rates[-1]:.0f} kept {kept_rates[-1]:.0f}")
    ratios = [kept / plain for kept, plain in zip(kept_rates, bare_rates, strict=True)]
    return [
        Figure("cached_ratio_to_bare", round(median(ratios), 3), "", 0.5),
        Figure("cached_per_s_per_core", round(median(kept_rates)), "1/s"),
        Figure("uncached_per_s_per_core", round(median(anew_rates)), "1/s", 150),
        Figure("p99_ms", round(percentile(spans, 0.99), 2), "ms"),
        Figure("page_bytes", len(page), "B", 14 * 1024, "lower"),
    ]


def _page(served: Served) -> bytes:
    answer = httpx.get(served.url + page_path(0), headers={"Accept": "text/html"}, trust_env=False)
    answer.raise_for_status()
    return answer.content


def main() -> None:
    """Measure, and print the one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the form that CI runs")
    requests = 200 if parser.parse_args().quick else 1_000
    chains = ROUNDS * (requests + requests // 4) + 1
    with postgres() as url:
        figures = measure(url, chains, requests)
        asked = {"events": chains * 10, "requests": requests * ROUNDS}
        setup = {**machine(), **asked, "bare": BARE}
        report("scan", setup, figures)


if __name__ == "__main__":
    main()
