"""What every bench prints: one JSON line with its set-up and its figures."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and what it should be; a figure without a goal is told and not judged."""

    name: str
    value: float
    unit: str = ""
    goal: float | None = None
    better: Better = "higher"

    @property
    def holds(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value >= self.goal if self.better == "higher" else self.value <= self.goal

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "goal": self.goal,
            "better": self.better,
            "holds": self.holds,
        }


def machine() -> dict[str, Any]:
    """The part of a set-up that is the machine's."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1024**3, 1),
        "python": sys.version.split()[0],
    }


def report(bench: str, setup: dict[str, Any], figures: Iterable[Figure]) -> None:
    """Print the last line of a bench."""
    told = {"bench": bench, "setup": setup, "figures": [figure.as_json() for figure in figures]}
    print(json.dumps(told, ensure_ascii=False), flush=True)


def say(text: str) -> None:
    """Tell whoever waits how far it is; the last line of standard output stays alone."""
    print(text, file=sys.stderr, flush=True)
