"""Whatever a stranger reports or types, the page shows it as short, plain text."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from suyuan.domain.chain import Chain, Finding, SourceReport, SourceStatus, Thing
from suyuan.domain.codes import Code, Level
from suyuan.domain.events import Document, Item, Product
from suyuan.web.pages import Label, Names, PageLinks, PageState, render_chain, render_problem
from tests.web.chains import IMPORTER, chain_event, chain_of

HOSTILE = (
    "<script>alert(1)</script>",
    "\"' onmouseover=alert(1) x='",
    "</style><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;&#60;",
    "\u202egnp.exe\u2066\u200f\u061c",
    "a\x00b\x1b[31mc\r\nSet-Cookie: x",
    "\ud800 half",
)


def everywhere(word: str) -> Chain:
    """A chain with a stranger's word in every text that the page shows."""
    code = Code(f"https://id.gs1.org/01/06901234567892/10/{word}", "gtin_lot", Level.LOT, word)
    event = chain_event(
        id="e",
        items=(Item(code),),
        party=Code(word, "uscc", Level.OTHER),
        place=Code(word),
        step=word,
        disposition=word,
        product=Product(name=word, lot=word, origin=word, spec=word),
        documents=(Document("test_report", word, word, None, f"https://x/{word}"),),
    )
    return Chain(
        code,
        "up",
        (event, chain_event(hours=2, place=Code(f"geo:{word}"))),
        things=(Thing(code, "lot", word),),
        findings=(Finding("gap", "e", word, {"missing": word}), Finding(word, "e")),
        sources=(SourceReport(word, SourceStatus.DOWN, 1),),
        limits_hit=(word,),
    )


def rendered(word: str) -> str:
    """The page with the word also in every name of a register and in every link of the routes."""
    label = Label(word, word)
    names = Names({IMPORTER.key: label, word: label}, {word: label}, {word: label})
    links = PageLinks(word, word, word, word, word, word)
    return render_chain(everywhere(word), language="zh", names=names, links=links)


class Markup(HTMLParser):
    """Collects the elements, with the names of their attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("word", [w for w in HOSTILE if w.isprintable()])
def test_hostile_words_become_text_and_no_markup(word: str) -> None:
    hostile, harmless = Markup(rendered(word)), Markup(rendered("plain"))
    links = [e for e in harmless.elements if e == ("a", ("href", "rel"))]
    assert hostile.elements in (
        harmless.elements,
        [e for e in harmless.elements if e not in links],  # an address with blanks is no address
    )
    assert "".join(hostile.text).count(word) >= 10


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_words_are_shown_without_invisible_characters(word: str) -> None:
    html = render_problem(
        PageState.UNISSUED, code=word, language="zh", links=PageLinks.of(), detail=word
    )
    invisible = [c for c in html if not c.isprintable() and c != "\n"]
    assert invisible == []
    html.encode()
    assert "<script" not in html


def test_hostile_names_in_a_chain_leave_no_invisible_characters() -> None:
    html = render_chain(
        everywhere("\u202egnp.exe\ud800\x07"), language="en", names=Names(), links=PageLinks.of()
    )
    assert [c for c in html if not c.isprintable() and c != "\n"] == []
    assert "gnp.exe" in html


def test_endless_words_are_cut() -> None:
    chain = everywhere("长" * 10_000)
    html = render_chain(chain, language="zh", names=Names(), links=PageLinks.of())
    assert "长" * 60 in html
    assert "长" * 121 not in html
    assert len(html.encode()) < 14 * 1024


def test_a_name_of_invisible_characters_counts_as_none() -> None:
    event = chain_event(product=Product(name="\u200b\u202e\u2060"))
    html = render_chain(chain_of(event), language="zh", names=Names(), links=PageLinks.of())
    assert "<h1>名称未公开的产品</h1>" in html


def test_a_path_with_quotes_stays_inside_its_link() -> None:
    links = PageLinks.of('/t/"><script>')
    html = render_chain(chain_of(chain_event()), language="zh", names=Names(), links=links)
    assert "<script" not in html
    assert "/t/&#34;&gt;&lt;script&gt;?lang=en" in html
