"""Putting events into a subsystem's database without going through its door."""

from __future__ import annotations

from collections.abc import Sequence

from suyuan.domain.events import StoredEvent
from suyuan.storage.engine import Database
from suyuan.storage.load import Row, load
from suyuan.wire import epcis_json
from suyuan.wire.reports import EPCIS, encode


async def load_events(database: Database, events: Sequence[StoredEvent]) -> None:
    rows = [
        Row(s.event, s.content, EPCIS, encode(epcis_json.write_event(s.event)), "test", False)
        for s in events
    ]
    async with database.writing() as connection:
        await load(connection, rows)
