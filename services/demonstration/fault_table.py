"""The table of the planted faults: ``faults.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Fault:
    """``code`` is what to ask for; ``findings`` are all the types that its chain has."""

    id: str
    code: str
    zh: str
    en: str
    where: str
    findings: tuple[str, ...]


@cache
def faults() -> Mapping[str, Fault]:
    """All of them by their ids."""
    text = files("services.demonstration").joinpath("faults.toml").read_text("utf-8")
    table = tomllib.loads(text)["fault"]
    return {
        name: Fault(name, **{**row, "findings": tuple(row["findings"])})
        for name, row in table.items()
    }
