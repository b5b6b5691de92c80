"""What a shopper may read out of a chain: product, producer, recalls, certificates.

This is an allow-list. Whatever is not named here (buyers, prices, quantities, ``extra``, trade
documents, downstream events) is never rendered, whatever the chain holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from suyuan.domain.chain import Chain, ChainEvent, Via, is_about
from suyuan.domain.codes import Code
from suyuan.domain.events import Document, Event
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

    ``result`` is what the event that brought it says came of the test.
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
    host = _host(document.url) if document.url else None
    return Certificate(
        title=DOCUMENTS.get(document.type, OTHER_DOCUMENT).of(language),
        issuer=clean(document.issuer) if document.issuer else None,
        number=clean(document.number) if document.number else None,
        issued_on=day(document.issued_on, language) if document.issued_on else None,
        result=_result(document, event, language),
        url=document.url if host else None,
        host=host,
    )


def _result(document: Document, event: Event, language: Language) -> str | None:
    """What a test came to. That it went well is never concluded from words that merely imply it.

    The city form's activities carry the disposition "conformant" whether or not anybody said so.
    """
    if event.disposition == "non_conformant":
        return texts(language)["failed"]
    return texts(language)["result_unsaid"] if document.type == "test_report" else None


def _host(url: str) -> str | None:
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
