"""The registry file is read again when it changes; one that cannot be used changes nothing.

A file that is being written may be whole TOML with half of the departments in it, and a chain over
those would call itself complete. So a changed file is read when it has lain unchanged for a look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog

from services.gateway.members import Members
from services.gateway.registry import Registry, RegistryRefused, read_registry

# A look at a file's times costs nothing, and nobody adds a department by the second.
LOOK_SECONDS = 1.0

_log = structlog.get_logger()


async def follow(
    path: Path,
    members: Members,
    adopted: Callable[[Registry], None],
    *,
    look: float = LOOK_SECONDS,
) -> None:
    """Watch the file until cancelled; ``adopted`` is called with each new registry."""
    read = seen = _state(path)
    while True:
        await asyncio.sleep(look)
        before, seen = seen, _state(path)
        if seen == read or seen != before:
            continue
        read = seen
        try:
            registry = read_registry(path)
        except RegistryRefused as error:
            members.registry_problem = str(error)
            _log.warning("registry_refused", problem=str(error))
            continue
        members.registry, members.registry_problem = registry, None
        adopted(registry)
        _log.info("registry_read", subsystems=list(registry.members))


def _state(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written or replaced; ``None`` while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
