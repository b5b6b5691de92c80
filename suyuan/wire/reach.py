"""The end of a reach as NDJSON; its other lines are made in ``suyuan.storage.reach_lines``."""

from __future__ import annotations

import msgspec


def write_end(*, things: int, by_walk: int, complete: bool, cut: list[str]) -> bytes:
    """The last line: ``{"end": {"things", "by_walk", "complete", "cut"}}``."""
    end = {"things": things, "by_walk": by_walk, "complete": complete, "cut": cut}
    return msgspec.json.encode({"end": end}) + b"\n"
