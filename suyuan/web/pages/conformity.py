"""Certificates of the producer's traceability (追溯认证) that are in force and adopted in the city.

They are about how an enterprise keeps its records and say nothing of a lot, so they stand apart
from the papers of the goods, and the page says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from suyuan.domain.certificates import CITY, Adopted
from suyuan.domain.chain import Chain, is_about
from suyuan.domain.register import product_key
from suyuan.web.pages.facts import host_of, shown_events
from suyuan.web.pages.moments import day
from suyuan.web.pages.names import Names, clean, subsystem_name
from suyuan.web.pages.product import made_by
from suyuan.web.pages.texts import texts
from suyuan.web.pages.words import Language

# Those that last longest. An enterprise has one or two; more would push the route off the page.
_SHOWN = 3
_STANDARDS = 4


@dataclass(frozen=True, slots=True)
class Conformity:
    """One certificate in words; ``url`` opens on tap alone."""

    standards: str
    number: str
    issuer: str
    until: str
    adopted_by: str
    url: str | None
    host: str | None


def conformity(chain: Chain, names: Names, language: Language) -> tuple[Conformity, ...]:
    """What the producer of the asked thing is certified for, of what covers the thing's sector."""
    producer = made_by(chain, names)
    if producer is None:
        return ()
    sector = _sector(chain, names)
    covering = [a for a in names.certificates.get(producer.key, ()) if a.covers(sector)]
    lasting = sorted(covering, key=lambda one: one.certificate.valid_to, reverse=True)
    return tuple(_told(one, names, language) for one in lasting[:_SHOWN])


def _sector(chain: Chain, names: Names) -> str | None:
    """The sector that the thing was made in: as its making says, else as the register does."""
    registered = names.products.get(product_key(chain.code))
    return next(_made_in(chain), registered.sector if registered else None)


def _made_in(chain: Chain) -> Iterator[str]:
    for event in (e.stored.event for e in shown_events(chain)):
        if event.kind == "production" and event.sector and is_about(event, chain.code):
            yield event.sector


def _told(adopted: Adopted, names: Names, language: Language) -> Conformity:
    one, between = adopted.certificate, "、" if language == "zh" else ", "
    host = host_of(one.url) if one.url else None
    return Conformity(
        between.join(clean(standard, 40) for standard in one.standards[:_STANDARDS]),
        clean(one.number),
        clean(one.issuer.names.of(language)),
        day(one.valid_to, language),
        adopted_by(adopted.source, names, language),
        one.url if host else None,
        host,
    )


def adopted_by(source: str, names: Names, language: Language) -> str:
    """Who adopted a certificate: a department's subsystem, or the city."""
    is_city = source == CITY and source not in names.subsystems
    return texts(language)["city"] if is_city else subsystem_name(source, names, language)
