"""``suyuan holders rebuild``: have the gateway's index of holders made anew from the feeds."""

from __future__ import annotations

import asyncio
import time

from services.place import Place
from services.processes import GATEWAY
from services.terminal import Terminal
from suyuan.domain.errors import Unavailable
from suyuan.storage.engine import Database
from suyuan.storage.holders import Feed, begin_anew, find_feeds
from suyuan.storage.provision import in_postgres_words, service_url

_POLL_SECONDS = 0.5
# A feed that does not move for so long has nobody who follows it, or a subsystem that is silent.
_STILL_SECONDS = 30.0


def rebuild(place: Place, terminal: Terminal, *, wait: bool) -> None:
    """Empty the index and, with ``wait``, watch the gateway fill it.

    Raises Unavailable with the subsystems whose feeds did not come to their end.
    """
    asyncio.run(_rebuild(place, terminal, wait=wait))


async def _rebuild(place: Place, terminal: Terminal, *, wait: bool) -> None:
    database = Database(service_url(place.server_url, GATEWAY), roles=False)
    try:
        with in_postgres_words(place.server_url):
            async with database.writing() as connection:
                await begin_anew(connection)
            if wait:
                await _watch(database, place, terminal)
    finally:
        await database.close()


async def _watch(database: Database, place: Place, terminal: Terminal) -> None:
    seen: dict[str, Feed] = {}
    moved = time.monotonic()
    while True:
        async with database.reading() as connection:
            found = {f.subsystem: f for f in await find_feeds(connection)}
        if found != seen:
            seen, moved = found, time.monotonic()
        left = [s for s in place.subsystems if s not in seen or seen[s].watermark is None]
        if not left:
            break
        if time.monotonic() - moved > _STILL_SECONDS:
            raise Unavailable("feeds_still", subsystems=left)
        await asyncio.sleep(_POLL_SECONDS)
    for subsystem in place.subsystems:
        terminal.say("holders_rebuilt", subsystem=subsystem, changes=seen[subsystem].changes)
