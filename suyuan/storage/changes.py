"""The change feed of a subsystem: every stored report once, in an order that later commits keep.

Reports are numbered by the transaction that stored them (``events.xact``). Transactions do not
commit in the order of their numbers: a reader that went on behind the highest number it has seen
would pass by a slower transaction with a lower one. So the feed ends before the oldest transaction
that is still under way (``pg_snapshot_xmin``): whatever is numbered below that has committed, or
never will. Numbers and end are read in one statement, and so in one snapshot.

A number is PostgreSQL's own: no lock, no sequence, no code in loading. It grows for as long as the
server lives, beyond 32 bits too. On another server, or after a recovery to an earlier moment,
numbers may be given again: ``find_server`` then says another name, and readers begin anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from suyuan.domain.changes import Position
from suyuan.storage.engine import ReadConnection, driver_of
from suyuan.storage.reads import StoredRow, as_stored


@dataclass(frozen=True, slots=True)
class Change:
    """One stored report, and its place in the feed."""

    position: Position
    row: StoredRow


# The comparison of rows is one range of the index, although that lacks its last columns.
_CHANGES = """
    SELECT key, party, declaration, authority, content, record_time, form, reporter, document, id,
           xact
    FROM events
    WHERE (xact, uuid_send(key), party, declaration) > ($1, $2::bytea, $3, $4)
      AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    ORDER BY xact, uuid_send(key), party, declaration LIMIT $5
"""

_NEWEST = text("SELECT coalesce(max(xact), -1) FROM events")

_SERVER = text("""
    SELECT system.system_identifier, checkpoint.timeline_id
    FROM pg_control_system() AS system, pg_control_checkpoint() AS checkpoint
""")

# Reports out of another server's backup bring its numbers, which this one may reach in years; and
# whoever had read them has read up to there.
_FUTURE = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_RENUMBER = (
    text(f"UPDATE events SET xact = DEFAULT WHERE xact >= {_FUTURE}"),
    text(f"UPDATE register SET xact = DEFAULT WHERE xact >= {_FUTURE}"),
    text(f"""
        UPDATE coverage_feed SET xact = DEFAULT, register_xact = DEFAULT
        WHERE greatest(xact, register_xact) >= {_FUTURE}
    """),
)


async def find_server(connection: ReadConnection) -> str:
    """The name of this server and its history, within which no number is given twice."""
    server, timeline = (await connection.execute(_SERVER)).one()
    return f"{server}-{timeline}"


async def find_changes(connection: ReadConnection, after: Position, most: int) -> Sequence[Change]:
    """At most ``most`` reports behind a place; fewer where the feed ends at the moment."""
    driver = await driver_of(connection)
    rows = await driver.fetch(_CHANGES, after.xact, after.key, after.party, after.declaration, most)
    return [_change(row) for row in rows]


async def find_newest(connection: ReadConnection) -> int:
    """The number of the latest transaction that stored a report and has committed; -1 for none."""
    return int((await connection.execute(_NEWEST)).scalar_one())


async def renumber(connection: AsyncConnection) -> None:
    """Give what came from another server's backup numbers of this one, and count it from there.

    ``connection`` is the owner's. Where there is nothing these are probes of an index.
    """
    for statement in _RENUMBER:
        await connection.execute(statement)


def _change(row: Any) -> Change:
    stored = as_stored(row[:10])
    return Change(Position(row[10], stored.key, stored.party, stored.declaration), stored)
