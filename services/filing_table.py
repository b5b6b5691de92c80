"""``suyuan filings rebuild``: the register, again, from what filings' steps have decided."""

from __future__ import annotations

import asyncio

from services.ingest.filing_effects import rebuild as rebuild_register
from services.place import Place
from services.terminal import Terminal
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url


def rebuild(place: Place, terminal: Terminal) -> None:
    """Let each subsystem's register say again what its department has decided."""
    for subsystem in place.subsystems:
        count = asyncio.run(_rebuild(place, subsystem))
        terminal.say("filings_rebuilt", subsystem=subsystem, decisions=count)


async def _rebuild(place: Place, subsystem: str) -> int:
    database = Database(service_url(place.server_url, subsystem), roles=False)
    try:
        return await rebuild_register(database, subsystem)
    finally:
        await database.close()
