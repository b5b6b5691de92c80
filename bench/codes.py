"""How many codes a second one core recognises, gives out and prints, and whether each is read back.

Beside them how many events it holds against their sector's profile.

``python -m bench.codes [--quick]`` prints one JSON line, as every bench does.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import zxingcpp

from bench.figures import Figure, report
from bench.sectors import events
from suyuan.domain.codes import Use, recognise
from suyuan.domain.coding.ranges import CodeRange, Run
from suyuan.domain.coding.serials import Serials
from suyuan.domain.profiles.checking import Checkers
from suyuan.wire.breaches import write_breaches
from suyuan.wire.labels import symbols
from suyuan.wire.labels.files import open_labels
from suyuan.wire.labels.label import Label, labels
from suyuan.wire.labels.layouts import LabelFormat
from suyuan.wire.profiles import shipped

OWNER = "91350100M000100Y43"
GTIN = "06901234567892"
KEYS = [bytes(range(32))]
ADDRESS = "https://suyuan.example"

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


def recognise_all(count: int) -> None:
    """Recognise so many texts of the mix, every spelling in turn, nothing remembered."""
    for _ in range(count // len(MIX)):
        for text, use in MIX:
            recognise(text, owner=OWNER, use=use)


def generate(count: int) -> None:
    """Make so many unguessable serials of one product."""
    for _ in Serials(KEYS, GTIN).make(0, count):
        pass


def print_sheets(count: int) -> None:
    """Make a PDF of so many labels."""
    sheets = open_labels(LabelFormat.PDF, "avery-l7160", ["闽味香肠", "批号 L1"], BytesIO())
    for label in printed(count):
        sheets.add(label)
    sheets.close()


def draw(count: int) -> None:
    """Draw so many symbols as SVG."""
    for label in printed(count):
        symbols.svg(label.address)


def printed(count: int) -> list[Label]:
    """Labels of one range."""
    given = CodeRange(uuid4(), "sgtin", GTIN, Run(0, count), OWNER, "L1", datetime.now(UTC))
    return list(labels(ADDRESS, given, given.run, KEYS))


class Profiles:
    """The shipped profiles, and events of every sector to hold against them."""

    def __init__(self) -> None:
        self._checkers = Checkers(shipped().values())
        self._events = events()

    def check(self, count: int) -> None:
        """Check so many events, and write what they lack as it is kept."""
        check = self._checkers.check
        for _ in range(count // len(self._events)):
            for event in self._events:
                _, breaches = check(event)
                write_breaches(breaches)


def decoded(count: int) -> float:
    """The share of so many symbols that a decoder reads back as what they carry."""
    read = 0
    for label in printed(count):
        picture = symbols.image(label.address, scale=4, margin=True).convert("L")
        read += [found.text for found in zxingcpp.read_barcodes(picture)] == [label.address]
    return read / count


def per_s(work: Callable[[int], None], count: int, rounds: int) -> int:
    """How much of some work is done in a second: the median of the rounds."""
    rates = []
    for _ in range(rounds):
        began = time.perf_counter()
        work(count)
        rates.append(count / (time.perf_counter() - began))
    return round(statistics.median(rates))


def main() -> None:
    """Measure, and print the one JSON line."""
    quick = "--quick" in sys.argv[1:]
    part, rounds = (10, 5) if quick else (1, 7)
    report(
        "codes",
        {
            "cores": os.cpu_count(),
            "python": sys.version.split()[0],
            "spellings": len(MIX),
            "codes": 40_000 // part,
            "rounds": rounds,
        },
        [
            Figure("recognised_per_s", per_s(recognise_all, 40_000 // part, rounds), "1/s", 30_000),
            Figure("generated_per_s", per_s(generate, 100_000 // part, rounds), "1/s", 100_000),
            Figure("labels_per_s", per_s(print_sheets, 2_100 // part, rounds), "1/s", 500),
            Figure("qr_per_s", per_s(draw, 5_000 // part, rounds), "1/s", 1_000),
            Figure(
                "profile_events_per_s",
                per_s(Profiles().check, 90_000 // part, rounds),
                "1/s",
                30_000,
            ),
            Figure("decoded", decoded(2_000 // part), "", 1.0),
        ],
    )


if __name__ == "__main__":
    main()
