"""What the documentation points to is there, and a decision's number is its own."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from suyuan.domain.sentences import SENTENCES

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
PAGE = re.compile(r"[\w./-]+\.md\b")
SOURCES = [
    path
    for folder in ("suyuan", "services", "bench", "migrations", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path != Path(__file__)
]
OUTSIDE = re.compile(r"[a-z]+:", re.IGNORECASE)


def dead_links(page: Path) -> list[str]:
    """The relative links of a page that lead to no file, or to no heading in it."""
    text = FENCED.sub("", page.read_text("utf-8"))
    links = {link for link in LINK.findall(text) if not OUTSIDE.match(link)}
    return sorted(link for link in links if is_dead(page, *link.partition("#")[::2]))


def is_dead(page: Path, path: str, heading: str) -> bool:
    led_to = page.parent / path if path else page
    return not led_to.exists() or bool(heading and heading not in headings(led_to))


def headings(page: Path) -> set[str]:
    """The names by which the headings of a page are linked to."""
    found = HEADING.findall(FENCED.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def missing_pages(text: str) -> list[str]:
    """The pages that a source file names and that are not there: by their path, or in docs/."""
    names = set(PAGE.findall(text))
    return sorted(n for n in names if not any((at / n).exists() for at in (ROOT, ROOT / "docs")))


def shared_numbers(names: list[str]) -> list[str]:
    """The numbers that more than one page has."""
    counted = Counter(name.partition("-")[0] for name in names)
    return [number for number, count in counted.items() if count > 1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert dead_links(page) == []


def test_every_page_that_the_code_names_is_there() -> None:
    named = {path: missing_pages(path.read_text("utf-8")) for path in SOURCES}
    assert {str(path.relative_to(ROOT)): names for path, names in named.items() if names} == {}


def test_every_finding_is_described() -> None:
    described = (ROOT / "docs" / "tracing.md").read_text("utf-8")
    named = (n.removeprefix("finding_") for n in SENTENCES if n.startswith("finding_"))
    # What a gap misses, and the signs of an assertion, have sentences of their own.
    types = {re.sub(r"^(gap|asserted)_.*", r"\1", name) for name in named}
    assert [name for name in sorted(types) if f"`{name}`" not in described] == []


def test_a_decision_has_a_number_of_its_own_which_its_title_says() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert shared_numbers([page.name for page in pages]) == []
    for page in pages:
        number = int(page.name.partition("-")[0])
        assert page.read_text("utf-8").startswith(f"# {number}. "), page.name


def test_what_is_wrong_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Who, what\n[a](b.md) [b](page.md#x) [c](#who-what) [d](https://e.example)\n"
        "```\n[f](g.md)\n```\n"
    )
    assert dead_links(page) == ["b.md", "page.md#x"]
    assert missing_pages("docs/tracing.md, tracing.md, README.md, DESIGN.md") == ["DESIGN.md"]
    assert shared_numbers(["0001-a.md", "0001-b.md", "0002-c.md"]) == ["0001"]
