"""What a shopper may read out of a chain: product, producer, recalls, certificates.

This is an allow-list. Whatever is not named here (buyers, prices, quantities, ``extra``, trade
documents, downstream events) is never rendered, whatever the chain holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from suyuan.domain.chain import Chain, ChainEvent, Via, is_about
from suyuan.domain.codes import Code
from suyuan.domain.events import FAILED, PASSED, RESULTS, Document, Event
from suyuan.domain.policy import PUBLIC_DOCUMENTS
from suyuan.web.pages.moments import day
from suyuan.web.pages.names import clean
from suyuan.web.pages.texts import texts
from suyuan.web.pages.words import DOCUMENTS, OTHER_DOCUMENT, Language

# A page is read, not searched: more certificates than these say nothing more to a shopper.
CERTIFICATE_LIMIT = 20
# An address cannot be shortened, and twenty long ones would be most of a page.
URL_LIMIT = 300

_UPSTREAM_OR_OWN = frozenset({Via.DIRECT, Via.CONTAINER, Via.UP, Via.LOT})


@dataclass(frozen=True, slots=True)
class Certificate:
    """A public document as it is shown; ``url`` and its ``host`` only for a web address.

    ``result`` is what its report says that it came to, else what the event that brought it does.
    """

    title: str
    issuer: str | None
    number: str | None
    issued_on: str | None
    result: str | None
    url: str | None
    host: str | None


def shown_events(chain: Chain) -> tuple[ChainEvent, ...]:
    """The events that a shopper sees, oldest first: the thing's own and those upstream of it."""
    return tuple(
        e for e in chain.events if e.via in _UPSTREAM_OR_OWN and e.stored.event.correction is None
    )


def producer_of(chain: Chain) -> Code | None:
    """Who made the thing: the party of its first production event, ``None`` if there is none."""
    return next(
        (
            e.stored.event.party
            for e in shown_events(chain)
            if e.stored.event.kind == "production" and is_about(e.stored.event, chain.code)
        ),
        None,
    )


def recalls(chain: Chain) -> tuple[ChainEvent, ...]:
    """The recalls in force, newest first."""
    return tuple(
        e
        for e in reversed(shown_events(chain))
        if e.stored.event.disposition == "recalled" or e.stored.event.activity == "recall"
    )


def certificates(chain: Chain, language: Language) -> tuple[tuple[Certificate, ...], bool]:
    """Public documents, newest event first, each once; and whether there are any besides these."""
    seen: dict[Document, Event] = {}
    for shown in reversed(shown_events(chain)):
        for document in shown.stored.event.documents:
            seen.setdefault(document, shown.stored.event)
    public = [d for d in seen if d.type in PUBLIC_DOCUMENTS][:CERTIFICATE_LIMIT]
    cut = any("documents" in e.stored.redacted for e in shown_events(chain))
    papers = tuple(_certificate(d, seen[d], language) for d in public)
    return papers, cut or len(public) < len(seen)


def _certificate(document: Document, event: Event, language: Language) -> Certificate:
    host = host_of(document.url) if document.url else None
    return Certificate(
        title=DOCUMENTS.get(document.type, OTHER_DOCUMENT).of(language),
        issuer=clean(document.issuer) if document.issuer else None,
        number=clean(document.number) if document.number else None,
        issued_on=day(document.issued_on, language) if document.issued_on else None,
        result=_result(document, event, language, has_original=host is not None),
        url=document.url if host else None,
        host=host,
    )


def _result(
    document: Document, event: Event, language: Language, *, has_original: bool
) -> str | None:
    """What a test came to. That it went well is never concluded from words that merely imply it.

    The city form's activities carry the disposition "conformant" whether or not anybody said so.
    """
    result = document.result if document.result in RESULTS else _stated(event)
    if result is not None:
        return texts(language)[result]
    if document.type != "test_report":
        return None
    return texts(language)["result_in_original" if has_original else "result_unsaid"]


def outcome(event: Event) -> str | None:
    """What a test or an inspection came to, as it or its papers say: one of ``RESULTS``."""
    if event.step != "inspecting":
        return None
    results = {document.result for document in event.documents}
    if FAILED in results or _stated(event) == FAILED:
        return FAILED
    return PASSED if PASSED in results else _stated(event)


def _stated(event: Event) -> str | None:
    """What the event itself says; an EPCIS event has no disposition but the one that it states."""
    if event.disposition == "non_conformant":
        return FAILED
    return PASSED if event.disposition == "conformant" and event.activity is None else None


def host_of(url: str) -> str | None:
    """The host of an http(s) address, ``None`` for anything else (``javascript:``, ``data:``)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    if len(url) > URL_LIMIT or not url.isprintable():
        return None
    return clean(parts.hostname, 40)
