"""A story of docs/sectors, typed as it stands there: every block once, in order, in one shell."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.running import RunningCity
from tests.e2e.test_readme import typed

FOLDER = Path(__file__).parents[2] / "docs" / "sectors"
SECTORS = ("food", "drugs", "liquor", "produce", "inputs", "imports", "meat", "enterprise")
HEADINGS = ("File", "Report", "Scan", "Inspect")
_MARK = "@@ the end of a block @@"


@dataclass(frozen=True, slots=True)
class Told:
    """What the blocks below each heading printed: the JSON values, and all of it as text."""

    values: dict[str, list[Any]]
    text: dict[str, str]


def tell(city: RunningCity, name: str, folder: Path) -> Told:
    """Type a story from its first block to its last."""
    sections = _sections((FOLDER / f"{name}.md").read_text("utf-8"))
    assert tuple(sections) == HEADINGS, "a story files, reports, scans and inspects"
    # The test's own interpreter for the one that is installed beside the city.
    script = "".join(f"{block}\necho\necho '{_MARK}'\n" for block in sections.values())
    script = script.replace(".venv/bin/python", sys.executable)
    printed = typed(city, script, folder, seconds=180).split(_MARK)
    text = dict(zip(sections, printed, strict=False))
    return Told({heading: _values(said) for heading, said in text.items()}, text)


def _sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    blocks = (re.findall(r"```sh\n(.*?)```", part, re.DOTALL) for part in parts[1::2])
    return {h: "\n".join(found) for h, found in zip(parts[::2], blocks, strict=True)}


def _values(printed: str) -> list[Any]:
    """The JSON objects in what was printed; lines between them are left out."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while (at := printed.find("{", at)) >= 0:
        try:
            value, at = decoder.raw_decode(printed, at)
            found.append(value)
        except json.JSONDecodeError:
            at += 1
    return found


def findings(chain: dict[str, Any]) -> set[str]:
    return {finding["type"] for finding in chain["findings"]}


def activities(chain: dict[str, Any]) -> list[str]:
    return [event["activity"] for event in chain["events"]]
