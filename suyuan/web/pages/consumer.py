"""The consumer page: a finished chain, or the state of a code, to one small HTML document.

The chain comes policy-filtered from ``suyuan.domain.policy``; ``facts`` keeps an allow-list of its
own all the same. Order and limits of the page are in ``docs/pages.md``: 14 KB and 6 KB gzip for 20
events, no script, nothing from anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

from suyuan.domain.chain import Chain, ChainEvent, product_of
from suyuan.domain.coding.ranges import Verdict
from suyuan.domain.scans import ScanCount
from suyuan.web.pages.banner import Banner, Notice, banner
from suyuan.web.pages.completeness import Completeness, completeness
from suyuan.web.pages.conformity import conformity
from suyuan.web.pages.environment import padded, render
from suyuan.web.pages.facts import certificates
from suyuan.web.pages.fingerprint import fingerprint
from suyuan.web.pages.moments import day
from suyuan.web.pages.names import Names, PageLinks, clean, party_name, readable
from suyuan.web.pages.product import photo, product_facts
from suyuan.web.pages.route import route
from suyuan.web.pages.scans import scan_lines
from suyuan.web.pages.states import PageState, page_state, withdrawal
from suyuan.web.pages.symbols import drawn
from suyuan.web.pages.texts import texts
from suyuan.web.pages.timeline import gap_count, stations, unplaced_gaps
from suyuan.web.pages.words import Language

_CODE_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a code beside its chain.

    ``notices`` are the recalls and stops of sale in force; ``scans`` is ``None`` where they cannot
    be told; ``verdict`` is the code service's word.
    """

    notices: tuple[Notice, ...] = ()
    scans: ScanCount | None = None
    verdict: Verdict = Verdict.FOREIGN


NOTHING_BESIDE = Beside()


def render_chain(
    chain: Chain,
    *,
    language: Language,
    names: Names,
    links: PageLinks,
    elder: bool = False,
    beside: Beside = NOTHING_BESIDE,
) -> str:
    """The HTML page of a chain; of a chain with nothing to show, the page of that state.

    ``elder`` sets the larger text. Answer it with ``page_state(chain, beside.verdict).status`` and
    the header ``content_security_policy()``.
    """
    state = page_state(chain, beside.verdict)
    frame = _Frame(language, links, elder, banner(chain, beside.notices, names, language))
    told = completeness(chain, names, language)
    if not state.has_chain:
        return _problem(_word_of(chain, state, frame, names), frame, told)
    name = clean(product_of(chain).name or "")
    timeline = stations(chain, name, names, language)
    icons = (step.icon for station in timeline for step in station.steps)
    papers, hidden = certificates(chain, language)
    stops = route(chain, names, language)
    mark = "warning" if frame.banner else state.mark
    return render(
        "chain.html",
        language,
        **frame.values,
        code=readable(chain.code),
        name=name,
        # A tick below a recall would read as if all were well.
        mark=mark,
        status=texts(language)[state.word],
        scans=scan_lines(beside.scans, chain, language),
        facts=product_facts(chain, names, language),
        photo=photo(chain, names),
        tone="plain" if frame.banner or state is not PageState.ISSUED else "calm",
        stations=timeline,
        symbols=drawn([*icons, mark, "eye", "missing", "ok", "phone", "warning"]),
        gaps=gap_count(chain, language),
        unplaced_gaps=unplaced_gaps(chain),
        told=told,
        certificates=papers,
        hidden_documents=hidden,
        conformity=conformity(chain, names, language),
        route=stops,
        fingerprint=fingerprint(chain),
    )


def _word_of(chain: Chain, state: PageState, frame: _Frame, names: Names) -> _Word:
    """What is said in place of a chain that has nothing to show."""
    detail = _detail(chain, frame, names)
    return _Word(state, readable(chain.code), product_of(chain).name, detail)


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
    word = _Word(state, clean(code, _CODE_LIMIT), None, detail)
    return _problem(word, _Frame(language, links, elder, None))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every page has around what it says."""

    language: Language
    links: PageLinks
    elder: bool
    banner: Banner | None

    @property
    def values(self) -> dict[str, object]:
        return {"links": self.links, "elder": self.elder, "banner": self.banner}


@dataclass(frozen=True, slots=True)
class _Word:
    """What the page of a state says of one code."""

    state: PageState
    code: str
    product: str | None
    detail: str | None


def _problem(word: _Word, frame: _Frame, told: Completeness | None = None) -> str:
    state, sentences = word.state, texts(frame.language)
    page = render(
        "problem.html",
        frame.language,
        **frame.values,
        code=word.code,
        mark=state.mark,
        symbols=drawn([state.mark, "phone", "warning"]),
        tone="plain",
        status=sentences[state.word],
        name=clean(word.product or "") or sentences[f"{state.word}_title"],
        meaning=sentences[f"{state.word}_line"],
        advice=sentences[f"{state.word}_do"],
        detail=clean(word.detail, 300) if word.detail else None,
        told=told if told is not None and not told.complete else None,
    )
    return padded(page)


def _detail(chain: Chain, frame: _Frame, names: Names) -> str | None:
    """Of a code out of use: when that was, and who says so."""
    ended = withdrawal(chain)
    if ended is None:
        return None
    return texts(frame.language)["void_by"].format(_when_and_who(ended, frame.language, names))


def _when_and_who(shown: ChainEvent, language: Language, names: Names) -> str:
    event = shown.stored.event
    return f"{day(event.time, language)} · {party_name(event.party, names, language)}"
