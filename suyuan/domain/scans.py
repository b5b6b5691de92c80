"""Scans: how often the page of a code was opened, and by which side of the counter.

A number of scans proves nothing by itself. Gifts, second looks, shop staff and everybody who shares
a lot add to it; so it is shown with its explanation and no verdict is drawn from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Tally:
    """What scans are counted by: a canonical code, a day of the city, and whether it was trade."""

    code: str
    day: date
    trade: bool


@dataclass(frozen=True, slots=True)
class ScanCount:
    """All scans of one code; ``first`` is the day of the first by a consumer."""

    first: date | None = None
    consumers: int = 0
    trade: int = 0

    def with_tally(self, tally: Tally, count: int) -> ScanCount:
        """The count with some more scans of one day."""
        if tally.trade:
            return ScanCount(self.first, self.consumers, self.trade + count)
        first = min(self.first or tally.day, tally.day)
        return ScanCount(first, self.consumers + count, self.trade)
