"""The published material of EPCIS 2.0, which is not part of this project.

It is read from ``SUYUAN_EPCIS_DIR``, else from ``../shared/epcis`` beside the project. Where the
variable is set and the folder is missing, importing this fails; where it is not set and the folder
is absent, the tests skip.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_BESIDE = Path(__file__).parents[2].parent / "shared" / "epcis"


def folder() -> Path:
    """The folder of the material; skips the module that asks where there is none."""
    named = os.environ.get("SUYUAN_EPCIS_DIR")
    if named:
        if not Path(named).is_dir():
            raise FileNotFoundError(f"SUYUAN_EPCIS_DIR is {named}, and there is no such folder")
        return Path(named)
    if not _BESIDE.is_dir():
        pytest.skip(
            "the published EPCIS documents are not here; SUYUAN_EPCIS_DIR names their folder",
            allow_module_level=True,
        )
    return _BESIDE


def documents(part: str) -> dict[str, Any]:
    """Every JSON document below a part of the folder, by its name."""
    found = {p.stem: json.loads(p.read_text()) for p in sorted((folder() / part).rglob("*.jsonld"))}
    assert found, f"no documents below {part}"
    return found


def events(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a document as they stand in it."""
    body = document["epcisBody"]
    listed: list[dict[str, Any]] = (
        body["queryResults"]["resultsBody"]["eventList"]
        if "queryResults" in body
        else body["eventList"]
    )
    return listed


def lines(path: Path) -> Iterator[str]:
    """The lines of a file that are not blank."""
    return (line.strip() for line in path.read_text().splitlines() if line.strip())
