"""``suyuan coverage``: prove that coverage figures agree with the events, or count them anew."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from services.place import Place
from services.terminal import Terminal
from suyuan.sources import coverage_proof
from suyuan.sources.coverage import Counting
from suyuan.sources.coverage_proof import Proof
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.web.profiles import ProfilesInForce


def prove(place: Place, terminal: Terminal) -> bool:
    """Prove each subsystem's figures; whether all of them agree with their events."""
    proofs = [_prove(place, subsystem, terminal, anew=False) for subsystem in place.subsystems]
    return all(proof.holds for proof in proofs)


def rebuild(place: Place, terminal: Terminal) -> bool:
    """Count each subsystem's figures anew, and prove them."""
    proofs = [_prove(place, subsystem, terminal, anew=True) for subsystem in place.subsystems]
    return all(proof.holds for proof in proofs)


def _prove(place: Place, subsystem: str, terminal: Terminal, *, anew: bool) -> Proof:
    with terminal.progress() as bar:
        task = bar.add_task(subsystem, total=None)

        async def run() -> Proof:
            database = Database(service_url(place.server_url, subsystem), roles=False)
            counting = _counting(database, subsystem)
            try:
                if anew:
                    await coverage_proof.rebuild(database, counting)
                return await coverage_proof.prove(
                    database, counting, lambda done: bar.update(task, completed=done)
                )
            finally:
                await database.close()

        proof = asyncio.run(run())
    said = "coverage_agrees" if proof.holds else "coverage_differs"
    counts = {"cells": proof.cells, "differences": proof.differences, "days": proof.wrong_days}
    terminal.say(said, subsystem=subsystem, **counts)
    for cell in proof.told:
        terminal.say("coverage_cell", party=cell.party, day=cell.day.isoformat())
    return proof


def _counting(database: Database, subsystem: str) -> Counting:
    """As the subsystem's own service counts, by the settings of this environment."""
    folder, sector = os.environ.get("SUYUAN_PROFILES"), os.environ.get("SUYUAN_SECTOR")
    own = sector or subsystem
    in_force = ProfilesInForce(Path(folder) if folder else None, own)
    return Counting(database, own, lambda: in_force.profiles)
