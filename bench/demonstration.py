"""How fast the demonstration city is made, and how fast ``suyuan run`` is ready with it.

``python -m bench.demonstration [--quick]`` prints one JSON line, as every bench does. A start is
timed from its command to its last line: the first with an empty folder, the second with the whole
city in it.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, machine, report
from services import demonstration

_READY_SECONDS = 300


def made_per_s(rounds: int) -> tuple[float, int]:
    """Events made a second, and how many there are."""
    rates, count = [], 0
    for _ in range(rounds):
        began = time.perf_counter()
        count = sum(map(len, demonstration.reports().values()))
        rates.append(count / (time.perf_counter() - began))
    return round(statistics.median(rates)), count


def started(home: Path) -> tuple[float, float]:
    """Seconds until a city is ready, and the memory (MB, shared pages counted once) it holds."""
    environment = {**os.environ, "SUYUAN_HOME": str(home), "SUYUAN_PORT": "0"}
    began = time.perf_counter()
    command = [sys.executable, "-m", "services.cli", "run"]
    with subprocess.Popen(  # noqa: S603 - the command is ours
        command, env=environment, stdout=subprocess.PIPE, text=True
    ) as city:
        assert city.stdout is not None
        try:
            for line in city.stdout:
                if line.startswith("ready "):
                    seconds = time.perf_counter() - began
                    return round(seconds, 1), held_mb(home)
                if time.perf_counter() - began > _READY_SECONDS:
                    break
            raise RuntimeError("the city did not become ready")
        finally:
            city.send_signal(signal.SIGTERM)
            city.stdout.read()
            city.wait(_READY_SECONDS)


def held_mb(home: Path) -> float:
    """What the services hold: of a page that several share, each its part (PSS)."""
    total = 0
    for file in (home / "run").glob("*.pid"):
        pid = file.read_text().split()[0]
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        (line,) = (each for each in rollup.splitlines() if each.startswith("Pss:"))
        total += int(line.split()[1])
    return round(total / 1024)


def main() -> None:
    """Measure, and print the one JSON line."""
    quick = "--quick" in sys.argv[1:]
    rate, events = made_per_s(2 if quick else 5)
    with tempfile.TemporaryDirectory() as folder:
        first, _ = started(Path(folder) / "city")
        second, memory = started(Path(folder) / "city")
    report(
        "demonstration",
        {**machine(), "events": events, "subsystems": 7},
        [
            Figure("made_per_s", rate, "1/s"),
            Figure("first_start_s", first, "s", 60, "lower"),
            Figure("second_start_s", second, "s", 15, "lower"),
            Figure("services_pss_mb", memory, "MB", None, "lower"),
        ],
    )


if __name__ == "__main__":
    main()
