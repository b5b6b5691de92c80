"""``suyuan edges``: prove that the edge table agrees with the events, or make it anew."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from services.place import Place
from services.terminal import Terminal
from suyuan.sources import edge_proof
from suyuan.sources.edge_proof import Difference, Flaw, Progress, Proof
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url

_T = TypeVar("_T")
_FLAWS = {Flaw.MISSING: "edge_missing", Flaw.SURPLUS: "edge_surplus"}


def prove(place: Place, terminal: Terminal) -> bool:
    """Prove each subsystem's edges; whether all of them agree with their events."""
    proofs = [_prove(place, subsystem, terminal) for subsystem in place.subsystems]
    return all(proof.holds for proof in proofs)


def rebuild(place: Place, terminal: Terminal) -> bool:
    """Make each subsystem's edges anew, and prove them."""
    for subsystem in place.subsystems:
        count = _rebuild(place, subsystem, terminal)
        terminal.say("edges_rebuilt", subsystem=subsystem, edges=count)
    return prove(place, terminal)


def _rebuild(place: Place, subsystem: str, terminal: Terminal) -> int:
    with _shown(terminal, subsystem) as progress:
        return _run(place, subsystem, lambda database: edge_proof.rebuild(database, progress))


def _prove(place: Place, subsystem: str, terminal: Terminal) -> Proof:
    with _shown(terminal, subsystem) as progress:
        proof = _run(place, subsystem, lambda database: edge_proof.prove(database, progress))
    said = "edges_agree" if proof.holds else "edges_differ"
    counts = {"events": proof.events, "edges": proof.edges, "differences": proof.differences}
    terminal.say(said, subsystem=subsystem, **counts)
    for difference in proof.told:
        terminal.say(_FLAWS[difference.flaw], **_named(difference))
    return proof


def _named(difference: Difference) -> dict[str, str]:
    edge = difference.edge
    return {
        "code": edge.code,
        "role": edge.role.name.lower(),
        "event": edge.id,
        "time": edge.time.isoformat(),
        "other": edge.other or "-",
    }


@contextmanager
def _shown(terminal: Terminal, subsystem: str) -> Iterator[Progress]:
    with terminal.progress() as bar:
        task = bar.add_task(subsystem, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _run(place: Place, subsystem: str, work: Callable[[Database], Awaitable[_T]]) -> _T:
    async def run() -> _T:
        database = Database(service_url(place.server_url, subsystem), roles=False)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())
