"""How the folders are that departments without a system drop their files into."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from services.drop.state import read_state
from services.gateway.registry import Registry

# A folder of a machine that does not answer is told as nothing, and holds nobody up.
_SECONDS = 1.0


async def drop_folders(registry: Registry) -> dict[str, dict[str, Any] | None]:
    """The state of each member's folder by its id; ``None`` of one that cannot be looked at."""
    found = {m.id: m.drop.folder for m in registry if m.drop is not None}
    states = await asyncio.gather(*(_state(folder) for folder in found.values()))
    return dict(zip(found, states, strict=True))


async def _state(folder: Path) -> dict[str, Any] | None:
    """What anybody may know of a folder: no names of files, and none of addresses."""
    try:
        async with asyncio.timeout(_SECONDS):
            watch, state = await asyncio.to_thread(read_state, folder)
    except TimeoutError:
        return None
    return {
        "state": watch,
        "as_of": state.as_of,
        "waiting": state.waiting,
        "last_file": state.last_file,
        "problem": state.problem,
    }
