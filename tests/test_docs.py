"""What the documentation points to is there, and a decision's number is its own."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
OUTSIDE = re.compile(r"[a-z]+:", re.IGNORECASE)


def dead_links(page: Path) -> list[str]:
    """The relative links of a page that lead to no file."""
    text = FENCED.sub("", page.read_text("utf-8"))
    paths = {link.partition("#")[0] for link in LINK.findall(text) if not OUTSIDE.match(link)}
    return sorted(path for path in paths if path and not (page.parent / path).exists())


def shared_numbers(names: list[str]) -> list[str]:
    """The numbers that more than one page has."""
    counted = Counter(name.partition("-")[0] for name in names)
    return [number for number, count in counted.items() if count > 1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert dead_links(page) == []


def test_a_decision_has_a_number_of_its_own_which_its_title_says() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert shared_numbers([page.name for page in pages]) == []
    for page in pages:
        number = int(page.name.partition("-")[0])
        assert page.read_text("utf-8").startswith(f"# {number}. "), page.name


def test_what_is_wrong_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[a](b.md) [c](page.md#x) [d](https://e.example)\n```\n[f](g.md)\n```\n")
    assert dead_links(page) == ["b.md"]
    assert shared_numbers(["0001-a.md", "0001-b.md", "0002-c.md"]) == ["0001"]
