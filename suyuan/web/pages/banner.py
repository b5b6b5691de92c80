"""The banner above everything else: a recall or a stop of sale, what to do, whom to call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from suyuan.domain.chain import Chain, ChainEvent, Via
from suyuan.web.pages.facts import recalls
from suyuan.web.pages.moments import day
from suyuan.web.pages.names import Names, clean, party_name
from suyuan.web.pages.texts import texts
from suyuan.web.pages.timeline import said
from suyuan.web.pages.words import Label, Language

_LINE_LIMIT = 160
HOTLINE = "12315"


@dataclass(frozen=True, slots=True)
class Notice:
    """A recall or stop of sale in force that covers the code, as its publisher words it.

    ``own``     it covers the thing itself, its lot or its container, not only a source of it
    ``reason``, ``advice``  in the words of who published it; ``None`` for the page's own
    ``level``   1 to 3, the gravest first; ``phone`` whom to call, ``None`` for the hotline
    """

    own: bool
    published_on: date
    publisher: str
    stop_sale: bool = False
    level: int | None = None
    reason: Label | None = None
    advice: Label | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Banner:
    """What the banner says; ``phone`` is dialled on tap."""

    headline: str
    reason: str | None
    advice: str
    told_by: str
    phone: str


def banner(
    chain: Chain, notices: Iterable[Notice], names: Names, language: Language
) -> Banner | None:
    """The gravest notice in force, the thing's own before a source's; else what events tell."""
    ranked = sorted(notices, key=_rank)
    if ranked:
        return _of_notice(ranked[0], language)
    found = recalls(chain)
    if not found:
        return None
    own = [r for r in found if r.via is not Via.UP]
    return _of_event((own or list(found))[0], own=bool(own), names=names, language=language)


def _rank(notice: Notice) -> tuple[bool, bool, int, int]:
    """Own first, recall before stop of sale, grave before slight, new before old."""
    published = -notice.published_on.toordinal()
    return (not notice.own, notice.stop_sale, notice.level or 9, published)


def _of_notice(notice: Notice, language: Language) -> Banner:
    sentences = texts(language)
    word = "stopped" if notice.stop_sale else "recalled"
    level = (
        [sentences["recall_level"].format(notice.level)]
        if notice.level and not notice.stop_sale
        else []
    )
    told_by = (day(notice.published_on, language), clean(notice.publisher), *level)
    return Banner(
        sentences[word if notice.own else f"{word}_up"],
        clean(notice.reason.of(language), _LINE_LIMIT) if notice.reason else None,
        clean(notice.advice.of(language), _LINE_LIMIT)
        if notice.advice
        else sentences[f"{word}_do"],
        " · ".join(told_by),
        clean(notice.phone, 20) if notice.phone else HOTLINE,
    )


def _of_event(recall: ChainEvent, *, own: bool, names: Names, language: Language) -> Banner:
    sentences = texts(language)
    event = recall.stored.event
    told_by = (
        day(event.time, language),
        party_name(event.party, names, language),
        said(recall, language)[1],
    )
    headline = sentences["recalled" if own else "recalled_up"]
    return Banner(headline, None, sentences["recalled_do"], " · ".join(told_by), HOTLINE)
