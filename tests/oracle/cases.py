"""Event sets on which the walk and the oracle once differed."""

from __future__ import annotations

from tests.oracle.records import Record

# Each with its name, the code and the direction that are asked.
CASES: list[tuple[str, tuple[Record, ...], str, str]] = [
    (
        "a lot of which nothing is known but its serial",
        (Record("e0", "obj", 1, "p", "ADD", items=("S1",), lot="L1"),),
        "S1",
        "up",
    ),
    (
        "a lot that is first seen after its serial",
        (
            Record("e0", "obj", 1, "p", "ADD", items=("S1",), lot="L1"),
            Record("e1", "obj", 2, "p", items=("L1",)),
        ),
        "S1",
        "up",
    ),
]
