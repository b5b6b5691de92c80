"""The public directory (公示) as a page, and the front door: what anybody looks up by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.domain.register import Naming
from suyuan.web.pages.conformity import adopted_by
from suyuan.web.pages.environment import FORM_CSS, render
from suyuan.web.pages.moments import day
from suyuan.web.pages.names import Names, PageLinks, clean, subsystem_name
from suyuan.web.pages.symbols import drawn
from suyuan.web.pages.texts import texts
from suyuan.web.pages.words import CATEGORIES, Language
from suyuan.wire.certificates import CertificateCard
from suyuan.wire.directory import DirectoryRow, LicenceRow
from suyuan.wire.register_cards import BrandCard, NamingCard

# What an entry lists of each; a group may have dozens, which ``GET /v1/directory`` gives whole.
_MOST = 6


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A page of the directory: its rows, where the next one begins, and how each source fared."""

    rows: Sequence[DirectoryRow]
    following: str | None
    sources: Sequence[SourceReport]


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for, what is wrong with it, and the address of the next page."""

    text: str
    fault: str | None = None
    following: str | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """An enterprise in words: ``facts`` are ``(label, value)``."""

    name: str
    code: str
    revoked: str | None
    facts: tuple[tuple[str, str], ...]


def render_directory(
    found: ListedPage,
    search: Search,
    *,
    names: Names,
    language: Language,
    links: PageLinks,
    elder: bool,
) -> str:
    """A page of enterprises, and where to search them."""
    sentences = texts(language)
    silent = [s.subsystem for s in found.sources if s.status is not SourceStatus.ANSWERED]
    told = [subsystem_name(one, names, language) for one in silent]
    return render(
        "directory.html",
        language,
        **_frame(links, elder, "inspection"),
        status=sentences["directory_status"],
        name=sentences["directory"],
        q=clean(search.text, 100),
        fault=search.fault,
        entries=[_entry(row, names, language) for row in found.rows],
        following=search.following,
        silent=("、" if language == "zh" else ", ").join(told),
    )


def render_home(*, language: Language, links: PageLinks, elder: bool, docs: bool) -> str:
    """The front door: a code typed by hand, the directory, complaints, and for whom the API is."""
    return render(
        "home.html",
        language,
        **_frame(links, elder, "eye"),
        name=texts(language)["site_line"],
        docs=docs,
    )


def _frame(links: PageLinks, elder: bool, mark: str) -> dict[str, object]:
    return {
        "links": links,
        "elder": elder,
        "banner": None,
        "tone": "calm",
        "mark": mark,
        "symbols": drawn([mark, "warning"]),
        "form_css": FORM_CSS,
    }


def _entry(row: DirectoryRow, names: Names, language: Language) -> _Entry:
    sentences = texts(language)
    revoked = None
    if row.revoked_on is not None:
        revoked = sentences["filing_revoked"].format(day(row.revoked_on, language))
    facts = (
        ("categories", _joined((_category(c, names, language) for c in row.categories), language)),
        ("district", clean(row.district_name or row.district or "")),
        *(("licence", text) for text in _licences(row.licences, language)),
        *(("brand", text) for text in _brands(row.brands, language)),
        *(("certified", text) for text in _certificates(row.certificates, names, language)),
        ("filed_with", subsystem_name(row.subsystem, names, language)),
    )
    told = tuple((sentences[label], value) for label, value in facts if value)
    return _Entry(_name(row.names, language), clean(row.id), revoked, told)


def _licences(licences: Iterable[LicenceRow], language: Language) -> Iterator[str]:
    sentences = texts(language)
    for one in tuple(licences)[:_MOST]:
        number = " ".join(clean(part) for part in (one.type, one.number) if part)
        if one.revoked_on is not None:
            yield sentences["licence_revoked"].format(number, day(one.revoked_on, language))
        elif one.valid_to is not None:
            yield sentences["valid_to"].format(number, day(one.valid_to, language))
        else:
            yield number


def _brands(brands: Iterable[BrandCard], language: Language) -> Iterator[str]:
    for one in tuple(brands)[:_MOST]:
        number = clean(one.trademark) if one.trademark else ""
        yield " ".join(part for part in (_name(one.names, language), number) if part)


def _certificates(
    certificates: Iterable[CertificateCard], names: Names, language: Language
) -> Iterator[str]:
    """Those that are in force, as ``conformity`` tells them on the consumer page."""
    sentences = texts(language)
    for one in tuple(certificates)[:_MOST]:
        standards = _joined((clean(s, 40) for s in one.standards[:_MOST]), language)
        until = f"{sentences['until']} {day(one.valid_to, language)}"
        by = sentences["adopted_by"].format(adopted_by(one.source, names, language))
        yield f"{standards} · {clean(one.number)} · {until} · {by}"


def _category(word: str, names: Names, language: Language) -> str:
    label = CATEGORIES.get(word) or names.kinds.get(word)
    return label.of(language) if label is not None else clean(word)


def _name(names: NamingCard, language: Language) -> str:
    return clean(Naming(names.zh, names.en).of(language))


def _joined(parts: Iterable[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(parts)
