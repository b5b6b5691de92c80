"""Histories for benches: small worlds of events, loaded as the product loads them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import msgspec

from bench.figures import say
from bench.servers import SUBSYSTEM
from suyuan.domain.codes import Use, recognise
from suyuan.storage.engine import Database
from suyuan.storage.load import Row, load
from suyuan.storage.provision import service_url
from suyuan.wire.bodies import NDJSON_TYPE
from suyuan.wire.reports import read_reports

PARTY = "91350200MA0000000R"
PLACES = ("350203001", "350203002", "350203003")
GTIN = "(01)06901234567892"
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_BATCH = 5_000

Event = dict[str, Any]
_encode = msgspec.json.Encoder().encode


def event(
    name: str, minutes: float, kind: str, activity: str, place: int = 0, **more: Any
) -> Event:
    """A report of the city form, so many minutes after the first one of all."""
    return {
        "id": name,
        "kind": kind,
        "activity": activity,
        "time": (FIRST + timedelta(minutes=minutes)).isoformat(),
        "place": PLACES[place],
        **more,
    }


def item(code: str, quantity: str | None = None) -> Event:
    return (
        {"code": code} if quantity is None else {"code": code, "quantity": quantity, "unit": "KGM"}
    )


def ten_events(number: int) -> list[Event]:
    """A chain of ten events with two transformations, two places, and a box; see ``last_of``."""
    a, b, c = (f"{GTIN}(10){letter}{number}" for letter in "ABC")
    t, box = number / 10, f"BOX-{number}"
    here, there = {"place": PLACES[0]}, {"place": PLACES[1]}
    ids = [f"{number}-{step}" for step in range(10)]
    sent: Event = {"items": [item(a, "100")], "from": here}
    on: Event = {"items": [item(box)], "from": there, "to": {"place": PLACES[2]}}
    return [
        event(ids[0], t, "production", "harvest", items=[item(a, "100")]),
        event(ids[1], t + 1, "logistics", "ship", **sent, to=there),
        event(ids[2], t + 2, "logistics", "receive", 1, **sent),
        event(
            ids[3], t + 3, "production", "process", 1,
            inputs=[item(a, "100")], outputs=[item(b, "95")],
        ),
        event(ids[4], t + 4, "logistics", "pack", 1, parent=box, children=[item(b, "95")]),
        event(ids[5], t + 5, "logistics", "ship", 1, **on),
        event(ids[6], t + 6, "logistics", "unpack", 2, parent=box, children=[item(b, "95")]),
        event(
            ids[7], t + 7, "production", "process", 2,
            inputs=[item(b, "95")], outputs=[item(c, "90")],
        ),
        event(ids[8], t + 8, "production", "release", 2, items=[item(c, "90")]),
        event(ids[9], t + 9, "retail", "sale", 2, items=[item(c, "1")]),
    ]  # fmt: skip


def last_of(number: int) -> str:
    """The code at the end of a chain of ten events."""
    return f"{GTIN}(10)C{number}"


def load_events(server_url: str, events: Iterable[Event]) -> int:
    """Load reports with all checks, in large batches; how many there were."""
    return asyncio.run(_load(server_url, iter(events)))


async def _load(server_url: str, events: Iterator[Event]) -> int:
    database = Database(service_url(server_url, SUBSYSTEM), roles=False)
    count, now = 0, datetime.now(UTC)
    try:
        while batch := list(islice(events, _BATCH)):
            count += await load_batch(database, batch, now)
            if count % 200_000 < _BATCH:
                say(f"{count} events loaded")
    finally:
        await database.close()
    return count


async def load_batch(database: Database, events: Sequence[Event], now: datetime) -> int:
    """Store reports of ``PARTY`` in one transaction, as the product does; how many."""
    read = read_reports(
        b"\n".join(map(_encode, events)),
        media_type=NDJSON_TYPE,
        reporter=recognise(PARTY, use=Use.PARTY),
        now=now,
        max_events=len(events),
    )
    if read.faults:
        raise RuntimeError(str(read.faults[0]))
    rows = [
        Row(r.event, r.content, r.form, r.document, PARTY, False)
        for r in read.reports
        if r is not None
    ]
    async with database.writing() as connection:
        await load(connection, rows)
    return len(rows)
