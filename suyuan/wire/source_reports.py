"""How each subsystem fared in answering, as every answer over several of them tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from suyuan.domain.chain import SourceReport, SourceStatus


def write_sources(sources: Sequence[SourceReport]) -> dict[str, Any]:
    """The members ``sources`` and ``complete``, which is whether all of them answered."""
    return {
        "sources": [
            {"subsystem": s.subsystem, "status": s.status.value, "ms": s.ms} for s in sources
        ],
        "complete": all(s.status is SourceStatus.ANSWERED for s in sources),
    }
