"""The exchange log: how often each subsystem was asked for what, hour by hour, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from suyuan.storage.engine import ReadConnection, WriteConnection

KEPT_DAYS = 400


class Line(NamedTuple):
    """What is counted together; ``hour`` is the beginning of one."""

    hour: datetime
    subsystem: str
    call: str
    outcome: str


@dataclass(slots=True)
class Tally:
    """How often, seconds in all, and seconds of the slowest."""

    count: int = 0
    seconds: float = 0.0
    slowest: float = 0.0

    def add(self, seconds: float) -> None:
        self.count += 1
        self.seconds += seconds
        self.slowest = max(self.slowest, seconds)


_ADD = text("""
    INSERT INTO exchanges (hour, subsystem, call, outcome, count, seconds, slowest)
    SELECT * FROM unnest(CAST(:hours AS timestamptz[]), CAST(:subsystems AS text[]),
                         CAST(:calls AS text[]), CAST(:outcomes AS text[]),
                         CAST(:counts AS bigint[]), CAST(:seconds AS double precision[]),
                         CAST(:slowest AS double precision[]))
    ON CONFLICT (hour, subsystem, call, outcome) DO UPDATE
    SET count = exchanges.count + excluded.count, seconds = exchanges.seconds + excluded.seconds,
        slowest = greatest(exchanges.slowest, excluded.slowest)
""")
_FIND = text("""
    SELECT hour, subsystem, call, outcome, count, seconds, slowest FROM exchanges
    WHERE hour >= :since AND hour < :until
      AND (CAST(:subsystem AS text) IS NULL OR subsystem = :subsystem)
    ORDER BY hour DESC, subsystem, call, outcome LIMIT :most
""")
_SWEEP = text("DELETE FROM exchanges WHERE hour < now() - make_interval(days => :days)")


async def add(connection: WriteConnection, tallies: Mapping[Line, Tally]) -> None:
    """Add what one process has counted, in the order of the lines."""
    ordered = sorted(tallies.items())
    await connection.execute(
        _ADD,
        {
            "hours": [line.hour for line, _ in ordered],
            "subsystems": [line.subsystem for line, _ in ordered],
            "calls": [line.call for line, _ in ordered],
            "outcomes": [line.outcome for line, _ in ordered],
            "counts": [tally.count for _, tally in ordered],
            "seconds": [tally.seconds for _, tally in ordered],
            "slowest": [tally.slowest for _, tally in ordered],
        },
    )


async def find(
    connection: ReadConnection,
    *,
    since: datetime,
    until: datetime,
    subsystem: str | None,
    most: int,
) -> list[tuple[Line, Tally]]:
    """The log between two hours, the newest first."""
    asked = {"since": since, "until": until, "subsystem": subsystem, "most": most}
    return [(Line(*row[:4]), Tally(*row[4:])) for row in await connection.execute(_FIND, asked)]


async def sweep(connection: WriteConnection) -> None:
    """Forget what is older than anybody is asked to answer for."""
    await connection.execute(_SWEEP, {"days": KEPT_DAYS})
