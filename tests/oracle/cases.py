"""Event sets on which the walk and the oracle once differed."""

from __future__ import annotations

from tests.oracle.records import Record

# Each with its name, the code and the direction that are asked.
CASES: list[tuple[str, tuple[Record, ...], str, str]] = []
