"""The consumer page: a finished chain, or the state of a code, to one small HTML document.

The chain comes policy-filtered from ``suyuan.domain.policy``; ``facts`` keeps an allow-list of its
own all the same. Order and limits of the page are those of the design's page on pages: 14 KB and
6 KB gzip for 20 events, no script, nothing from anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from suyuan.domain.chain import Chain, Via, product_of
from suyuan.domain.codes import Code
from suyuan.domain.events import Product
from suyuan.web.pages.completeness import Completeness, completeness
from suyuan.web.pages.environment import render
from suyuan.web.pages.facts import (
    certificates,
    fingerprint,
    producer_of,
    recalls,
    shown_events,
)
from suyuan.web.pages.moments import day
from suyuan.web.pages.names import Names, PageLinks, clean, party_name, readable
from suyuan.web.pages.symbols import drawn
from suyuan.web.pages.texts import texts
from suyuan.web.pages.timeline import gap_count, route, said, stations, unplaced_gaps
from suyuan.web.pages.words import Language

_CODE_LIMIT = 80


class PageState(Enum):
    """What a page says about a code: its word, its HTTP status and its symbol."""

    KNOWN = ("known", 200, "ok")
    CLASS_LEVEL = ("class_level", 200, "barcode")  # a lone GTIN: a product, no thing
    UNKNOWN = ("unknown", 404, "unknown")  # everybody answered, nobody knows it
    UNCONFIRMED = ("unconfirmed", 503, "warning")  # who answered does not know it, but not all did
    MALFORMED = ("malformed", 400, "warning")
    UNAVAILABLE = ("unavailable", 503, "warning")

    @property
    def word(self) -> str:
        return self.value[0]

    @property
    def status(self) -> int:
        return self.value[1]

    @property
    def mark(self) -> str:
        return self.value[2]


def page_state(chain: Chain) -> PageState:
    """Which page a chain has: silence of a subsystem is never taken for "no such code"."""
    if shown_events(chain):
        return PageState.KNOWN
    if any(finding.type == "class_level" for finding in chain.findings):
        return PageState.CLASS_LEVEL
    return PageState.UNKNOWN if chain.complete else PageState.UNCONFIRMED


def render_chain(
    chain: Chain, *, language: Language, names: Names, links: PageLinks, elder: bool = False
) -> str:
    """The HTML page of a chain; of a chain without events, the page of that state.

    ``elder`` sets the larger text. Answer it with status ``page_state(chain).status`` and the
    header ``content_security_policy()``.
    """
    state = page_state(chain)
    told = completeness(chain, names, language)
    if state is not PageState.KNOWN:
        frame = _Frame(language, links, elder)
        return _problem(state, readable(chain.code), frame, told, product_of(chain).name)
    product = product_of(chain)
    name = clean(product.name) if product.name else ""
    timeline = stations(chain, name, names, language)
    icons = (step.icon for station in timeline for step in station.steps)
    recall = _recall(chain, names, language)
    papers, hidden = certificates(chain, language)
    return render(
        "chain.html",
        language,
        elder=elder,
        links=links,
        code=readable(chain.code),
        name=name,
        facts=_facts(product, producer_of(chain), names, language),
        recall=recall,
        tone="plain" if recall else "calm",
        stations=timeline,
        symbols=drawn([*icons, "missing", "ok", "warning"]),
        gaps=gap_count(chain, language),
        unplaced_gaps=unplaced_gaps(chain),
        told=told,
        certificates=papers,
        hidden_documents=hidden,
        route=route(chain, names, language),
        fingerprint=fingerprint(chain),
    )


def render_problem(
    state: PageState,
    *,
    code: str,
    language: Language,
    links: PageLinks,
    elder: bool = False,
    detail: str | None = None,
) -> str:
    """The HTML page of a code that has no chain to show.

    ``code`` is the text that was asked for, as it came; ``detail`` one sentence more, such as what
    the check digit should have been.
    """
    frame = _Frame(language, links, elder)
    return _problem(state, clean(code, _CODE_LIMIT), frame, detail=detail)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every page has around what it says."""

    language: Language
    links: PageLinks
    elder: bool


def _problem(
    state: PageState,
    code: str,
    frame: _Frame,
    told: Completeness | None = None,
    product: str | None = None,
    detail: str | None = None,
) -> str:
    sentences = texts(frame.language)
    return render(
        "problem.html",
        frame.language,
        elder=frame.elder,
        links=frame.links,
        code=code,
        mark=state.mark,
        symbols=drawn([state.mark]),
        tone="plain",
        status=sentences[state.word],
        name=clean(product or "") or sentences[f"{state.word}_title"],
        meaning=sentences[f"{state.word}_line"],
        advice=sentences[f"{state.word}_do"],
        detail=clean(detail, 300) if detail else None,
        told=told if state is PageState.UNCONFIRMED else None,
    )


def _facts(
    product: Product, producer: Code | None, names: Names, language: Language
) -> list[tuple[str, str]]:
    """``(label, value)`` of what is known of the product; what is not known is not there."""
    sentences = texts(language)
    values = {
        "lot": product.lot,
        "produced_on": product.produced_on and day(product.produced_on, language),
        "expires_on": product.expires_on and day(product.expires_on, language),
        "origin": product.origin,
        "spec": product.spec,
        "producer": producer and party_name(producer, names, language),
    }
    return [(sentences[key], clean(value, 80)) for key, value in values.items() if value]


def _recall(chain: Chain, names: Names, language: Language) -> tuple[str, str] | None:
    """``(headline, when and by whom)`` of the newest recall, the thing's own before others."""
    found = recalls(chain)
    if not found:
        return None
    own = [r for r in found if r.via is not Via.UP]
    newest = (own or list(found))[0]
    event = newest.stored.event
    parts = (
        day(event.time, language),
        party_name(event.party, names, language),
        said(newest, language)[1],
    )
    return texts(language)["recalled" if own else "recalled_up"], " · ".join(parts)
