"""The registry file is read again when it changes; one that cannot be used changes nothing."""

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


async def follow(path: Path, members: Members, adopted: Callable[[Registry], None]) -> None:
    """Watch the file until cancelled; ``adopted`` is called with each new registry."""
    seen = _state(path)
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        state = _state(path)
        if state == seen:
            continue
        seen = state
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
