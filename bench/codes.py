"""How many codes a second one core recognises: every spelling in turn, nothing remembered.

``python -m bench.codes [--quick]`` prints one JSON line, as every bench does.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time

from suyuan.domain.codes import Use, recognise

GOAL = 30_000
OWNER = "91350100M000100Y43"

# As a market's, a pharmacy's and an importer's events bring them: one text in five is a party or a
# place, one in five is somebody's private code.
MIX = (
    ("6901234567892", Use.THING),
    ("(01)06901234567892(10)A213B1", Use.THING),
    ("(01)06901234567892(11)141231(17)150707(10)A213B1(21)1234", Use.THING),
    ("]C1010690123456789210A213B1\x1d211234", Use.THING),
    ("urn:epc:id:sgtin:4012345.011111.9876", Use.THING),
    ("urn:epc:class:lgtin:4012345.011111.4444", Use.THING),
    ("urn:epc:id:sgln:4012345.00005.0", Use.PLACE),
    ("https://id.gs1.org/01/06901234567892/10/A213B1", Use.THING),
    ("https://example.com/some/gtin/6901234567892/21/765tz?17=211121", Use.THING),
    ("106141412345678908", Use.THING),
    ("37068100000000000998", Use.THING),
    ("83857930000879766660", Use.THING),
    ("3302123330000123", Use.THING),
    ("91350100M000100Y43", Use.PARTY),
    ("350203001", Use.PLACE),
    ("BATCH-20260301-7", Use.THING),
    ("猪肉-20260301", Use.THING),
    ("urn:suyuan:91350100M000100Y43:BATCH-7", Use.THING),
    ("urn:suyuan:cn:37068100000000000998", Use.THING),
    ("农户张三", Use.PARTY),
)


def recognised_per_s(repeats: int) -> float:
    """Codes a second over ``repeats`` passes through the mix."""
    started = time.perf_counter()
    for _ in range(repeats):
        for text, use in MIX:
            recognise(text, owner=OWNER, use=use)
    return repeats * len(MIX) / (time.perf_counter() - started)


def main() -> None:
    """Measure, and print the one JSON line."""
    quick = "--quick" in sys.argv[1:]
    repeats, rounds = (200, 5) if quick else (2_000, 7)
    value = round(statistics.median(recognised_per_s(repeats) for _ in range(rounds)))
    figure = {
        "name": "recognised_per_s",
        "value": value,
        "unit": "1/s",
        "goal": GOAL,
        "better": "higher",
        "holds": value >= GOAL,
    }
    setup = {
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
        "spellings": len(MIX),
        "codes": repeats * len(MIX),
        "rounds": rounds,
    }
    print(json.dumps({"bench": "codes", "setup": setup, "figures": [figure]}))


if __name__ == "__main__":
    main()
